"""The whole stack, started and stopped as people do, with a backend that only answers."""

from __future__ import annotations

import json
import os
import pwd
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.identity import boot_id, identity_of
from tests.infra.checkout import PARTS, SITE_PACKAGES, Checkout, make_checkout, soon

DEBIAN_PYTHON = "/usr/bin/python3"
pytestmark = [pytest.mark.real]


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="rachun-test-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def shared() -> Iterator[Checkout]:
    """One checkout for the tests that leave a stack as they found it, or that the next start repairs."""
    with tempfile.TemporaryDirectory(prefix="rachun-test-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        made = make_checkout(Path(name))
        try:
            yield made
        finally:
            made.run("reset", YES="1")


@pytest.fixture
def running(shared: Checkout) -> Checkout:
    """Up and whole, whatever the test before did."""
    if not shared.is_whole():
        shared.up()
        assert soon(shared.is_whole), shared.logs()
    return shared


@pytest.fixture
def checkout(folder: Path) -> Iterator[Checkout]:
    made = make_checkout(folder)
    try:
        yield made
    finally:
        made.run("reset", YES="1")


class TestUp:
    def test_ends_with_addresses_and_everything_answering(self, checkout: Checkout) -> None:
        told = checkout.up()

        assert f"http://127.0.0.1:{checkout.port}/" in told
        assert checkout.is_whole()
        assert set(checkout.living()) == {*PARTS, "supervisor"}

    def test_says_so_the_second_time_and_starts_nothing(self, running: Checkout) -> None:
        before = running.living()

        told = running.up()

        assert "already running" in told
        assert f"http://127.0.0.1:{running.port}/" in told
        assert running.living() == before

    def test_loads_the_demo_once(self, running: Checkout) -> None:
        running.run("stop")
        told = running.up()

        rows = running.run("psql", "-Atc", "SELECT count(*) FROM identity_legalentity").stdout
        assert rows.strip() == "1"
        assert "load_demo" not in told

    def test_reports_a_taken_port_and_chooses_another(self, checkout: Checkout) -> None:
        with socket.socket() as stranger:
            stranger.bind(("127.0.0.1", checkout.port))
            stranger.listen()

            told = checkout.up()

            assert f"Port {checkout.port} is taken" in told
            assert checkout.api_port() > checkout.port
            assert checkout.answers()

    def test_keeps_its_secrets_to_itself_and_between_runs(self, running: Checkout) -> None:
        secrets = running.var / "secrets.json"
        before = secrets.read_bytes()
        running.run("stop")
        running.up()

        assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
        assert secrets.read_bytes() == before
        known = json.loads(before)
        assert len(set(known["role_passwords"].values())) == 3
        assert len(known["secret_key"]) >= 50
        assert known["secret_key"] != known["jwt_key"]

    def test_fails_with_the_reason_when_a_migration_fails(self, checkout: Checkout) -> None:
        (checkout.root / "backend/manage.py").write_text("import sys; sys.exit('no such column')")

        done = checkout.run("up")

        assert done.returncode == 1
        assert "manage.py migrate --no-input failed" in done.stderr
        assert "no such column" in done.stderr

    def test_asks_for_all_three_addresses_of_a_real_server(self, checkout: Checkout) -> None:
        done = checkout.run("up", DATABASE_URL="postgresql://app@db/rachun")

        assert done.returncode == 1
        assert "DATABASE_OWNER_URL, DATABASE_WORKER_URL must be set too" in done.stderr

    @pytest.mark.long
    def test_starts_no_servers_when_real_ones_are_named(self, checkout: Checkout, folder: Path) -> None:
        (folder / "real").mkdir()
        real = make_checkout(folder / "real")
        real.up()
        given = dict(
            line.removeprefix("export ").split("=", 1)
            for line in real.run("env").stdout.splitlines()
            if "DATABASE" in line or "REDIS" in line
        )
        checkout.environ = {name: value.strip("'") for name, value in given.items()}

        try:
            checkout.up()

            assert checkout.answers()
            assert set(checkout.living()) == {"api", "worker", "scheduler", "supervisor"}
        finally:
            checkout.run("stop")
            real.run("reset", YES="1")


class TestKilledPart:
    @pytest.mark.parametrize("name", PARTS)
    def test_comes_back(self, running: Checkout, name: str) -> None:
        killed = running.kill(name)

        assert soon(lambda: running.identity(name) not in {None, killed}), running.logs()
        assert soon(running.is_whole), running.logs()

    def test_leaves_no_child_behind(self, running: Checkout) -> None:
        worker = running.identity("worker")
        assert worker is not None
        assert soon(lambda: len(children_of(worker.pid)) == 1)
        [child] = [identity_of(pid) for pid in children_of(worker.pid)]
        assert child is not None

        running.kill("worker")

        assert soon(lambda: not child.is_alive())


class TestKilledSupervisor:
    def test_is_replaced_by_the_next_run_which_ends_what_was_left(self, running: Checkout) -> None:
        before = running.living()
        running.kill("supervisor")

        running.up()

        after = running.living()
        assert set(after) == set(before)
        assert not any(identity.is_alive() for identity in before.values())
        assert running.is_whole()

    def test_leaves_nothing_that_stop_does_not_end(self, running: Checkout) -> None:
        before = running.living()
        running.kill("supervisor")

        told = running.run("stop").stdout

        assert "Stopped." in told
        assert not any(identity.is_alive() for identity in before.values())


class TestStalePidFile:
    def test_never_ends_a_stranger_that_got_the_same_number(self, checkout: Checkout) -> None:
        stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
        try:
            run = checkout.var / "run"
            run.mkdir(parents=True)
            for name in (*PARTS, "supervisor"):
                (run / f"{name}.pid").write_text(f"{stranger.pid} 1 {boot_id()}\n")

            checkout.up()
            checkout.run("stop")

            assert stranger.poll() is None
        finally:
            stranger.kill()
            stranger.wait()

    def test_of_before_the_last_boot_means_nothing(self, checkout: Checkout) -> None:
        own = identity_of(os.getpid())
        assert own is not None
        run = checkout.var / "run"
        run.mkdir(parents=True)
        (run / "api.pid").write_text(f"{own.pid} {own.started_ticks} another-boot\n")

        assert checkout.identity("api") is None

    def test_that_is_torn_does_not_stop_the_start(self, checkout: Checkout) -> None:
        run = checkout.var / "run"
        run.mkdir(parents=True)
        (run / "postgres.pid").write_text("12")
        (run / "supervisor.pid").write_text("")

        checkout.up()

        assert checkout.answers()


class TestStop:
    def test_ends_everything_and_says_when_nothing_ran(self, running: Checkout) -> None:
        before = running.living()

        assert "Stopped." in running.run("stop").stdout
        assert not any(identity.is_alive() for identity in before.values())
        assert "Nothing was running." in running.run("stop").stdout


class TestReset:
    def test_removes_data_only_when_told_twice(self, checkout: Checkout) -> None:
        checkout.up()

        refused = checkout.run("reset")

        assert refused.returncode == 1
        assert checkout.is_whole()
        assert checkout.run("reset", YES="1").returncode == 0
        assert not checkout.var.exists()


class TestAccounts:
    def test_work_under_a_closed_home(self, folder: Path) -> None:
        home = folder / "home"
        home.mkdir(mode=0o700)
        closed = make_checkout(home)
        try:
            closed.up()
            assert closed.is_whole()
        finally:
            closed.run("reset", YES="1")

    def test_work_as_an_ordinary_user(self, folder: Path) -> None:
        if os.geteuid() != 0:
            pytest.skip("the other tests already run as an ordinary user")
        home = folder / "home"
        home.mkdir()
        ordinary = make_checkout(home, user="nobody")
        runnable = [python for python in (sys.executable, DEBIAN_PYTHON) if can_run(python, user="nobody")]
        if not runnable:
            pytest.skip(f"neither {sys.executable} nor {DEBIAN_PYTHON} can be run by an ordinary user")
        ordinary.python = runnable[0]
        try:
            ordinary.up()
            assert ordinary.is_whole()
            assert (ordinary.var / "postgres").stat().st_uid == pwd.getpwnam("nobody").pw_uid
        finally:
            ordinary.run("reset", YES="1")


def children_of(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in listed]


def can_run(python: str, *, user: str) -> bool:
    """True when this Python finds our packages under that account: it may lie in a closed home."""
    entry = pwd.getpwnam(user)
    try:
        done = subprocess.run(
            [python, "-c", "import psycopg, uvicorn"],
            env={"PYTHONPATH": str(SITE_PACKAGES)},
            user=entry.pw_uid,
            group=entry.pw_gid,
            extra_groups=[],
            capture_output=True,
            check=False,
            cwd="/",
        )
    except PermissionError:
        return False
    return done.returncode == 0
