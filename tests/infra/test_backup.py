"""K-12: a server as shipped for production, backed up, lost, restored to a moment, by the documented commands.

Only accounts differ: whoever runs the tests stands for the three accounts and for postgres.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from infra.backup import drill as drilling
from infra.backup.place import NoSuchBackup, Place
from infra.backup.restore import BackupDamaged, FolderNotEmpty, restore
from infra.backup.take import prune
from infra.local.postgres import Cluster
from tests.infra.production import REPOSITORY
from tests.infra.production_server import SMALL, Production, make_production, take_schema

pytestmark = [pytest.mark.real]


@dataclass(frozen=True, kw_only=True)
class Story:
    """What happened: BEFORE was there at the backup, EARLY came until the moment, LATE after it."""

    production: Production
    moment: datetime
    backed_up_file: str


@pytest.fixture(scope="module")
def story(servers: Any) -> Iterator[Story]:
    with tempfile.TemporaryDirectory(prefix="rachun-test-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        made = make_production(folder)
        try:
            take_schema(made, servers)
            yield lived_through(made)
        finally:
            made.cluster.destroy()


def lived_through(made: Production) -> Story:
    made.found("BEFORE")
    file = made.keep(b"a bill of BEFORE")
    made.rachun("backup", "take", "--files", str(made.files))
    made.found("EARLY")
    [(moment,)] = made.sql("SELECT clock_timestamp()")
    time.sleep(0.05)
    made.found("LATE")
    made.keep(b"a bill of LATE")
    made.rachun("backup", "files", "--files", str(made.files))
    made.archive_everything()
    return Story(production=made, moment=moment, backed_up_file=file)


def drill_with(made: Production, *, moment: datetime | None = None) -> str:
    """As `rachun backup drill`, but with the scripts where the server's account can reach them."""
    scratch = made.folder / "drill"
    scratch.mkdir()
    done = drilling.drill(
        place=made.place,
        scratch=scratch,
        programs=made.cluster.bin_dir,
        database="rachun",
        moment=moment,
        restore_wal=made.restore_wal,
    )
    assert done.wrong == (), done.words()
    assert list(scratch.iterdir()) == []
    return done.words()


def restored(story: Story, name: str, moment: datetime | None) -> Cluster:
    made = story.production
    target = made.folder / name / "data"
    restore(place=made.place, target=target, programs=made.cluster.bin_dir, moment=moment, restore_wal=made.restore_wal)
    return drilling.started(folder=target, programs=made.cluster.bin_dir, timeout_s=120.0)


class TestShippedServer:
    def test_takes_every_setting_and_rule(self, story: Story) -> None:
        sql = story.production.sql
        wrong = sql("SELECT name, setting, error FROM pg_file_settings WHERE error IS NOT NULL")
        assert [row for row in wrong if row[0] not in SMALL] == []
        assert sql("SELECT line_number, error FROM pg_hba_file_rules WHERE error IS NOT NULL") == []
        assert sql("SELECT line_number, error FROM pg_ident_file_mappings WHERE error IS NOT NULL") == []
        assert sql("SELECT current_setting('jit'), current_setting('wal_compression') <> 'off'") == [("off", True)]

    def test_lets_nobody_be_a_role_that_is_not_his(self, story: Story) -> None:
        """The account of these tests stands for owner and worker, and not for the API."""
        address = story.production.environment("app")["DATABASE_URL"]

        with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
            psycopg.connect(address)

    def test_gives_a_migration_up_that_waits_for_a_lock(self, story: Story) -> None:
        with psycopg.connect(story.production.environment("owner")["DATABASE_OWNER_URL"]) as owner:
            assert owner.execute("SHOW lock_timeout").fetchone() == ("5s",)

    def test_writes_no_name_of_a_person_into_its_log(self, story: Story) -> None:
        with psycopg.connect(story.production.environment("worker")["DATABASE_WORKER_URL"], autocommit=True) as worker:
            for statement in ("INSERT INTO no_table VALUES ('Shevchenko')", "SELECT 'Shevchenko'::int"):
                with pytest.raises(psycopg.Error):
                    worker.execute(statement)
            with pytest.raises(psycopg.errors.UniqueViolation):
                worker.execute(
                    "INSERT INTO identity_legalentity (id, code, name, short_name, country_pack, country_code,"
                    " time_zone, currency, language, tax_number, address, phone, email, website)"
                    " SELECT gen_random_uuid(), code, 'Shevchenko', '', 'BA', 'BA', '', '', '', '', '', '', '', ''"
                    " FROM identity_legalentity LIMIT 1"
                )

        assert "Shevchenko" not in story.production.log()


class TestBackup:
    def test_tells_monitoring(self, story: Story) -> None:
        rows = story.production.sql("SELECT name, is_good FROM base_checkresult ORDER BY name")

        assert rows == [("backup", True), ("files", True)]

    def test_mirrors_files_under_their_hash_and_copies_none_that_was_altered(self, story: Story) -> None:
        made = story.production
        digest = story.backed_up_file
        assert (made.place.files / digest[:2] / digest[2:4] / digest).read_bytes() == b"a bill of BEFORE"
        altered = made.keep(b"a bill that a disk will alter")
        path = made.files / altered[:2] / altered[2:4] / altered
        path.write_bytes(b"a bill that a disk has altered")

        with pytest.raises(AssertionError, match="1 altered"):
            made.rachun("backup", "files", "--files", str(made.files))

        assert made.sql("SELECT is_good FROM base_checkresult WHERE name = 'files'") == [(False,)]
        assert not (made.place.files / altered[:2] / altered[2:4] / altered).exists()
        path.unlink()

    def test_never_overwrites_a_segment_with_another_one(self, story: Story, tmp_path: Path) -> None:
        made = story.production
        segment = max(made.place.wal.glob("*.gz")).name.removesuffix(".gz")
        before = (made.place.wal / f"{segment}.gz").read_bytes()
        strange = tmp_path / segment
        strange.write_bytes(b"of another server")

        done = subprocess.run(
            [made.folder / "archive-wal", strange, segment],
            env={"RACHUN_BACKUPS": str(made.place.root), "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
        )

        assert (done.returncode, "other content" in done.stderr) == (1, True)
        assert (made.place.wal / f"{segment}.gz").read_bytes() == before


class TestRestore:
    def test_to_a_moment_has_what_was_committed_until_then_and_nothing_later(self, story: Story) -> None:
        found = restored(story, "moment", story.moment)
        try:
            assert story.production.enterprises(found) == ["BEFORE", "EARLY"]
        finally:
            found.destroy()

    def test_without_a_moment_has_everything_that_was_archived(self, story: Story) -> None:
        found = restored(story, "end", None)
        try:
            assert story.production.enterprises(found) == ["BEFORE", "EARLY", "LATE"]
            audited = story.production.sql("SELECT count(*) FROM base_auditrow", cluster=found)
            assert audited == story.production.sql("SELECT count(*) FROM base_auditrow")
        finally:
            found.destroy()

    def test_to_a_moment_breaks_nothing_that_must_hold(self, story: Story) -> None:
        """check_invariants, check_audit, and the file of every document, as the monthly drill asks for them."""
        words = drill_with(story.production, moment=story.moment)

        sys.stderr.write(f"{words}\n")
        assert "unpacked and verified" in words

    def test_refuses_a_moment_before_the_first_backup(self, story: Story) -> None:
        early = story.moment - timedelta(days=1)

        with pytest.raises(NoSuchBackup, match="ended before"):
            story.production.place.base_for(moment=early)

    def test_refuses_a_folder_that_holds_something(self, story: Story, tmp_path: Path) -> None:
        (tmp_path / "letters.txt").write_text("the evidence")

        with pytest.raises(FolderNotEmpty):
            restore(place=story.production.place, target=tmp_path, programs=story.production.cluster.bin_dir)

    def test_refuses_a_backup_that_is_not_what_was_backed_up(self, story: Story, tmp_path: Path) -> None:
        damaged = Place(root=tmp_path / "damaged")
        shutil.copytree(story.production.place.bases, damaged.bases)
        [base] = damaged.list_bases()
        unpacked = tmp_path / "unpacked"
        unpacked.mkdir()
        archive = damaged.bases / base.name / "base.tar.gz"
        subprocess.run(["tar", "-xzf", archive, "-C", unpacked], check=True)
        victim = max((unpacked / "base").rglob("*"), key=lambda path: path.stat().st_size if path.is_file() else 0)
        content = bytearray(victim.read_bytes())
        content[len(content) // 2] ^= 1
        victim.write_bytes(content)
        subprocess.run(["tar", "-czf", archive, "-C", unpacked, "."], check=True)

        with pytest.raises(BackupDamaged, match=victim.name):
            restore(place=damaged, target=tmp_path / "target", programs=story.production.cluster.bin_dir)


class TestPrune:
    def test_keeps_the_latest_and_the_log_that_they_need(self, tmp_path: Path) -> None:
        kept = Place(root=tmp_path)
        kept.make()
        for number in (1, 2, 3):
            base = tmp_path / "base" / f"2026010{number}T000000Z"
            base.mkdir()
            (base / "backup.json").write_text(
                f'{{"name": "{base.name}", "started_at": "2026-01-0{number}T00:00:00+00:00",'
                f' "finished_at": "2026-01-0{number}T00:10:00+00:00", "server_version": "15.18", "size_bytes": 1,'
                f' "first_segment": "00000001000000000000000{number * 3:X}"}}'
            )
        for number in range(1, 13):
            (kept.wal / f"00000001000000000000000{number:X}.gz").touch()
        (kept.wal / "00000002.history.gz").touch()
        (kept.wal / "000000020000000000000002.gz").touch()

        prune(place=kept, keep=2)

        assert [base.name for base in kept.list_bases()] == ["20260102T000000Z", "20260103T000000Z"]
        left = sorted(path.name.removesuffix(".gz") for path in kept.wal.iterdir())
        assert left == [*(f"00000001000000000000000{number:X}" for number in range(6, 13)), "00000002.history"]

    def test_never_removes_everything(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="at least one"):
            prune(place=Place(root=tmp_path), keep=0)


class TestMoment:
    def test_needs_a_zone(self) -> None:
        """Half past two is another instant in Kyiv than in Sarajevo."""
        done = subprocess.run(
            [sys.executable, "-m", "infra.backup", "restore", "--to", "/nowhere", "--time", "2026-11-25T14:30:00"],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )

        assert (done.returncode, "has no zone" in done.stderr) == (2, True)


@pytest.mark.long
class TestSize:
    def test_restores_a_gigabyte(self, story: Story) -> None:
        """The figure of docs/operations.md: `pytest tests/infra/test_backup.py -m long -s`."""
        made = story.production
        with psycopg.connect(made.cluster.admin_dsn_of("rachun"), autocommit=True) as connection:
            connection.execute(
                "CREATE TABLE ballast AS SELECT n, md5(n::text) || md5((n + 1)::text) AS noise"
                " FROM generate_series(1, 10000000) AS n"
            )
        begun = time.monotonic()
        made.rachun("backup", "take", "--files", str(made.files))
        taken = f"taken in {time.monotonic() - begun:.0f} s: {made.rachun('backup', 'list')}"
        made.archive_everything()
        shutil.rmtree(made.folder / "drill", ignore_errors=True)
        sys.stderr.write(f"{taken}\n{drill_with(made)}\n")

        assert len(made.place.list_bases()) == 2
