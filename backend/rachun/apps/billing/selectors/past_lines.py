"""What issued bills hold of the months that a reading corrects, where limits of their tariffs look at use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import polars as pl
from django.db.models import Q

from rachun.apps.agreements.selectors.pricing import PricingFrames
from rachun.apps.billing.models import Bill, Charge
from rachun.apps.billing.selectors.allowance_balances import get_opening_allowances
from rachun.engine.billing.snapshot import ALLOWANCES, PAST_LINES, empty
from rachun.engine.tariffs.components import Allowance, Cap, Minimum, Percentage, TariffVersion, VatMode

_LIMITS = (Allowance, Cap, Minimum)
_ADDED = [kind.kind for kind in (Cap, Minimum, Percentage)]  # worked out again; credits and discounts are held to it
_CHARGED = ("component", "kind", "register", "block_no", "label", "service_from", "service_to", "quantity_micro")
_PRICED = ("unit_price_e8", "net_minor", "gross_minor", "tax_category", "posting_code", "inputs")


@dataclass(frozen=True, slots=True, kw_only=True)
class PastMonths:
    """lines: columns of PAST_LINES. allowances: columns of ALLOWANCES, what the first month of each account opened
    with, where units live on.
    """

    lines: pl.DataFrame = field(default_factory=lambda: empty(columns=PAST_LINES))
    allowances: pl.DataFrame = field(default_factory=lambda: empty(columns=ALLOWANCES))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bill:
    start: date
    end: date


def get_past_months(
    *, frames: PricingFrames, taken_back: pl.DataFrame, before: date, as_before: datetime | None = None
) -> PastMonths:
    """No query where nothing is taken back, or no tariff has limits.

    taken_back: account_ix, period_from, period_to of what bills hold and a reading disproves. before: the first day of
    the bill that corrects. as_before: only bills issued before it.
    """
    if taken_back.is_empty() or not any(_has_limits(one.tariff) for one in frames.versions):
        return PastMonths()
    lives_on = any(_lives_on(one.tariff) for one in frames.versions)
    bills = _bills(frames, taken_back=taken_back, before=before if lives_on else None, as_before=as_before)
    charged = (
        Charge.objects.filter(bill_id__in=list(bills), version_id__in=frames.version_ids)
        .exclude(kind__in=_ADDED)
        .order_by("bill_id", "line_no")
        .values_list("bill_id", "account_id", "agreement_id", "version_id", *_CHARGED, *_PRICED)
    )
    places = _Places(frames)
    rows = [places.row(*row[:4], named=row[4:], bill=bills[row[0]]) for row in charged]
    lines = pl.DataFrame(rows, schema=dict(PAST_LINES), orient="row")
    return PastMonths(lines=lines, allowances=_openings(lines, frames=frames) if lives_on else PastMonths().allowances)


def _openings(lines: pl.DataFrame, *, frames: PricingFrames) -> pl.DataFrame:
    """What the first of its months opened with, for the agreements of each account."""
    first = lines.group_by("account_ix").agg(pl.col("bill_from").min())
    owners = frames.agreements.select("agreement_ix", "account_ix").unique().join(first, on="account_ix")
    found = [empty(columns=ALLOWANCES)]
    for [month], own in owners.partition_by("bill_from", as_dict=True).items():
        opening = get_opening_allowances(agreement_ids=frames.agreement_keys, period_from=month)
        found.append(opening.join(own, on="agreement_ix", how="semi"))
    return pl.concat(found)


def _bills(
    frames: PricingFrames, *, taken_back: pl.DataFrame, before: date | None, as_before: datetime | None
) -> Mapping[UUID, _Bill]:
    """Those that touch what is taken back of their account, with all after it until `before` where that is told."""
    since = taken_back.group_by("account_ix").agg(pl.col("period_from").min()).sort("account_ix")
    accounts = [UUID(one) for one in frames.account_keys.gather(since["account_ix"])]
    first = dict(zip(accounts, since["period_from"], strict=True))
    issued = Q() if as_before is None else Q(issued_at__lt=as_before)
    found = Bill.objects.filter(
        issued,
        account_id__in=accounts,
        period_to__gt=since["period_from"].min(),
        period_from__lt=before or taken_back["period_to"].max(),
    )
    rows = found.values_list("id", "account_id", "period_from", "period_to")
    return {bill: _Bill(start=start, end=end) for bill, account, start, end in rows if end > first[account]}


def _has_limits(tariff: TariffVersion) -> bool:
    return any(isinstance(part, _LIMITS) for part in tariff.components)


def _lives_on(tariff: TariffVersion) -> bool:
    return any(isinstance(part, Allowance) and part.rollover_periods > 0 for part in tariff.components)


class _Places:
    """Numbers of the frames by the ids of charges."""

    def __init__(self, frames: PricingFrames) -> None:
        self.accounts = {one: ix for ix, one in enumerate(frames.account_ids)}
        self.agreements = {one: ix for ix, one in enumerate(frames.agreement_ids)}
        self.versions = {one: ix for ix, one in enumerate(frames.version_ids)}
        tariffs = {one.version_ix: one.tariff for one in frames.versions}
        self.numbers = {(ix, part.code): part.no for ix, tariff in tariffs.items() for part in tariff.components}
        self.inside = {ix for ix, tariff in tariffs.items() if tariff.vat is VatMode.INSIDE}

    def row(
        self,
        _bill: UUID,
        account: UUID,
        agreement: UUID,
        version: UUID,
        *,
        named: tuple[Any, ...],
        bill: _Bill,
    ) -> tuple[Any, ...]:
        """A row of PAST_LINES. What a bill rounds once for several lines is no part of a line as it stands alone."""
        component, kind, register, block_no, label, start, end, quantity, price, net, gross, category, code, inputs = (
            named
        )
        version_ix = self.versions[version]
        amount = (gross if version_ix in self.inside else net) - int(inputs.get("rest_minor", 0))
        return (
            *(self.accounts[account], self.agreements[agreement], version_ix, self.numbers[version_ix, component]),
            *(component, kind, register or None, block_no, label or None, start, end, quantity, price, amount),
            *(category, code, bill.start, bill.end),
        )
