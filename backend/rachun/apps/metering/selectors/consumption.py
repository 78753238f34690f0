"""What a bill run bills of meters: one snapshot of terms, installations, readings and stated consumption."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

import polars as pl
from django.db.models import BigIntegerField, DateField, DateTimeField, F, TextField
from django.db.models.functions import Cast

from rachun.apps.base.columns import listed
from rachun.apps.base.questions import FrameQuestion, Rows, Told
from rachun.apps.metering.estimate_mapping import KEY
from rachun.apps.metering.mapping import (
    CONSUMPTION_COLUMNS,
    NO_REFUSALS,
    NOTHING,
    conform,
    doubled,
    measured_rows,
    points_of,
    served_stretches,
    since_billed,
    unread_starts,
)
from rachun.apps.metering.models import Consumption
from rachun.apps.metering.profile_mapping import Profiles, profile_spells, unbanded
from rachun.apps.metering.selectors.common_shares import Asked, find_common_shares
from rachun.apps.metering.selectors.estimates import Derived, find_estimates, list_readings_of
from rachun.apps.metering.selectors.installed import list_registers_at, list_terms_of, served_to
from rachun.apps.metering.selectors.knowledge import known_at
from rachun.apps.metering.selectors.profiles import find_banded
from rachun.values.quantity import MICRO

_BILLED = {"agreement_id": pl.String(), "register": pl.String(), "billed_until": pl.Date()}


_ORDER = ["agreement_id", "register", "period_from", "period_to", "basis", "evidence"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumptionFrames:
    """consumption: agreement_id, register, period_from, period_to, quantity_micro, basis, evidence (JSON).
    reversed_consumption: the same columns, what earlier bills hold and a reading disproves.
    estimates: ESTIMATE_COLUMNS, those rows of consumption that a rule made. taken_back: OPEN_COLUMNS, those rows of
    reversed_consumption that a rule had made. refusals: agreement_id, code, params (JSON).
    """

    consumption: pl.DataFrame
    reversed_consumption: pl.DataFrame
    estimates: pl.DataFrame
    taken_back: pl.DataFrame
    refusals: pl.DataFrame


def list_measured_consumption(  # house: argument-count -- each cuts the snapshot in another way
    *,
    agreement_ids: pl.Series,
    billed_until: pl.DataFrame,
    since: date,
    until: date,
    known_until: datetime,
    as_before: datetime | None = None,
    profiles: Profiles | None = None,
) -> ConsumptionFrames:
    """Consumption of the agreements' own meters, and their shares of common meters.

    agreement_ids: as texts. As list_own_consumption; evidence of a share: common_meter (the rule's id), main, register,
    from, to, method, main_quantity, subtracted, remainder, weight, whole, quantity. Refusals of shares: MAIN_NOT_READ,
    SUB_NOT_READ, NEGATIVE_REMAINDER, NOBODY_SHARES, SHARE_ATTRIBUTE_MISSING, COMMON_READING_WRONG.
    """
    asked = Asked(
        agreement_ids=agreement_ids,
        billed=conform(billed_until, _BILLED),
        since=since,
        until=until,
        known_until=known_until,
    )
    own = list_own_consumption(asked=asked, as_before=as_before, profiles=profiles)
    shares, refusals = find_common_shares(asked=asked, consumed=partial(list_own_consumption, as_before=as_before))
    if shares.is_empty() and refusals.is_empty():
        return own
    return replace(
        own,
        consumption=pl.concat([own.consumption, shares]).sort(_ORDER),
        refusals=pl.concat([own.refusals, refusals]),
    )


def list_own_consumption(
    *, asked: Asked, as_before: datetime | None = None, profiles: Profiles | None = None
) -> ConsumptionFrames:
    """Consumption of the agreements' served days before `until` that no bill holds yet, as known at `known_until`.

    Days without readings at both ends are estimated where a rule says how; else they
    give no row, so the engine refuses them. The number of queries does not grow with the agreements. as_before: an
    instant of the past; estimates are then taken as they stood just before it. profiles: the calendars by which load
    profiles are told apart into bands.

    evidence of a measured row: meter, register, from, to, from_value, to_value, multiplier, digits, reading_ids,
    kinds, rollover; of a stated one: consumption_id, text; of an estimate: estimate (its method), rule_id, step,
    register, from, to, based_on, based_on_days; of one taken back: taken_back (its id), register, from, to; of a band:
    profile, serial, band, clock, from, to, minutes, quantity. Refusals: READING_BELOW_PREVIOUS, BILLED_END_NOT_READ,
    CONSUMPTION_STATED_AND_MEASURED, INTERVALS_MISSING, INTERVALS_ACROSS_BANDS.
    """
    agreement_ids, billed = asked.agreement_ids, asked.billed
    since, until, known_until = asked.since, asked.until, asked.known_until
    terms = list_terms_of(agreement_ids, until=until, known_until=known_until)
    registers = list_registers_at(terms["service_point_id"], until=until, known_until=known_until)
    served = served_stretches(terms=terms, registers=registers)
    every = since_billed(served, billed_until=billed.clear())
    stretches = every if billed.is_empty() else since_billed(served, billed_until=billed)
    banded, unbandable = NOTHING, NO_REFUSALS
    if profiles is not None:
        spells = profile_spells(profiles=profiles, until=until)
        banded, unbandable = find_banded(
            profiles=profiles, spells=spells, stretches=every, billed=billed, since=since, known_until=known_until
        )
        every, stretches = (unbanded(stretches=one, spells=spells) for one in (every, stretches))
    readings = list_readings_of(stretches, until=until, known_until=known_until)
    points = points_of(stretches=stretches, readings=readings)
    stated = _stated(agreement_ids, billed=billed, until=until, known_until=known_until)
    estimates = find_estimates(
        agreement_ids=agreement_ids,
        derived=Derived(stretches=stretches, every_stretch=every, points=points, stated=stated, billed=billed),
        since=since,
        until=until,
        known_until=known_until,
        as_before=as_before,
    )
    if estimates.disproved.height:
        points = points.join(estimates.disproved, on=KEY, how="anti", maintain_order="left")
    measured, below = measured_rows(points=points)
    measured = pl.concat([measured, estimates.measured, banded])
    wrong = [below, unread_starts(points=points), doubled(measured=measured, stated=stated)]
    made = conform(estimates.estimates.with_columns(basis=pl.lit("ESTIMATED")), CONSUMPTION_COLUMNS)
    return ConsumptionFrames(
        consumption=pl.concat([measured, stated, made]).sort(_ORDER),
        reversed_consumption=estimates.reversed_rows.sort(_ORDER),
        estimates=estimates.estimates,
        taken_back=estimates.taken_back,
        refusals=pl.concat([*wrong, estimates.refusals, unbandable]),
    )


def _stated_rows() -> Rows:
    return Consumption.objects.filter(
        known_at(instant=Told("known_until", DateTimeField())),
        served_to(Told("agreements", TextField())),
        valid_to__lte=Told("until", DateField()),
        rule__isnull=True,
    ).values_list(
        Cast("agreement_id", TextField()),
        "register_code",
        "valid_from",
        "valid_to",
        Cast(F("quantity") * MICRO, BigIntegerField()),
        "basis",
        "evidence",
        Cast("id", TextField()),
    )


_STATED = FrameQuestion(_stated_rows, {**CONSUMPTION_COLUMNS, "consumption_id": pl.String()})


def _stated(agreement_ids: pl.Series, *, billed: pl.DataFrame, until: date, known_until: datetime) -> pl.DataFrame:
    """Consumption on another basis that ends by `until` and starts where billing stopped or later."""
    rows = _STATED.ask(agreements=listed(agreement_ids), until=until, known_until=known_until)
    if rows.is_empty():
        return NOTHING
    open_rows = rows.join(billed, on=["agreement_id", "register"], how="left").filter(
        pl.col("billed_until").is_null() | (pl.col("period_from") >= pl.col("billed_until"))
    )
    told = pl.struct("consumption_id", text=pl.col("evidence")).struct.json_encode()
    return open_rows.with_columns(evidence=told).select(CONSUMPTION_COLUMNS.keys())
