"""Longest prefix wins: nested prefixes flattened once into disjoint ranges, then found by binary search.

A number is laid out on 15 digits, the most E.164 allows, so prefix 38044 owns [380440000000000, 380450000000000). A
nested prefix cuts its own range out of the wider one. Prefixes are dated: each span of days between two changes has
ranges of its own. What is dialled but is no plain number (a service name, a leading zero, a number shorter than the
longest prefix) is found the same way among ranges of texts. The empty prefix owns everything.

Several rows may share a prefix on a day, one for each time band: together they are the prefix's schedule.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

WIDTH = 15
PREFIX_MAX = 40
NO_ZONE = -1
_TENS = 10 ** np.arange(WIDTH + 1, dtype=np.int64)
# By length: what a number without a sign or a zero in front is at least, and what lays it out on WIDTH digits.
_LEAST, _PADDING = np.concatenate([_TENS[:1], _TENS[:-1]]), _TENS[::-1]
_OPEN = 2_932_896  # 9999-12-31
_EPOCH = date(1970, 1, 1)

Int64s = npt.NDArray[np.int64]
Schedule = tuple[int, ...]


class PrefixAmbiguous(ValueError):
    """One prefix belongs to two zones on one day."""


class PrefixInvalid(ValueError):
    """A prefix is longer than anything that is dialled, or holds what nobody can dial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefix:
    """zone: index of the caller's row that prices it, ≥ 0. Valid on [valid_from, valid_to)."""

    digits: str
    zone: int
    valid_from: date = date.min
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """starts: where each range begins, ascending; owners: the schedule from there on."""

    starts: npt.NDArray[Any]
    owners: Int64s

    def owner_of(self, values: npt.NDArray[Any]) -> Int64s:
        found: Int64s = self.owners[np.searchsorted(self.starts, values, side="right") - 1]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneIndex:
    """epochs: first day of each span, ascending. numbers, texts: the ranges of each span.

    schedules: the rows of one prefix on one day, in the order they were given; what `find` returns points here.
    """

    epochs: Int64s
    numbers: tuple[Ranges, ...]
    texts: tuple[Ranges, ...]
    schedules: tuple[Schedule, ...]
    longest: int

    def find(self, *, called: pl.Series, days: Int64s) -> Int64s:
        """Schedule of each dialled text on its day (since 1970-01-01), NO_ZONE where there is none or no text."""
        epoch = self._epochs_of(days)
        text = pl.col("called")
        read = (
            called.alias("called")
            .to_frame()
            .select(
                length=text.str.len_bytes().cast(pl.Int64).fill_null(0),
                number=text.cast(pl.Int64, strict=False).fill_null(-1),
            )
        )
        lengths, numbers = read["length"].to_numpy(), read["number"].to_numpy()
        fits = (lengths >= max(self.longest, 1)) & (lengths <= WIDTH)
        plain = fits & (numbers >= _LEAST[np.where(fits, lengths, 0)])
        if plain.all():
            return self._found(self.numbers, values=numbers * _PADDING[lengths], epoch=epoch)
        found = np.full(len(called), NO_ZONE, dtype=np.int64)
        where = np.flatnonzero(plain)
        padded = numbers[where] * _PADDING[lengths[where]]
        found[where] = self._found(self.numbers, values=padded, epoch=epoch[where])
        where = np.flatnonzero(~plain & called.is_not_null().to_numpy())
        if where.size:
            texts = np.array([text.encode() for text in called.gather(where).to_list()], dtype=np.bytes_)
            found[where] = self._found(self.texts, values=texts, epoch=epoch[where])
        return found

    def _epochs_of(self, days: Int64s) -> Int64s:
        """The span of each day; calls of one file hardly ever lie in two."""
        if not len(days):
            return np.zeros(0, dtype=np.int64)
        first, latest = np.searchsorted(self.epochs, [days.min(), days.max()], side="right") - 1
        if first == latest:
            return np.full(len(days), first, dtype=np.int64)
        spans: Int64s = np.searchsorted(self.epochs, days, side="right") - 1
        return spans

    def _found(self, ranges: Sequence[Ranges], *, values: npt.NDArray[Any], epoch: Int64s) -> Int64s:
        if len(values) and not np.any(epoch != epoch[0]):
            return ranges[int(epoch[0])].owner_of(values)
        found = np.full(len(values), NO_ZONE, dtype=np.int64)
        for place, part in enumerate(ranges):
            here = np.flatnonzero(epoch == place)
            found[here] = part.owner_of(values[here])
        return found


def index_prefixes(*, prefixes: Iterable[Prefix]) -> ZoneIndex:
    """Flatten once per destination table. Raises PrefixInvalid."""
    listed = tuple(prefixes)
    for prefix in listed:
        if not (prefix.digits.isascii() and len(prefix.digits) <= PREFIX_MAX and "\0" not in prefix.digits):
            raise PrefixInvalid(repr(prefix.digits))
    first = _number(date.min)
    epochs = sorted({first, *(_number(p.valid_from) for p in listed), *(_end(p) for p in listed if p.valid_to)})
    numbers: dict[Schedule, int] = {}
    spans = [_schedules_on(listed, day=day, numbers=numbers) for day in epochs]
    return ZoneIndex(
        epochs=np.array(epochs, dtype=np.int64),
        numbers=tuple(_number_ranges(span) for span in spans),
        texts=tuple(_text_ranges(span) for span in spans),
        schedules=tuple(numbers),
        longest=max((len(p.digits) for p in listed if p.digits.isdigit()), default=0),
    )


def _schedules_on(prefixes: Sequence[Prefix], *, day: int, numbers: dict[Schedule, int]) -> dict[str, int]:
    """Prefix → number of its schedule on the day; equal schedules of different days share a number."""
    rows: dict[str, list[int]] = {}
    for prefix in prefixes:
        if _number(prefix.valid_from) <= day < _end(prefix):
            rows.setdefault(prefix.digits, []).append(prefix.zone)
    return {digits: numbers.setdefault(tuple(zones), len(numbers)) for digits, zones in rows.items()}


def _number_ranges(span: dict[str, int]) -> Ranges:
    plain = {digits: owner for digits, owner in span.items() if not digits or digits.isdigit()}
    ranges = [
        (_low(digits), len(digits), _low(digits) + 10 ** (WIDTH - len(digits)), owner)
        for digits, owner in plain.items()
        if len(digits) <= WIDTH
    ]
    starts, owners = _flatten(ranges, least=0, most=10**WIDTH)
    return Ranges(starts=np.array(starts, dtype=np.int64), owners=np.array(owners, dtype=np.int64))


def _text_ranges(span: dict[str, int]) -> Ranges:
    """In the order of bytes a text shorter than a prefix comes before it, so it never falls into its range."""
    width = PREFIX_MAX + 1
    ranges = [(text.encode(), len(text), text.encode().ljust(width, b"\xff"), owner) for text, owner in span.items()]
    starts, owners = _flatten(ranges, least=b"", most=b"\xff" * width)
    return Ranges(starts=np.array(starts, dtype=f"S{width}"), owners=np.array(owners, dtype=np.int64))


def _flatten(ranges: list[tuple[Any, int, Any, int]], *, least: Any, most: Any) -> tuple[list[Any], list[int]]:
    owner_from: dict[Any, int] = {least: NO_ZONE}
    open_ranges: list[tuple[Any, int]] = []
    for low, _, high, owner in sorted(ranges):
        _close(open_ranges, upto=low, owner_from=owner_from)
        owner_from[low] = owner
        open_ranges.append((high, owner))
    _close(open_ranges, upto=most, owner_from=owner_from)
    starts = sorted(owner_from)
    return starts, [owner_from[start] for start in starts]


def _close(open_ranges: list[tuple[Any, int]], *, upto: Any, owner_from: dict[Any, int]) -> None:
    while open_ranges and open_ranges[-1][0] <= upto:
        high, _ = open_ranges.pop()
        owner_from[high] = open_ranges[-1][1] if open_ranges else NO_ZONE


def _low(digits: str) -> int:
    return int(digits.ljust(WIDTH, "0"))


def _number(day: date) -> int:
    return (day - _EPOCH).days


def _end(prefix: Prefix) -> int:
    return _OPEN if prefix.valid_to is None else _number(prefix.valid_to)
