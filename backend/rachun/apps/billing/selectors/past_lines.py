"""What issued bills hold of the months that a reading corrects, where limits of their tariffs look at use."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import polars as pl
from django.db.models import Q

from rachun.apps.agreements.selectors.pricing import PricingFrames
from rachun.apps.billing.models import Bill, Charge
from rachun.engine.billing.benefits import KIND as BENEFIT
from rachun.engine.billing.snapshot import PAST_LINES, empty
from rachun.engine.tariffs.components import Allowance, Cap, Minimum, Percentage, TariffVersion, VatMode

_LIMITS = (Allowance, Cap, Minimum)
_ADDED = [*(kind.kind for kind in (*_LIMITS, Percentage)), BENEFIT]
_CHARGED = ("component", "kind", "register", "block_no", "label", "service_from", "service_to", "quantity_micro")
_PRICED = ("unit_price_e8", "net_minor", "gross_minor", "tax_category", "posting_code", "inputs")


def get_past_lines(
    *, frames: PricingFrames, taken_back: pl.DataFrame, as_before: datetime | None = None
) -> pl.DataFrame:
    """Columns of PAST_LINES; no query where nothing is taken back, or no tariff has limits.

    taken_back: account_ix, period_from, period_to of what bills hold and a reading disproves. as_before: only bills
    issued before it.
    """
    if taken_back.is_empty() or not any(_has_limits(one.tariff) for one in frames.versions):
        return empty(columns=PAST_LINES)
    bills = _bills(frames, taken_back=taken_back, as_before=as_before)
    charged = (
        Charge.objects.filter(bill_id__in=list(bills), version_id__in=frames.version_ids)
        .exclude(kind__in=_ADDED)
        .order_by("bill_id", "line_no")
        .values_list("bill_id", "account_id", "agreement_id", "version_id", *_CHARGED, *_PRICED)
    )
    places = _Places(frames)
    rows = [places.row(*row[:4], named=row[4:], period=bills[row[0]]) for row in charged]
    return pl.DataFrame(rows, schema=dict(PAST_LINES), orient="row")


def _bills(
    frames: PricingFrames, *, taken_back: pl.DataFrame, as_before: datetime | None
) -> Mapping[UUID, tuple[date, date]]:
    """Bill → its period, of those that touch what is taken back."""
    accounts = [UUID(one) for one in frames.account_keys.gather(taken_back["account_ix"].unique().sort())]
    issued = Q() if as_before is None else Q(issued_at__lt=as_before)
    found = Bill.objects.filter(
        issued,
        account_id__in=accounts,
        period_to__gt=taken_back["period_from"].min(),
        period_from__lt=taken_back["period_to"].max(),
    )
    return {bill: (start, end) for bill, start, end in found.values_list("id", "period_from", "period_to")}


def _has_limits(tariff: TariffVersion) -> bool:
    return any(isinstance(part, _LIMITS) for part in tariff.components)


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
        period: tuple[date, date],
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
            *(category, code, *period),
        )
