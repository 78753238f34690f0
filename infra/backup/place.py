"""What lies where in the folder of backups."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

STAMP = "%Y%m%dT%H%M%SZ"
FACTS = "backup.json"


class NoSuchBackup(LookupError):
    """There is no backup from which this could be restored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseBackup:
    """One base backup. first_segment: from here on the archive is needed to make it whole."""

    name: str
    started_at: str
    finished_at: str
    first_segment: str
    server_version: str
    size_bytes: int

    @property
    def ended(self) -> datetime:
        return datetime.fromisoformat(self.finished_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    root: Path

    @property
    def bases(self) -> Path:
        return self.root / "base"

    @property
    def wal(self) -> Path:
        return self.root / "wal"

    @property
    def files(self) -> Path:
        return self.root / "files"

    def make(self) -> None:
        for folder in (self.root, self.bases, self.wal, self.files):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def list_bases(self) -> list[BaseBackup]:
        """Whole ones, oldest first: a backup gets its facts last."""
        found = sorted(self.bases.glob(f"*/{FACTS}"))
        return [BaseBackup(**json.loads(path.read_text())) for path in found]

    def base_for(self, *, moment: datetime | None) -> BaseBackup:
        """The latest that ended before the moment. Raises NoSuchBackup."""
        fitting = [base for base in self.list_bases() if moment is None or base.ended <= moment]
        if not fitting:
            raise NoSuchBackup(f"no base backup in {self.bases} ended before {moment or 'now'}")
        return fitting[-1]

    def write_facts(self, folder: Path, base: BaseBackup) -> None:
        (folder / FACTS).write_text(json.dumps(asdict(base), indent=2) + "\n")


def place() -> Place:
    return Place(root=Path(os.environ.get("RACHUN_BACKUPS", "/var/backups/rachun")))
