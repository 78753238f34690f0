"""The neutral CSVs of a job: made by the generator that peers are measured with, or found in a folder."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = REPOSITORY.parent / "shared"
GENERATOR = "peerbench/gen_peer_data.py"
LIMITS = "limits"
SEED = 42


class DataMissing(SystemExit):
    """The job cannot run; the message names the file that is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerData:
    folder: Path

    def rows(self, name: str) -> Iterator[dict[str, str]]:
        with (self.folder / f"{name}.csv").open(newline="", encoding="utf-8") as text:
            yield from csv.DictReader(text)

    def expected(self, part: str) -> dict[str, Any]:
        return dict(json.loads((self.folder / "expected.json").read_text())[part])


def shared_file(name: str) -> Path:
    """Raises DataMissing."""
    for folder in (SHARED, REPOSITORY.parent.parent / "shared"):
        if (folder / name).exists():
            return folder / name
    raise DataMissing(f"../shared/{name} is missing: this job needs it, or DATA=folder with its CSVs")


def peer_data(*, folder: Path, customers: int, calls: int, given: Path | None, two_meters: bool = False) -> PeerData:
    """Raises DataMissing."""
    if given is not None:
        if not (given / "expected.json").exists():
            raise DataMissing(f"{given} holds no expected.json")
        return PeerData(folder=given)
    arguments = ["--customers", str(customers), "--cdrs", str(calls), "--seed", str(SEED)]
    arguments += ["--two-meters"] if two_meters else []
    generator = shared_file(GENERATOR)
    subprocess.run([sys.executable, str(generator), str(folder), *arguments], check=True, stdout=subprocess.DEVNULL)
    return PeerData(folder=folder)
