"""Where things of one checkout live."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    root: Path = ROOT
    var: Path = ROOT / "var"

    @property
    def run(self) -> Path:
        """Pid files, locks and the chosen port: means nothing after a reboot."""
        return self.var / "run"

    @property
    def log(self) -> Path:
        return self.var / "log"

    @property
    def files(self) -> Path:
        return self.var / "files"

    @property
    def secrets(self) -> Path:
        return self.var / "secrets.json"

    @property
    def demo_logins(self) -> Path:
        """Written by `manage.py load_demo`: [{"enterprise": …, "login": …, "role": …}]."""
        return self.var / "demo-logins.json"

    @property
    def mark(self) -> str:
        """Stands in the environment of every process of this stack."""
        return f"RACHUN_STACK={self.var}"

    def pid_file(self, name: str) -> Path:
        return self.run / f"{name}.pid"

    def make(self) -> None:
        for folder in (self.var, self.run, self.log, self.files):
            folder.mkdir(parents=True, exist_ok=True)


def places() -> Places:
    """The checkout's `var/`, or the folder named by RACHUN_VAR."""
    if named := os.environ.get("RACHUN_VAR"):
        return Places(var=Path(named).absolute())
    return Places()
