"""Which version of a plan rules on which days: the latest start on or before the day, and no two starts alike."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from rachun.engine.tariffs.components import TariffVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionInForce:
    """A tariff version of a plan and the days on which it rules; `valid_to` is the next version's start."""

    version_ix: int
    plan_ix: int
    valid_from: date
    valid_to: date | None
    tariff: TariffVersion


class VersionsNotOrdered(ValueError):
    """Two versions of one plan start on the same day, so neither is the later."""


def versions_in_force(
    *, plan_ix: int, starts: Iterable[tuple[int, date, TariffVersion]], ends: date | None = None
) -> list[VersionInForce]:
    """Order (version_ix, valid_from, tariff) of one plan; each rules until the next starts, the last until `ends`."""
    ordered = sorted(starts, key=lambda row: row[1])
    for (earlier_ix, earlier, _), (later_ix, later, _) in pairwise(ordered):
        if earlier == later:
            raise VersionsNotOrdered(f"plan {plan_ix}: versions {earlier_ix} and {later_ix} both start {later}")
    until = [valid_from for _, valid_from, _ in ordered[1:]] + [ends]
    return [
        VersionInForce(version_ix=ix, plan_ix=plan_ix, valid_from=valid_from, valid_to=valid_to, tariff=tariff)
        for (ix, valid_from, tariff), valid_to in zip(ordered, until, strict=True)
    ]
