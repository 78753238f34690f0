"""Shares of common meters for a bill run: what a main meter shows beyond its sub-meters, parted among those served."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import polars as pl
from django.db.models import BigIntegerField, DateField, DateTimeField, F, QuerySet, TextField, Value
from django.db.models.functions import Cast, Least

from rachun.apps.agreements.models import AgreementAttribute, ServiceTerm
from rachun.apps.base.columns import listed
from rachun.apps.base.questions import FrameQuestion, Rows, Told
from rachun.apps.metering.common_mapping import (
    ESTIMATE,
    POINT_COLUMNS,
    RELATION_COLUMNS,
    Buildings,
    needs_of,
    quantities_of,
    read_days,
    share_rows,
    sums_of,
    uncovered,
    windows_of,
    wrong_readings,
)
from rachun.apps.metering.mapping import NO_REFUSALS, NOTHING
from rachun.apps.metering.models import CommonMeter, CommonMeterMember
from rachun.apps.metering.selectors.estimates import list_readings_of
from rachun.apps.metering.selectors.installed import list_registers_at, list_terms_at, served_to
from rachun.apps.metering.selectors.knowledge import known_at
from rachun.values.quantity import MICRO

_UNITS = {
    "agreement_id": pl.String(),
    "attribute": pl.String(),
    "value_micro": pl.Int64(),
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whose consumption, up to which day. since: the first day of the billing period.

    agreement_ids: as texts. billed: agreement_id, register, billed_until; an agreement that was never billed has no
    row there.
    """

    agreement_ids: pl.Series
    billed: pl.DataFrame
    since: date
    until: date
    known_until: datetime


Consumed = Callable[..., Any]  # list_own_consumption, which this file must not import


def find_common_shares(*, asked: Asked, consumed: Consumed) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(CONSUMPTION_COLUMNS, REFUSAL_COLUMNS). One query where nobody is behind a common meter, at most seven else.

    consumed: gives the frames of agreements whose sub-meter was not read, where the rule lets an estimate stand for it.
    """
    relations = _relations(asked)
    if relations.is_empty():
        return NOTHING, NO_REFUSALS
    buildings = _buildings(relations, asked=asked)
    needs = needs_of(buildings=buildings, agreement_ids=asked.agreement_ids, billed=asked.billed)
    days = read_days(buildings)
    windows = windows_of(buildings=buildings, needs=needs, days=days, since=asked.since, until=asked.until)
    lost = uncovered(buildings=buildings, needs=needs, windows=windows, days=days)
    quantities, wrong = quantities_of(buildings=buildings, windows=windows)
    quantities = _with_estimates(quantities, buildings=buildings, asked=asked, consumed=consumed)
    shares, refused = share_rows(buildings=buildings, needs=needs, windows=windows, quantities=quantities)
    main = relations.select("relation_ix", "main")
    backwards = wrong_readings(needs=needs, windows=windows, wrong=wrong, main=main)
    return shares, pl.concat([lost, backwards, refused])


def _relation_rows() -> Rows:
    """In force before the day, with a member at which one of the agreements is served."""
    until, known = Told("until", DateField()), known_at(instant=Told("known_until", DateTimeField()))
    served = ServiceTerm.objects.filter(known, served_to(Told("agreements", TextField())), valid_from__lt=until)
    shared = CommonMeterMember.objects.filter(
        service_point_id__in=served.values("service_point_id"), is_sharing=True
    ).values("common_meter_id")
    return CommonMeter.objects.filter(known, valid_from__lt=until, id__in=shared).values_list(
        Cast("id", TextField()),
        "main_point__code",
        "register_code",
        "share_code",
        "method",
        "attribute",
        "when_negative",
        "when_unread",
        "valid_from",
        Least("valid_to", until),
    )


_RELATIONS = FrameQuestion(_relation_rows, dict(list(RELATION_COLUMNS.items())[1:]))


def _relations(asked: Asked) -> pl.DataFrame:
    """RELATION_COLUMNS, numbered in the order of their ids."""
    agreements = listed(asked.agreement_ids)
    found = _RELATIONS.ask(agreements=agreements, until=asked.until, known_until=asked.known_until)
    numbered = found.sort("relation_id").with_row_index("relation_ix")
    return numbered.with_columns(pl.col("relation_ix").cast(pl.Int64))


def _buildings(relations: pl.DataFrame, *, asked: Asked) -> Buildings:
    until, known_until = asked.until, asked.known_until
    points = _points(relations)
    members = points.filter(~pl.col("is_main"))
    terms = list_terms_at(members["service_point_id"], until=until, known_until=known_until)
    read = points.filter(pl.col("is_main") | pl.col("is_subtracted"))["service_point_id"]
    registers = list_registers_at(read, until=until, known_until=known_until)
    return Buildings(
        relations=relations,
        points=points,
        terms=terms,
        units=_units(terms, names=relations["attribute"], asked=asked),
        registers=registers,
        readings=list_readings_of(
            registers.with_columns(start=_earliest(terms, asked=asked)), until=until, known_until=known_until
        ),
    )


def _points(relations: pl.DataFrame) -> pl.DataFrame:
    ids = [UUID(one) for one in relations["relation_id"]]
    ix = dict(zip(relations["relation_id"], relations["relation_ix"], strict=True))
    mains = CommonMeter.objects.filter(id__in=ids).values_list("id", "main_point_id", "main_point__code")
    members = CommonMeterMember.objects.filter(common_meter_id__in=ids).values_list(
        "common_meter_id", "service_point_id", "service_point__code", "is_subtracted", "is_sharing"
    )
    rows: list[tuple[Any, ...]] = [(ix[str(id_)], str(point), code, True, False, False) for id_, point, code in mains]
    rows += [(ix[str(id_)], str(point), code, False, *parts) for id_, point, code, *parts in members]
    return pl.DataFrame(rows, schema=dict(POINT_COLUMNS), orient="row")


def _earliest(terms: pl.DataFrame, *, asked: Asked) -> pl.Expr:
    """The first day whose readings may matter: where billing stopped, or where never billed service began."""
    mine = terms.filter(pl.col("agreement_id").is_in(asked.agreement_ids.implode()))
    done = asked.billed.group_by("agreement_id").agg(pl.col("billed_until").min())
    start = pl.coalesce("billed_until", "valid_from")
    days = mine.join(done, on="agreement_id", how="left").select(start=start)["start"]
    first = days.min()
    return pl.lit(min(first, asked.since) if isinstance(first, date) else asked.since)


def _units(terms: pl.DataFrame, *, names: pl.Series, asked: Asked) -> pl.DataFrame:
    found = AgreementAttribute.objects.filter(
        known_at(instant=asked.known_until),
        agreement_id__in=[UUID(one) for one in terms["agreement_id"].unique().to_list()],
        attribute__in=names.unique().to_list(),
        valid_from__lt=asked.until,
    ).values_list(
        Cast("agreement_id", TextField()),
        "attribute",
        Cast(F("value") * MICRO, BigIntegerField()),
        "valid_from",
        Least("valid_to", Value(asked.until)),
    )
    return _frame(found, _UNITS)


def _with_estimates(
    quantities: pl.DataFrame, *, buildings: Buildings, asked: Asked, consumed: Consumed
) -> pl.DataFrame:
    """Put what the agreement of an unread sub-meter is billed instead: agreed, or estimated, less what a reading
    takes back of earlier estimates, so that over the months no unit is lost.
    """
    rules = buildings.relations.select("relation_ix", "register", "when_unread")
    unread = quantities.filter(pl.col("quantity_micro").is_null() & ~pl.col("is_main")).join(rules, on="relation_ix")
    unread = unread.filter(pl.col("when_unread") == ESTIMATE)
    found = [
        _billed_instead(spell, buildings=buildings, asked=asked, consumed=consumed)
        for spell in unread.partition_by("start", "end", maintain_order=True)
    ]
    if not found:
        return quantities
    keys = ["win_ix", "service_point_id"]
    instead = pl.concat(found).select(*keys, instead="quantity_micro")
    filled = quantities.join(instead, on=keys, how="left", maintain_order="left")
    return filled.with_columns(pl.coalesce("quantity_micro", "instead").alias("quantity_micro")).drop("instead")


def _billed_instead(unread: pl.DataFrame, *, buildings: Buildings, asked: Asked, consumed: Consumed) -> pl.DataFrame:
    """win_ix, service_point_id, quantity_micro. unread: of one window's days."""
    start, end = unread["start"][0], unread["end"][0]
    held = unread.join(buildings.terms, on="service_point_id").filter(
        (pl.col("valid_from") < pl.col("end")) & (pl.col("start") < pl.col("valid_to"))
    )
    owners = held.select("win_ix", "service_point_id", "agreement_id", "register", "start", "end").unique()
    frames = consumed(
        asked=Asked(
            agreement_ids=owners["agreement_id"].unique().sort(),
            billed=owners.select("agreement_id", "register", billed_until="start").unique(),
            since=start,
            until=end,
            known_until=asked.known_until,
        )
    )
    keys = ["win_ix", "service_point_id"]
    owners = owners.join(frames.refusals, on="agreement_id", how="anti")  # nobody knows what these are billed
    used = owners.join(frames.consumption, on=["agreement_id", "register"])
    whole = sums_of(used, by=keys)
    back = owners.join(frames.reversed_consumption, on=["agreement_id", "register"])
    taken = back.group_by(keys).agg(taken=pl.col("quantity_micro").sum())
    net = whole.join(taken, on=keys, how="left")
    return net.with_columns(quantity_micro=pl.col("quantity_micro") - pl.col("taken").fill_null(0)).drop("taken")


def _frame(rows: QuerySet[Any, tuple[Any, ...]], columns: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=columns, orient="row")
