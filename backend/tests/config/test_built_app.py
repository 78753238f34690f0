"""How a built application reaches a browser."""

from pathlib import Path

import pytest
from django.http import Http404
from django.http.response import HttpResponse
from django.test import RequestFactory
from django.urls import resolve
from rachun.config.built_app import built_app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    built = tmp_path / "dist"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<p>first</p>")
    (built / "assets" / "index-a1.js").write_text("plain")
    (built / "assets" / "index-a1.js.gz").write_bytes(b"packed")
    (built / ".built-from").write_text("mark")
    (tmp_path / "secret.txt").write_text("secret")
    return built


def ask(folder: Path, path: str, *, accept: str = "text/html", encoding: str = "") -> HttpResponse:
    request = RequestFactory().get(f"/{path}", headers={"accept": accept, "accept-encoding": encoding})
    return built_app(folder)(request, path=path)


class TestBuiltApp:
    @pytest.mark.parametrize("address", ["", "accounts/1", "bills?page=2"])
    def test_every_page_is_the_first_page_and_asked_for_anew(self, folder: Path, address: str) -> None:
        answer = ask(folder, address)

        assert answer.content == b"<p>first</p>"
        assert answer["Cache-Control"] == "no-cache"

    def test_runs_no_script_that_is_written_into_the_page(self, folder: Path) -> None:
        policy = dict(part.split(" ", 1) for part in ask(folder, "")["Content-Security-Policy"].split("; "))

        assert policy["script-src"] == "'self'"
        assert policy["default-src"] == "'none'"

    def test_gives_a_page_that_asks_a_new_nonce_for_its_styles_each_time(self, folder: Path) -> None:
        (folder / "index.html").write_text('<meta name="style-nonce" content="__STYLE_NONCE__">')
        (folder / "index.html.gz").write_bytes(b"packed without a nonce")

        first, second = (ask(folder, "", encoding="gzip") for _ in range(2))

        nonce = first.content.decode().split('"')[3]
        assert f"style-src 'self' 'nonce-{nonce}'" in first["Content-Security-Policy"]
        assert "unsafe-inline" not in first["Content-Security-Policy"]
        assert first.content != second.content

    def test_keeps_hashed_files_for_ever(self, folder: Path) -> None:
        answer = ask(folder, "assets/index-a1.js", accept="*/*")

        assert answer.content == b"plain"
        assert "immutable" in answer["Cache-Control"]
        assert answer["Content-Type"] == "text/javascript"

    def test_keeps_the_hashed_files_of_the_portal_for_ever(self, folder: Path) -> None:
        (folder / "_expo" / "static").mkdir(parents=True)
        (folder / "_expo" / "static" / "entry-b2.js").write_text("portal")

        answer = ask(folder, "_expo/static/entry-b2.js", accept="*/*")

        assert "immutable" in answer["Cache-Control"]

    @pytest.mark.parametrize("address", ["/portal", "/portal/", "/portal/bills/1"])
    def test_serves_the_portal_apart_from_the_application_of_operators(self, address: str) -> None:
        portal, operators = resolve(address), resolve(address.replace("portal", "accounts"))

        assert portal.func is not operators.func
        assert portal.func is resolve("/portal").func

    def test_sends_the_packed_file_to_who_can_unpack_it(self, folder: Path) -> None:
        answer = ask(folder, "assets/index-a1.js", accept="*/*", encoding="gzip, br")

        assert answer.content == b"packed"
        assert answer["Content-Encoding"] == "gzip"

    @pytest.mark.parametrize("path", ["../secret.txt", ".built-from", "assets/../../secret.txt", "assets/gone.js"])
    def test_gives_nothing_else_away(self, folder: Path, path: str) -> None:
        with pytest.raises(Http404):
            ask(folder, path, accept="*/*")
