"""Served days × tariff version: the stretches everything is priced on.

Two kinds of stretches come from the same dates. `served` are the days on which the service was given under a version:
fixed, per_attribute and metered lines stand on them. `ruled` are the days on which the agreement had a version at all:
a call or a delivered service is priced by the version of its day even when that day is not served.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import polars as pl

from rachun.engine.billing.frames import (
    OPEN_DAY,
    all_refusals,
    checked,
    clipped,
    day_number,
    day_text,
    days,
    days_held,
    overlap,
    overlapping,
    refused,
)
from rachun.engine.billing.snapshot import AGREEMENTS, ASSIGNMENTS, Snapshot, SnapshotInvalid
from rachun.engine.tariffs.components import Component, Rounding, Taxed
from rachun.engine.tariffs.selection import VersionInForce
from rachun.values.money import exponent_of

DAYS_MAX: Final = 1_000  # of a billing period: keeps quantity × price × days inside 128 bits


@dataclass(frozen=True, kw_only=True)
class Stretches:
    """Frames with account_ix, agreement_ix, version_ix, from_day, to_day, clipped to what the snapshot can touch.

    presence: served days without regard to tariffs. ruled: without account_ix. in_period: `served` cut to the period.
    versions: version_ix, vat, to_even, minor_den (10^6 × 10^8 / minor units per currency unit), currency,
    tax_exact (tax is taken of the amount before rounding), season_days, season_from (of the season it stands for;
    else null).
    """

    start: int
    end: int
    presence: pl.DataFrame
    served: pl.DataFrame
    ruled: pl.DataFrame
    in_period: pl.DataFrame
    accounts: pl.DataFrame
    versions: pl.DataFrame
    refusals: pl.DataFrame

    @property
    def days(self) -> int:
        return self.end - self.start

    @cached_property
    def is_uncut(self) -> bool:
        """Whether no agreement has two stretches in the period."""
        return self.in_period["agreement_ix"].n_unique() == self.in_period.height


def stretches_of(*, snapshot: Snapshot, fact_days: Iterable[int]) -> Stretches:
    """Cut every agreement into stretches. fact_days: days of consumption, calls and deliveries outside the period."""
    start, end = day_number(snapshot.period.start), day_number(snapshot.period.end)
    if end - start > DAYS_MAX:
        raise SnapshotInvalid(f"period: more than {DAYS_MAX} days")
    first, last = min([start, *fact_days]), max([end, *fact_days])
    presence = days(
        checked(snapshot.agreements, columns=AGREEMENTS, name="agreements"), start="service_from", end="service_to"
    )
    accounts = presence.select("agreement_ix", "account_ix")
    if presence["agreement_ix"].n_unique() < presence.height:
        accounts = accounts.unique(maintain_order=True)
    if accounts["agreement_ix"].n_unique() < accounts.height:
        raise SnapshotInvalid("agreements: an agreement belongs to one account")
    presence = clipped(presence, start=first, end=last)
    assigned = days(
        checked(snapshot.assignments, columns=ASSIGNMENTS, name="assignments"), start="valid_from", end="valid_to"
    )
    assigned = clipped(assigned, start=first, end=last)
    ruled = overlapping(assigned, _in_force(snapshot.versions), on="plan_ix").select(
        "agreement_ix", "version_ix", "from_day", "to_day"
    )
    served = overlapping(presence, ruled, on="agreement_ix").sort("agreement_ix", "from_day")
    in_period = clipped(served, start=start, end=end)
    return Stretches(
        start=start,
        end=end,
        presence=presence,
        served=served,
        ruled=ruled,
        in_period=in_period,
        accounts=accounts,
        versions=_facts_of(snapshot.versions),
        refusals=_gaps(presence=presence, assigned=assigned, in_period=in_period, start=start, end=end),
    )


def _in_force(versions: Iterable[VersionInForce]) -> pl.DataFrame:
    rows = [
        (v.plan_ix, v.version_ix, day_number(v.valid_from), OPEN_DAY if v.valid_to is None else day_number(v.valid_to))
        for v in versions
    ]
    names = ["plan_ix", "version_ix", "from_day", "to_day"]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.Int64()), orient="row")


VERSION_FACTS: Final[Mapping[str, pl.DataType]] = {
    "version_ix": pl.Int64(),
    "vat": pl.String(),
    "to_even": pl.Boolean(),
    "minor_den": pl.Int64(),
    "currency": pl.String(),
    "tax_exact": pl.Boolean(),
    "season_days": pl.Int64(),
    "season_from": pl.Date(),
}


def version_facts(version: VersionInForce) -> tuple[Any, ...]:
    """A row of VERSION_FACTS."""
    tariff = version.tariff
    return (
        version.version_ix,
        tariff.vat.value,
        tariff.rounding == Rounding.HALF_EVEN,
        10 ** (14 - exponent_of(currency=tariff.currency)),
        tariff.currency,
        tariff.taxed == Taxed.EXACT,
        tariff.season_days,
        tariff.season_from,
    )


def _facts_of(versions: Iterable[VersionInForce]) -> pl.DataFrame:
    return pl.DataFrame([version_facts(one) for one in versions], schema=dict(VERSION_FACTS), orient="row")


def components_of(
    versions: Iterable[VersionInForce], *, kind: type[Component], extra: Mapping[str, pl.DataType]
) -> pl.DataFrame:
    """One row per component of a kind: version_ix, component_no, component, tax_category, posting_code, `extra`."""
    rows = [
        (v.version_ix, c.no, c.code, c.tax_category, c.posting_code, *(getattr(c, name) for name in extra))
        for v in versions
        for c in v.tariff.components
        if isinstance(c, kind)
    ]
    schema = {"version_ix": pl.Int64, "component_no": pl.Int16, "component": pl.String, "tax_category": pl.String}
    return pl.DataFrame(rows, schema={**schema, "posting_code": pl.String, **extra}, orient="row")


def _gaps(
    *, presence: pl.DataFrame, assigned: pl.DataFrame, in_period: pl.DataFrame, start: int, end: int
) -> pl.DataFrame:
    """Served days of the period without a tariff, with a tariff but no version, or served twice."""
    due = clipped(presence, start=start, end=end)
    twice = [rows for rows in (due, in_period) if overlap(rows, by="agreement_ix")]
    if not twice and days_held(due) == days_held(in_period) and not overlap(assigned, by="agreement_ix"):
        # Ruled days are assigned days, and these are days due; nothing is there twice, so equal sums have equal parts.
        return all_refusals([])
    both = overlapping(due, assigned, on="agreement_ix")
    keys = ["account_ix", "agreement_ix"]
    length = (pl.col("to_day") - pl.col("from_day")).sum()
    tallies = (
        due.group_by(keys, maintain_order=True)
        .agg(due=length)
        .join(both.group_by(keys).agg(assigned=length), on=keys, how="left")
        .join(in_period.group_by(keys).agg(ruled=length), on=keys, how="left")
        .with_columns(pl.col("assigned", "ruled").fill_null(0))
    )
    due_days, assigned_days, ruled_days = pl.col("due"), pl.col("assigned"), pl.col("ruled")
    return all_refusals(
        [
            refused(tallies.filter(assigned_days < due_days), code="NO_TARIFF", days=due_days - assigned_days),
            refused(tallies.filter(ruled_days < assigned_days), code="NO_VERSION", days=assigned_days - ruled_days),
            *([_served_twice(twice)] if twice else []),
        ]
    )


def _served_twice(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    agreement, until = pl.col("agreement_ix"), pl.col("to_day").shift(1)
    again = (agreement == agreement.shift(1)) & (pl.col("from_day") < until)
    ordered = [rows.sort("agreement_ix", "from_day") for rows in frames]
    found = [rows.filter(again).select("account_ix", "agreement_ix", "from_day") for rows in ordered]
    return refused(pl.concat(found), code="OVERLAPPING_SERVICE", day=day_text("from_day"))
