"""What differs between models and countries, as data: syntax of commands, meaning of status bits, limits, timing."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

STATUS_BITS = range(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    first_byte_s: float  # silence after a frame, before anything comes
    syn_gap_s: float  # silence between two signs of life
    ceiling_s: float  # of a usual command
    print_ceiling_s: float  # of one that prints much
    report_ceiling_s: float  # of a daily report
    resends_max: int
    drain_s: float  # after a timeout a late reply may still arrive


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    key: str
    name: str
    codepage: str
    text_max: int
    tax_letters: tuple[str, ...]
    syntax: dict[str, str]
    status: dict[tuple[int, int], str]  # (byte, bit) → meaning
    timing: Timing

    def flags(self, status: bytes) -> frozenset[str]:
        return _flags(self.key, status)

    def status_bytes(self, flags: frozenset[str]) -> bytes:
        """The other way round, for the simulator. Bit 7 is always one."""
        values = [0x80] * 6
        for (byte, bit), name in self.status.items():
            if name in flags:
                values[byte] |= 1 << bit
        return bytes(values)


@cache
def load_profile(key: str) -> Profile:
    """Raises FileNotFoundError for a profile that is not there."""
    data = tomllib.loads((files("rachun_agent.profiles") / f"{key}.toml").read_text(encoding="utf-8"))
    meanings = {place: name for place, name in data["status"].items() if name}
    return Profile(
        key=key,
        name=data["name"],
        codepage=data["codepage"],
        text_max=data["text_max"],
        tax_letters=tuple(data["tax_letters"]),
        syntax=data["syntax"],
        status={_place(place): name for place, name in meanings.items()},
        timing=Timing(**data["timing"]),
    )


@lru_cache(maxsize=1024)  # a register says the same few things all day
def _flags(key: str, status: bytes) -> frozenset[str]:
    meanings = load_profile(key).status.items()
    return frozenset(name for (byte, bit), name in meanings if status[byte] >> bit & 1)


def _place(text: str) -> tuple[int, int]:
    byte, _, bit = text.partition(".")
    return int(byte), int(bit)


def profile_keys() -> list[str]:
    names = (entry.name for entry in files("rachun_agent.profiles").iterdir())
    return sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml"))
