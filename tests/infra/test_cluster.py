"""PostgreSQL and Valkey by themselves."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from infra.local.accounts import SOCKET_PATH_BYTES_MAX
from infra.local.postgres import DURABLE, ROLES, THROWAWAY, Cluster, PostgresNotReady
from infra.local.valkey import Valkey

pytestmark = [pytest.mark.real]
DEBIAN_BIN = Path("/usr/lib/postgresql/15/bin")
PASSWORDS = {role: f"p@ss/{role}:ü" for role in ROLES}


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="rachun-test-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


def make_cluster(folder: Path, bin_dir: Path | None = None, *, durable: bool = False) -> Cluster:
    return Cluster(folder / "pg", DURABLE if durable else THROWAWAY, bin_dir)


@pytest.fixture(scope="module", params=["wheel", "debian"])
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """One server of each kind; every test makes databases of its own in it."""
    if request.param == "debian" and not DEBIAN_BIN.exists():
        pytest.skip(f"{DEBIAN_BIN} is not installed")
    with tempfile.TemporaryDirectory(prefix="rachun-test-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        made = make_cluster(Path(name), DEBIAN_BIN if request.param == "debian" else None)
        try:
            yield made.start()
        finally:
            made.destroy()


class TestCluster:
    def test_lets_each_role_in_with_its_own_password(self, cluster: Cluster) -> None:
        cluster.create_roles(PASSWORDS)
        cluster.create_database("rachun")

        for role in ROLES:
            with psycopg.connect(cluster.url(role, "rachun")) as db:
                assert db.execute("SELECT current_user").fetchone() == (role,)

    def test_refuses_a_wrong_password_and_the_superuser_by_password(self, cluster: Cluster) -> None:
        cluster.create_roles(PASSWORDS)
        wrong = make_cluster(cluster.data_dir.parent, cluster.bin_dir)
        wrong.remember_passwords({"rachun_app": "guess"})

        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong.url("rachun_app", "postgres"))

    def test_keeps_the_roles_from_being_anything_more(self, cluster: Cluster) -> None:
        cluster.create_roles(PASSWORDS)

        with (
            psycopg.connect(cluster.url("rachun_owner", "postgres"), autocommit=True) as db,
            pytest.raises(errors.InsufficientPrivilege),
        ):
            db.execute("CREATE DATABASE stolen")

    def test_gives_a_copy_what_its_template_held(self, cluster: Cluster) -> None:
        cluster.create_roles(PASSWORDS)
        cluster.create_database("original")
        with psycopg.connect(cluster.url("rachun_owner", "original")) as db:
            db.execute("CREATE TABLE meter (id int PRIMARY KEY, EXCLUDE USING gist (id WITH =))")

        cluster.create_database("copy", template="original")

        with psycopg.connect(cluster.url("rachun_owner", "copy")) as db:
            assert db.execute("SELECT count(*) FROM meter").fetchone() == (0,)
        cluster.drop_database("copy")
        assert not cluster.has_database("copy")

    def test_listens_on_no_network_address(self, cluster: Cluster) -> None:
        with psycopg.connect(cluster.admin_dsn) as admin:
            assert admin.execute("SHOW listen_addresses").fetchone() == ("",)

    def test_refuses_a_folder_that_holds_something_else(self, folder: Path) -> None:
        strange = make_cluster(folder)
        strange.data_dir.mkdir()
        (strange.data_dir / "letters.txt").write_text("not ours")

        with pytest.raises(PostgresNotReady, match="not a PostgreSQL cluster"):
            strange.start()

        assert (strange.data_dir / "letters.txt").read_text() == "not ours"

    def test_keeps_committed_rows_through_a_power_cut(self, folder: Path) -> None:
        durable = make_cluster(folder, durable=True).start()
        try:
            with psycopg.connect(durable.admin_dsn, autocommit=True) as admin:
                admin.execute("CREATE TABLE kept AS SELECT 42 AS answer")

            durable.kill()
            durable.start()

            with psycopg.connect(durable.admin_dsn) as admin:
                assert admin.execute("SELECT answer FROM kept").fetchone() == (42,)
        finally:
            durable.destroy()

    def test_ends_a_server_that_was_left_on_its_folder(self, folder: Path) -> None:
        lost = make_cluster(folder).start()

        found = make_cluster(folder).start()

        try:
            assert lost.pid != found.pid
            assert found.is_ready()
        finally:
            found.destroy()
            lost.stop()

    def test_leaves_a_stranger_alone_whose_pid_stands_in_a_stale_lock_file(self, folder: Path) -> None:
        stale = make_cluster(folder).start()
        stale.stop()
        (stale.data_dir / "postmaster.pid").write_text(f"{os.getpid()}\n{stale.data_dir}\n")

        assert stale.orphan() is None

        (stale.data_dir / "postmaster.pid").unlink()
        stale.destroy()

    def test_moves_where_its_account_can_reach_it(self, folder: Path) -> None:
        if os.geteuid() != 0:
            pytest.skip("only root hands its servers to another account")
        closed = folder / "home"
        closed.mkdir(mode=0o700)

        made = make_cluster(closed).start()

        try:
            assert made.data_dir.is_relative_to("/var/lib")
            assert made.is_ready()
        finally:
            made.destroy()
            made.data_dir.parent.rmdir()

    def test_binds_its_socket_under_a_very_long_folder(self, folder: Path) -> None:
        deep = folder.joinpath(*["a-folder-with-a-long-name"] * 8)
        deep.mkdir(parents=True)

        with make_cluster(deep) as made:
            assert made.is_ready()
            assert len(str(made.socket_dir / ".s.PGSQL.5432")) <= SOCKET_PATH_BYTES_MAX


class TestValkey:
    def test_keeps_what_was_written_through_a_power_cut(self, folder: Path) -> None:
        import redis

        durable = Valkey(folder / "valkey", durable=True).start()
        redis.Redis.from_url(durable.url).set("answer", "42")
        redis.Redis.from_url(durable.url).execute_command("WAITAOF", 1, 0, 5000)

        durable.kill()
        durable.start()

        try:
            assert redis.Redis.from_url(durable.url).get("answer") == b"42"
        finally:
            durable.stop()
