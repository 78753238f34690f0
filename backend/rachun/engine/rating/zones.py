"""Longest prefix wins: nested prefixes flattened once into disjoint ranges, then found by binary search.

A number is laid out on 15 digits, the most E.164 allows, so prefix 38044 owns [380440000000000, 380450000000000). A
nested prefix cuts its own range out of the wider one. Prefixes are dated: each span of days between two changes has
ranges of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt

WIDTH = 15
NO_ZONE = -1
_OPEN = 2_932_896  # 9999-12-31
_EPOCH = date(1970, 1, 1)

Int64s = npt.NDArray[np.int64]


class PrefixAmbiguous(ValueError):
    """One prefix belongs to two zones on one day."""


class PrefixInvalid(ValueError):
    """A prefix is not 1 to 15 digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefix:
    """zone: index of the caller's row that prices it, ≥ 0. Valid on [valid_from, valid_to)."""

    digits: str
    zone: int
    valid_from: date = date.min
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneIndex:
    """epochs: first day of each span, ascending. tables: of each span, range starts and the zone from there on."""

    epochs: Int64s
    tables: tuple[tuple[Int64s, Int64s], ...]
    prefixes: tuple[Prefix, ...]

    def find(self, *, numbers: Int64s, lengths: Int64s, days: Int64s) -> Int64s:
        """Zone of each number on its day (since 1970-01-01), NO_ZONE where there is none.

        numbers: the digits as an integer; lengths: how many digits.
        """
        known = (lengths >= 1) & (lengths <= WIDTH)
        padded = numbers * 10 ** np.where(known, WIDTH - lengths, 0)
        epoch = np.searchsorted(self.epochs, days, side="right") - 1
        zones = np.full(len(numbers), NO_ZONE, dtype=np.int64)
        for place, (starts, owners) in enumerate(self.tables):
            here = np.flatnonzero(known & (epoch == place)) if len(self.tables) > 1 else np.flatnonzero(known)
            zones[here] = owners[np.searchsorted(starts, padded[here], side="right") - 1]
        return self._without_longer(zones, numbers=numbers, lengths=lengths, days=days)

    def _without_longer(self, zones: Int64s, *, numbers: Int64s, lengths: Int64s, days: Int64s) -> Int64s:
        """A number shorter than the prefix found does not begin with it: look again, one by one, for the few."""
        if lengths.min(initial=WIDTH) >= max((len(p.digits) for p in self.prefixes), default=0):
            return zones
        longest = max((len(p.digits) for p in self.prefixes), default=0)
        for row in np.flatnonzero((zones != NO_ZONE) & (lengths < longest)):
            digits = str(numbers[row])
            fitting = [p for p in self.prefixes if digits.startswith(p.digits) and _valid(p, day=int(days[row]))]
            zones[row] = max(fitting, key=lambda p: len(p.digits)).zone if fitting else NO_ZONE
        return zones


def index_prefixes(*, prefixes: Iterable[Prefix]) -> ZoneIndex:
    """Flatten once per destination table. Raises PrefixInvalid, PrefixAmbiguous."""
    listed = tuple(prefixes)
    for prefix in listed:
        if not (prefix.digits.isascii() and prefix.digits.isdigit() and len(prefix.digits) <= WIDTH):
            raise PrefixInvalid(repr(prefix.digits))
    first = _number(date.min)
    epochs = sorted({first, *(_number(p.valid_from) for p in listed), *(_end(p) for p in listed if p.valid_to)})
    tables = tuple(_flatten([p for p in listed if _valid(p, day=day)]) for day in epochs)
    return ZoneIndex(epochs=np.array(epochs, dtype=np.int64), tables=tables, prefixes=listed)


def _flatten(prefixes: list[Prefix]) -> tuple[Int64s, Int64s]:
    ranges = sorted((_low(p), len(p.digits), _high(p), p.zone, p.digits) for p in prefixes)
    for one, other in pairwise(ranges):
        if one[4] == other[4]:
            raise PrefixAmbiguous(one[4])
    owner_from: dict[int, int] = {0: NO_ZONE}
    open_ranges: list[tuple[int, int]] = []
    for low, _, high, zone, _ in ranges:
        _close(open_ranges, upto=low, owner_from=owner_from)
        owner_from[low] = zone
        open_ranges.append((high, zone))
    _close(open_ranges, upto=10**WIDTH, owner_from=owner_from)
    starts = sorted(owner_from)
    return np.array(starts, dtype=np.int64), np.array([owner_from[start] for start in starts], dtype=np.int64)


def _close(open_ranges: list[tuple[int, int]], *, upto: int, owner_from: dict[int, int]) -> None:
    while open_ranges and open_ranges[-1][0] <= upto:
        high, _ = open_ranges.pop()
        owner_from[high] = open_ranges[-1][1] if open_ranges else NO_ZONE


def _low(prefix: Prefix) -> int:
    return int(prefix.digits.ljust(WIDTH, "0"))


def _high(prefix: Prefix) -> int:
    return _low(prefix) + int(10 ** (WIDTH - len(prefix.digits)))


def _number(day: date) -> int:
    return (day - _EPOCH).days


def _end(prefix: Prefix) -> int:
    return _OPEN if prefix.valid_to is None else _number(prefix.valid_to)


def _valid(prefix: Prefix, *, day: int) -> bool:
    return _number(prefix.valid_from) <= day < _end(prefix)
