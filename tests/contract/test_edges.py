"""What every answer has in common: languages, headers, settings that a deployment check accepts."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient
from tests.apps.identity.makers import client_of, make_enterprise, make_operator

REPOSITORY = Path(__file__).resolve().parents[2]


class TestRefusal:
    @pytest.mark.django_db
    def test_has_one_code_and_a_text_in_each_language(self) -> None:
        client = client_of(make_operator(entity=make_enterprise().entity))
        address = "/api/v1/branches/01890000-0000-7000-8000-000000000000"

        told = {
            language: client.get(address, headers={"Accept-Language": language}).json()
            for language in ("uk", "bs", "en")
        }

        assert {body["code"] for body in told.values()} == {"not_found"}
        assert told["en"]["title"] == "There is no such object, or you may not see it."
        assert len({body["title"] for body in told.values()}) == 3

    @pytest.mark.django_db
    def test_points_at_each_wrong_field(self) -> None:
        client = client_of(make_operator(entity=make_enterprise().entity))

        answer = client.post("/api/v1/operators", {"login": "a", "assignments": [{"role": "x", "admin": True}]})

        pointers = {error["pointer"] for error in answer.json()["errors"]}
        assert {"/password", "/full_name", "/assignments/0/admin"} <= pointers

    def test_of_an_unknown_address_is_a_problem_too(self, servers: object) -> None:
        answer = APIClient().get("/api/v1/no-such-thing")

        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


class TestSecurity:
    def test_headers_are_on_every_answer(self, servers: object) -> None:
        for address in ("/health", "/api/v1/me", "/nowhere"):
            answer = APIClient().get(address)

            assert answer["Content-Security-Policy"].startswith("default-src 'none'"), address
            assert answer["X-Content-Type-Options"] == "nosniff", address
            assert answer["X-Frame-Options"] == "DENY", address
            assert answer["Referrer-Policy"] == "no-referrer", address
            assert answer["Cache-Control"] == "no-store", address
            assert answer["X-Request-ID"], address

    def test_check_of_a_deployment_finds_nothing(self) -> None:
        environment = {**production(), "PATH": os.environ.get("PATH", os.defpath)}

        done = subprocess.run(
            [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "INFO"],
            cwd=REPOSITORY / "backend", env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

        assert done.returncode == 0, done.stderr

    @pytest.mark.django_db
    def test_admin_of_django_is_not_there(self) -> None:
        assert APIClient().get("/admin/").status_code == 404


def production() -> dict[str, Any]:
    """A complete environment of an https deployment; nothing in it is reachable or secret."""
    secret = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return {
        "DJANGO_SETTINGS_MODULE": "rachun.config.settings",
        "PYTHONPATH": f"{REPOSITORY / 'backend'}{os.pathsep}{REPOSITORY}",
        "DATABASE_URL": "postgresql://rachun_app:x@localhost:1/rachun",
        "DATABASE_WORKER_URL": "postgresql://rachun_worker:x@localhost:1/rachun",
        "DATABASE_OWNER_URL": "postgresql://rachun_owner:x@localhost:1/rachun",
        "REDIS_URL": "redis://localhost:1/0",
        "RACHUN_SECRET_KEY": secret,
        "RACHUN_JWT_KEY": secret[::-1],
        "RACHUN_FILES_DIR": "/nonexistent/files",
        "RACHUN_ALLOWED_HOSTS": "rachun.example",
        "RACHUN_PUBLIC_URL": "https://rachun.example",
    }
