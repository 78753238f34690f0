"""Losses of network zones by month: what goes in, is billed, is measured and not billed, and is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import polars as pl
from django.db.models import BigIntegerField, F, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from rachun.apps.agreements.models import ServiceAgreement
from rachun.apps.billing.models import Bill, Charge
from rachun.apps.identity.scope import Scope
from rachun.apps.metering.models import CommonMeter
from rachun.apps.metering.selectors import list_common_meters
from rachun.apps.metering.selectors.zones import ZoneFlows, get_zone_flows
from rachun.engine.tariffs.components import EVERY_REGISTER, Metered
from rachun.engine.usage.losses import MONTHS, SPANS, monthly_losses

FLAT = "FLAT"  # the label of what is due once, which is no quantity
_CHARGED = {
    "bill": pl.String(),
    "agreement": pl.String(),
    "point": pl.String(),
    "component": pl.String(),
    "register": pl.String(),
    "line_no": pl.Int64(),
    "period_from": pl.Date(),
    "period_to": pl.Date(),
    "quantity_micro": pl.Int64(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneLoss:
    """A month of a main meter. loss and percent are None where the main meter was not read for all its days."""

    rule: CommonMeter
    month: date
    input: Decimal | None
    billed: Decimal
    unbilled: Decimal
    loss: Decimal | None
    loss_percent: Decimal | None
    unread_points: int

    @property
    def is_negative(self) -> bool:
        """More is billed and measured than went in: a reading, a multiplier or the list of points is wrong."""
        return self.loss is not None and self.loss < 0


def list_losses(
    *, scope: Scope, legal_entity_id: UUID, months: Sequence[date], known_until: datetime, main_point_id: UUID | None
) -> list[ZoneLoss]:
    """One row for each rule of a main meter and month of it, by the code of the point and the month.

    months: first days of months that follow each other. A constant number of queries.
    """
    until = next_month(months[-1])
    found = list_common_meters(scope=scope).filter(main_point__legal_entity_id=legal_entity_id, valid_from__lt=until)
    if main_point_id is not None:
        found = found.filter(main_point_id=main_point_id)
    rules = list(found.exclude(valid_to__lte=months[0]))
    if not rules:
        return []
    flows = get_zone_flows(rules=rules, start=months[0], until=until, known_until=known_until)
    told = monthly_losses(
        months=_months(rules, months=months),
        inputs=_conform(flows.inputs),
        measured=_conform(flows.measured),
        billed=_billed(rules, flows=flows, start=months[0], until=until),
        metered=flows.metered,
    )
    return [
        ZoneLoss(
            rule=rules[row["zone_ix"]],
            month=row["month"],
            unread_points=row["unread_points"],
            **{name: _scaled(row[f"{name}_micro"]) for name in ("input", "billed", "unbilled", "loss", "loss_percent")},
        )
        for row in told.iter_rows(named=True)
    ]


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _months(rules: Sequence[CommonMeter], *, months: Sequence[date]) -> pl.DataFrame:
    rows = [
        (ix, month, max(month, rule.valid_from), min(next_month(month), rule.valid_to or date.max))
        for ix, rule in enumerate(rules)
        for month in months
    ]
    return pl.DataFrame([row for row in rows if row[2] < row[3]], schema=dict(MONTHS), orient="row")


def _billed(rules: Sequence[CommonMeter], *, flows: ZoneFlows, start: date, until: date) -> pl.DataFrame:
    """SPANS of what issued bills hold of the points behind the zones, shares of the zone itself among it."""
    places = [
        (ix, str(member.service_point_id), rule.register_code, rule.share_code)
        for ix, rule in enumerate(rules)
        for member in rule.members.all()
    ]
    schema = {"zone_ix": pl.Int64, "point": pl.String, "own": pl.String, "share": pl.String}
    behind = pl.DataFrame(places, schema=schema, orient="row")
    charged = _once(_charged([UUID(point) for point in behind["point"].unique()], start=start, until=until))
    met = behind.join(charged, on="point")
    of_zone = pl.col("register").is_in([EVERY_REGISTER]) | (pl.col("register") == pl.col("own"))
    of_zone |= (pl.col("register") == pl.col("share")) & (pl.col("share") != "")
    numbers = {str(point): ix for ix, point in enumerate(flows.points)}
    free = len(numbers)
    numbers |= {point: free + ix for ix, point in enumerate(sorted(set(behind["point"]) - numbers.keys()))}
    placed = met.filter(of_zone).with_columns(
        point_ix=pl.col("point").replace_strict(numbers, default=None, return_dtype=pl.Int64())
    )
    return _conform(placed)


def _charged(points: Sequence[UUID], *, start: date, until: date) -> pl.DataFrame:
    agreements = ServiceAgreement.objects.filter(service_point_id__in=points)
    packages = Cast(KeyTextTransform("used_micro", "inputs"), BigIntegerField())
    found: QuerySet[Any, tuple[Any, ...]] = (
        Charge.objects.filter(
            account_id__in=agreements.values("account_id"),
            agreement__service_point_id__in=points,
            kind=Metered.kind,
            service_from__lt=until,
            service_to__gt=start,
            bill_id__in=Bill.objects.filter(period_to__gt=start).values("id"),
        )
        .exclude(label=FLAT)
        .annotate(used=Coalesce(packages, F("quantity_micro")))
        .values_list(
            "bill_id",
            "agreement_id",
            "agreement__service_point_id",
            "component",
            "register",
            "line_no",
            "service_from",
            "service_to",
            "used",
            "quantity_micro",
        )
    )
    rows = [
        (str(bill), str(agreement), str(point), component, register, no, first, after, -abs(used) if q < 0 else used)
        for bill, agreement, point, component, register, no, first, after, used, q in found
    ]
    return pl.DataFrame(rows, schema=_CHARGED, orient="row")


def _once(charged: pl.DataFrame) -> pl.DataFrame:
    """A quantity that several components price (water and sewer) counts once: as the first of them has it.

    `*` counts only where no component of the bill names registers.
    """
    is_every = pl.col("register") == EVERY_REGISTER
    of_bill = ["bill", "agreement"]
    ordered = charged.with_columns(is_every=is_every, named=(~is_every).any().over(of_bill)).sort("line_no")
    kept = ordered.filter(~(pl.col("is_every") & pl.col("named")))
    first = pl.col("component").first().over([*of_bill, "register"])
    return kept.filter(pl.col("component") == first)


def _conform(frame: pl.DataFrame) -> pl.DataFrame:
    columns: Mapping[str, pl.DataType] = SPANS
    return frame.select(pl.col(name).cast(kind) for name, kind in columns.items())


def _scaled(micro: int | None) -> Any:
    return None if micro is None else Decimal(micro).scaleb(-6)
