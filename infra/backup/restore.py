"""A data folder as it was at a moment: the base backup before it, and the archive up to it."""

from __future__ import annotations

import subprocess
from datetime import datetime
from pathlib import Path

from infra.backup.place import BaseBackup, Place

RESTORE_WAL = Path(__file__).resolve().parent / "restore-wal"


class FolderNotEmpty(Exception):
    """Restoring over something would destroy the evidence; give an empty folder, or one that is not there."""


class BackupDamaged(Exception):
    """The unpacked backup is not what was backed up; the message is that of pg_verifybackup."""


def restore(
    *, place: Place, target: Path, programs: Path, moment: datetime | None = None, restore_wal: Path = RESTORE_WAL
) -> BaseBackup:
    """Unpack, verify, and tell the server how to go on when it is started on the folder. Nothing is started here.

    moment: with its zone; everything committed until then is there and nothing later. None: up to the end of the
    archive. Raises NoSuchBackup, FolderNotEmpty, BackupDamaged.
    """
    base = place.base_for(moment=moment)
    if target.exists() and any(target.iterdir()):
        raise FolderNotEmpty(str(target))
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    target.chmod(0o700)
    source = place.bases / base.name
    subprocess.run(["tar", "-xzf", str(source / "base.tar.gz"), "-C", str(target)], check=True)
    (target / "backup_manifest").write_bytes((source / "backup_manifest").read_bytes())
    verify(target=target, programs=programs)
    with (target / "postgresql.auto.conf").open("a") as settings:
        settings.write("\n".join(recovery_settings(place=place, moment=moment, restore_wal=restore_wal)) + "\n")
    (target / "recovery.signal").touch()
    return base


def verify(*, target: Path, programs: Path) -> None:
    """Every file against the hashes of the backup. The log is not part of it: it comes from the archive."""
    command = [str(programs / "pg_verifybackup"), "--no-parse-wal", "--quiet", str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupDamaged(done.stderr)


def recovery_settings(*, place: Place, moment: datetime | None, restore_wal: Path) -> list[str]:
    command = f"env RACHUN_BACKUPS={place.root} {restore_wal} %f %p"
    settings = [f"restore_command = '{command}'", "recovery_target_action = 'promote'"]
    if moment is not None:
        settings.append(f"recovery_target_time = '{moment.isoformat()}'")
    return settings
