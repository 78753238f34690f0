"""A base backup, and what is no longer needed once it is there."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from infra.backup.place import STAMP, BaseBackup, Place
from infra.backup.server import Server


def take_base(*, server: Server, place: Place) -> BaseBackup:
    """A packed base backup beside the others; a broken attempt leaves nothing that looks like one.

    It is whole only together with the archive, so PostgreSQL is asked to wait until the archive has what it needs.
    Raises CalledProcessError.
    """
    place.make()
    started_at = datetime.now(UTC)
    name = started_at.strftime(STAMP)
    draft = place.bases / f".{name}"
    clear_drafts(place)
    command = [server.programs() / "pg_basebackup", "--pgdata", draft, "--format=tar", "--gzip", "--compress=1"]
    how = ["--wal-method=none", "--checkpoint=fast", "--manifest-checksums=SHA256", f"--label=rachun {name}"]
    subprocess.run([*map(str, command), *how, "--no-password"], check=True)
    base = BaseBackup(
        name=name,
        started_at=started_at.isoformat(),
        finished_at=datetime.now(UTC).isoformat(),
        first_segment=first_segment(draft / "backup_manifest", segment_bytes=segment_bytes(server)),
        server_version=server.show("server_version"),
        size_bytes=size_of(draft),
    )
    place.write_facts(draft, base)
    draft.rename(place.bases / name)
    return base


def clear_drafts(place: Place) -> None:
    for left in place.bases.glob(".*"):
        shutil.rmtree(left)


def segment_bytes(server: Server) -> int:
    with server.connect() as connection:
        row = connection.execute("SELECT setting::bigint FROM pg_settings WHERE name = 'wal_segment_size'").fetchone()
    assert row is not None, "every server has segments"
    return int(row[0])


def first_segment(manifest: Path, *, segment_bytes: int) -> str:
    """The name of the segment in which the backup begins."""
    begin = json.loads(manifest.read_text())["WAL-Ranges"][0]
    high, low = (int(part, 16) for part in begin["Start-LSN"].split("/"))
    return f"{begin['Timeline']:08X}{high:08X}{low // segment_bytes:08X}"


def prune(*, place: Place, keep: int) -> list[str]:
    """Leave the latest base backups and the segments from the oldest of them on; the names of what went.

    Raises ValueError for a number that would leave nothing.
    """
    if keep < 1:
        raise ValueError("at least one base backup is kept")
    bases = place.list_bases()
    for old in bases[:-keep]:
        shutil.rmtree(place.bases / old.name)
    kept = bases[-keep:]
    unneeded = segments_before(place=place, first=kept[0].first_segment) if kept else []
    for segment in unneeded:
        segment.unlink()
    return [base.name for base in bases[:-keep]] + [segment.name for segment in unneeded]


def segments_before(*, place: Place, first: str) -> Sequence[Path]:
    """By place in the log, whatever the timeline; histories of timelines stay."""
    names = [path for path in place.wal.glob("*.gz") if len(path.name.split(".")[0]) == len(first)]
    return sorted(path for path in names if "history" not in path.name and path.name[8:24] < first[8:24])


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
