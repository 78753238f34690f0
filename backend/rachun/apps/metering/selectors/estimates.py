"""Estimates for a bill run: what was estimated before, what the readings say since, what no reading tells yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import polars as pl
from django.db.models import BigIntegerField, DateField, DateTimeField, F, Q, TextField
from django.db.models.functions import Cast

from rachun.apps.agreements.models import AgreementAttribute, ServiceAgreement
from rachun.apps.base.columns import IsOneOf, listed
from rachun.apps.base.questions import FrameQuestion, Rows, Told
from rachun.apps.metering.estimate_mapping import (
    ESTIMATE_COLUMNS,
    KEY,
    OPEN_COLUMNS,
    disproved_of,
    estimate_rows,
    gaps_of,
    ruled_gaps,
    stuck_refusals,
    taken_back_rows,
)
from rachun.apps.metering.mapping import NO_REFUSALS, NOTHING, measured_rows, points_of
from rachun.apps.metering.models import Consumption, EstimationRule, Reading
from rachun.apps.metering.selectors.installed import served_to
from rachun.apps.metering.selectors.knowledge import known_at
from rachun.engine.usage.estimation import STEPS
from rachun.values.quantity import MICRO, parse_micro

_RULES = {
    "rule_ix": pl.Int64(),
    "rule_id": pl.String(),
    "service_id": pl.String(),
    "branch_id": pl.String(),
    "legal_entity_id": pl.String(),
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),
    "max_days": pl.Int64(),
}
_AGREEMENTS = {
    "agreement_id": pl.String(),
    "service_id": pl.String(),
    "branch_id": pl.String(),
    "legal_entity_id": pl.String(),
}
_MEMBERS = {
    "agreement_id": pl.String(),
    "attribute": pl.String(),
    "value_micro": pl.Int64(),
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),
}
READING_COLUMNS = {
    "register_id": pl.String(),
    "reading_id": pl.String(),
    "boundary_date": pl.Date(),
    "value_micro": pl.Int64(),
    "kind": pl.String(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """disproved: keys whose measured rows and refusals are replaced by `measured` and `refusals`.
    measured, reversed_rows: CONSUMPTION_COLUMNS. estimates: ESTIMATE_COLUMNS. taken_back: OPEN_COLUMNS.
    """

    disproved: pl.DataFrame
    measured: pl.DataFrame
    reversed_rows: pl.DataFrame
    estimates: pl.DataFrame
    taken_back: pl.DataFrame
    refusals: pl.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """What was derived without estimates.

    stretches, points: from where billing stopped. every_stretch: from the beginning, with start = seg_from.
    """

    stretches: pl.DataFrame
    every_stretch: pl.DataFrame
    points: pl.DataFrame
    stated: pl.DataFrame
    billed: pl.DataFrame


def find_estimates(
    *,
    agreement_ids: pl.Series,
    derived: Derived,
    since: date,
    until: date,
    known_until: datetime,
    as_before: datetime | None = None,
) -> Estimates:
    """At most six queries, whatever the number of agreements; one where every register is read.

    as_before: an instant of the past; the open estimates are then those that were open just before it.
    """
    stated = derived.stated
    opened = open_estimates(agreement_ids, as_before=as_before)
    unread = gaps_of(stretches=derived.stretches, points=derived.points, stated=stated)
    if opened.is_empty() and unread.is_empty():
        return _nothing()
    rules, steps = list_rules(_services(unread, opened), known_until=known_until)
    if opened.is_empty() and steps.is_empty():
        return _nothing()
    keys = pl.concat([unread.select(KEY), opened.select(KEY)]).unique()
    whole = derived.every_stretch.join(keys, on=KEY, how="semi", maintain_order="left")
    history = points_of(stretches=whole, readings=list_readings_of(whole, until=until, known_until=known_until))
    found = disproved_of(open_estimates=opened, billed=derived.billed, points=history, since=pl.lit(since))
    again = history.join(found.keys, on=KEY).filter(pl.col("boundary_date") >= pl.col("reopened_from"))
    measured, below = measured_rows(points=again.drop("estimated_from", "reopened_from"))
    reversed_rows, taken_back = taken_back_rows(keys=found.keys, measured=measured, open_estimates=opened)
    reopened = whole.join(found.keys, on=KEY, maintain_order="left").filter(pl.col("seg_to") > pl.col("estimated_from"))
    reopened = reopened.with_columns(start=pl.max_horizontal("start", "estimated_from"))
    left_open = unread.join(pl.concat([found.keys.select(KEY), found.stuck.select(KEY)]), on=KEY, how="anti")
    gaps = pl.concat([left_open, gaps_of(stretches=reopened, points=again, stated=stated)])
    waiting = opened.join(found.keys, on=KEY, how="anti")
    ruled = ruled_gaps(gaps=gaps, open_estimates=waiting, agreements=_agreements(gaps), rules=rules)
    spans, _ = measured_rows(points=history)
    estimates = estimate_rows(
        gaps=ruled, steps=steps, spans=spans, members=_members(ruled, steps=steps, known_until=known_until)
    )
    return Estimates(
        disproved=pl.concat([found.keys.select(KEY), found.stuck.select(KEY)]),
        measured=measured,
        reversed_rows=reversed_rows,
        estimates=estimates,
        taken_back=taken_back,
        refusals=pl.concat([below, stuck_refusals(stuck=found.stuck)]),
    )


def _nothing() -> Estimates:
    return Estimates(
        disproved=pl.DataFrame(schema=dict.fromkeys(KEY, pl.String())),
        measured=NOTHING,
        reversed_rows=NOTHING,
        estimates=pl.DataFrame(schema=dict(ESTIMATE_COLUMNS)),
        taken_back=pl.DataFrame(schema=dict(OPEN_COLUMNS)),
        refusals=NO_REFUSALS,
    )


def _estimates_in_bills(*, is_open: Q) -> Rows:
    return Consumption.objects.filter(
        is_open, served_to(Told("agreements", TextField())), rule__isnull=False
    ).values_list(
        Cast("agreement_id", TextField()),
        "register_code",
        "valid_from",
        "valid_to",
        Cast(F("quantity") * MICRO, BigIntegerField()),
        Cast("id", TextField()),
    )


def _open_before(instant: Told) -> Q:
    return (Q(superseded_at__isnull=True) | Q(superseded_at__gte=instant)) & Q(recorded_at__lt=instant)


def _readings() -> Rows:
    return Reading.objects.filter(
        known_at(instant=Told("known_until", DateTimeField())),
        IsOneOf("register_id", Told("registers", TextField()), kind="uuid"),
        boundary_date__range=(Told("since", DateField()), Told("until", DateField())),
    ).values_list(
        Cast("register_id", TextField()),
        Cast("id", TextField()),
        "boundary_date",
        Cast(F("value") * MICRO, BigIntegerField()),
        "kind",
    )


_OPEN = FrameQuestion(lambda: _estimates_in_bills(is_open=Q(superseded_at__isnull=True)), OPEN_COLUMNS)
_OPEN_BEFORE = FrameQuestion(
    lambda: _estimates_in_bills(is_open=_open_before(Told("before", DateTimeField()))), OPEN_COLUMNS
)
_READINGS = FrameQuestion(_readings, READING_COLUMNS)


def open_estimates(agreement_ids: pl.Series, *, as_before: datetime | None = None) -> pl.DataFrame:
    """OPEN_COLUMNS: estimates that bills hold and no reading has disproved yet, today, like the billed days."""
    agreements = listed(agreement_ids)
    if as_before is None:
        return _OPEN.ask(agreements=agreements)
    return _OPEN_BEFORE.ask(agreements=agreements, before=as_before)


def list_readings_of(stretches: pl.DataFrame, *, until: date, known_until: datetime) -> pl.DataFrame:
    """READING_COLUMNS of the stretches' registers from the earliest start on."""
    return _READINGS.ask(
        registers=listed(stretches["register_id"].unique()),
        since=stretches["start"].min() or until,
        until=until,
        known_until=known_until,
    )


def list_rules(service_ids: Sequence[UUID], *, known_until: datetime) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(rules, STEPS of them) of the services, of all days."""
    found = list(
        EstimationRule.objects.filter(known_at(instant=known_until), service_id__in=service_ids).order_by("id")
    )
    rules = [
        (
            ix,
            str(rule.id),
            str(rule.service_id),
            None if rule.branch_id is None else str(rule.branch_id),
            str(rule.legal_entity_id),
            rule.valid_from,
            rule.valid_to,
            rule.max_days,
        )
        for ix, rule in enumerate(found)
    ]
    steps = [row for ix, rule in enumerate(found) for row in step_rows(ix, rule.steps)]
    listed = pl.DataFrame(rules, schema=_RULES, orient="row")
    return listed, pl.DataFrame(steps, schema=dict(STEPS), orient="row")


def step_rows(rule_ix: int, steps: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Rows of STEPS; a norm has one for each register that it names."""
    rows: list[tuple[Any, ...]] = []
    for no, step in enumerate(steps, start=1):
        norms = step.get("norms", {"*": "0"})
        rows += [
            (
                rule_ix,
                no,
                step["method"],
                register,
                step.get("periods", 0),
                parse_micro(text=norm),
                step.get("attribute", ""),
            )
            for register, norm in sorted(norms.items())
        ]
    return rows


def _services(*frames: pl.DataFrame) -> list[UUID]:
    ids = pl.concat([frame.select("agreement_id") for frame in frames])["agreement_id"].unique()
    if ids.is_empty():
        return []
    found = ServiceAgreement.objects.filter(IsOneOf("id", ids, kind="uuid"))
    return list(found.order_by("service_id").values_list("service_id", flat=True).distinct())


def _agreements(gaps: pl.DataFrame) -> pl.DataFrame:
    ids = [UUID(one) for one in gaps["agreement_id"].unique().sort().to_list()]
    found = ServiceAgreement.objects.filter(id__in=ids).values_list(
        "id", "service_id", "service_point__branch_id", "legal_entity_id"
    )
    return pl.DataFrame([tuple(map(str, row)) for row in found], schema=_AGREEMENTS, orient="row")


def _members(gaps: pl.DataFrame, *, steps: pl.DataFrame, known_until: datetime) -> pl.DataFrame:
    names = steps.filter(pl.col("attribute") != "")["attribute"].unique().to_list()
    ids = [UUID(one) for one in gaps["agreement_id"].unique().sort().to_list()]
    if not names or not ids:
        return pl.DataFrame(schema=_MEMBERS)
    found = AgreementAttribute.objects.filter(
        known_at(instant=known_until), agreement_id__in=ids, attribute__in=names
    ).values_list(
        Cast("agreement_id", TextField()),
        "attribute",
        Cast(F("value") * MICRO, BigIntegerField()),
        "valid_from",
        "valid_to",
    )
    return pl.DataFrame(list(found), schema=_MEMBERS, orient="row")
