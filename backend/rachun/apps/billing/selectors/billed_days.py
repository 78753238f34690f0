"""Which days and registers issued bills hold already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from rachun.apps.base.columns import IsOneOf, read_frame
from rachun.apps.billing.models import BilledInterval, BillRun

DAY = timedelta(days=1)
_INTERVALS = {
    "agreement_id": pl.String(),
    "register": pl.String(),
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledDays:
    """days: agreement_ix, valid_from, valid_to. registers: agreement_id (text), register, billed_until."""

    days: pl.DataFrame
    registers: pl.DataFrame


def get_billed_days(*, keys: pl.DataFrame, before: date, as_before: BillRun | None = None) -> BilledDays:
    """The billed days of the agreements. Where a tariff has only metered components, the metered days count.

    keys: agreement_id (text), agreement_ix. as_before: an issued run; the days are those that bills held before it.
    """
    of_these = IsOneOf("agreement_id", keys["agreement_id"], kind="uuid")
    rows = BilledInterval.objects.filter(_standing(as_before), of_these).values_list(
        Cast("agreement_id", TextField()), "register", "valid_from", "valid_to"
    )
    found = read_frame(rows, _INTERVALS).join(keys.select("agreement_id", "agreement_ix"), on="agreement_id")
    by_days = found.filter(pl.col("register") == "")
    metered = found.filter(pl.col("register") != "")
    only_metered = metered.join(by_days.select("agreement_ix").unique(), on="agreement_ix", how="anti")
    days = pl.concat([by_days, only_metered]).filter(pl.col("valid_from") < before)
    return BilledDays(
        days=days.select("agreement_ix", "valid_from", "valid_to").unique().sort("agreement_ix", "valid_from"),
        registers=metered.group_by("agreement_id", "register").agg(billed_until=pl.col("valid_to").max()),
    )


def _standing(as_before: BillRun | None) -> Q:
    if as_before is None:
        return Q(released_at__isnull=True)
    held = Q(released_at__isnull=True) | Q(released_at__gt=as_before.issued_at)
    return held & Q(bill__issued_at__lte=as_before.issued_at) & ~Q(bill__run_id=as_before.id)


def without_billed(
    *, served: pl.DataFrame, billed: pl.DataFrame, period_from: date, period_to: date
) -> tuple[pl.DataFrame, Sequence[int]]:
    """Take billed days of the period out of the served stretches.

    served: agreement_ix, account_ix, service_from, service_to. Days before the period stay: late consumption is priced
    by them. Returns the stretches and the agreements that have no day of the period left. These keep one day after
    it, which no price touches, so that their late usage still finds them.
    """
    inside = (pl.col("service_from") < period_to) & (
        pl.col("service_to").is_null() | (pl.col("service_to") > period_from)
    )
    cut = billed.filter((pl.col("valid_from") < period_to) & (pl.col("valid_to") > period_from))
    touched = served.filter(inside).join(cut.select("agreement_ix").unique(), on="agreement_ix", how="semi")
    if touched.is_empty():
        return served, []
    rest = served.join(touched.select("agreement_ix").unique(), on="agreement_ix", how="anti")
    left: list[tuple[int, int, date, date | None]] = []
    done: list[int] = []
    holes = _periods_by_agreement(cut, period_from=period_from, period_to=period_to)
    for agreement in touched["agreement_ix"].unique().sort():
        rows = served.filter(pl.col("agreement_ix") == agreement)
        pieces = [piece for row in rows.iter_rows(named=True) for piece in _pieces(row, holes[agreement])]
        if not any(start < period_to and (end is None or end > period_from) for start, end in pieces):
            done.append(agreement)
            pieces.append((period_to, period_to + DAY))
        left += [(agreement, rows["account_ix"][0], start, end) for start, end in pieces]
    return pl.concat([rest, pl.DataFrame(left, schema=served.schema, orient="row")]), done


def _periods_by_agreement(
    cut: pl.DataFrame, *, period_from: date, period_to: date
) -> dict[int, list[tuple[date, date]]]:
    holes: dict[int, list[tuple[date, date]]] = {}
    for agreement, start, end in cut.sort("agreement_ix", "valid_from").iter_rows():
        holes.setdefault(agreement, []).append((max(start, period_from), min(end, period_to)))
    return holes


def _pieces(row: dict[str, date | None], holes: list[tuple[date, date]]) -> list[tuple[date, date | None]]:
    start, end = row["service_from"], row["service_to"]
    assert start is not None
    pieces: list[tuple[date, date | None]] = []
    for hole_from, hole_to in holes:
        if hole_to <= start or (end is not None and hole_from >= end):
            continue
        if start < hole_from:
            pieces.append((start, hole_from))
        start = max(start, hole_to)
    if end is None or start < end:
        pieces.append((start, end))
    return pieces
