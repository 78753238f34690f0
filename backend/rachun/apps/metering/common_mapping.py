"""Main meters, their sub-meters and those who share the rest, as columns.

# Note [Windows of a common meter]
A remainder is known between two days on which the main meter and every sub-meter were read. These days cut time into
windows; each window is shared as a whole among all who were served in it, whichever of them a run bills, so the parts
sum to the remainder. An agreement takes the windows from where its shares were billed (`billed_until`) on. Where the
rule estimates unread sub-meters, the days at which a run begins and ends and at which shares were billed are cuts too,
as soon as the main meter was read then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from rachun.apps.metering.mapping import (
    CONSUMPTION_COLUMNS,
    conform,
    json_of,
    measured_rows,
    micro_text,
    points_of,
    refused_rows,
    stretches_of,
)
from rachun.engine.usage.common_meters import SERVED, UNITS, shared_remainder, unit_days
from rachun.values.quantity import MICRO
from rachun.values.rounding import WIDE

COMMON_SHARE, EQUAL, ESTIMATE = "COMMON_SHARE", "EQUAL", "ESTIMATE"
RELATION_COLUMNS: Mapping[str, pl.DataType] = {
    "relation_ix": pl.Int64(),
    "relation_id": pl.String(),
    "main": pl.String(),
    "register": pl.String(),
    "share_code": pl.String(),
    "method": pl.String(),
    "attribute": pl.String(),
    "when_negative": pl.String(),
    "when_unread": pl.String(),
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),
}
POINT_COLUMNS: Mapping[str, pl.DataType] = {
    "relation_ix": pl.Int64(),
    "service_point_id": pl.String(),
    "point": pl.String(),
    "is_main": pl.Boolean(),
    "is_subtracted": pl.Boolean(),
    "is_sharing": pl.Boolean(),
}
_KEY = ["relation_ix", "since_day"]
_PART = ["main_ix", "agreement_ix"]
_PLACE = ["relation_ix", "service_point_id"]
_NEVER = date(1, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Buildings:
    """relations: RELATION_COLUMNS. points: POINT_COLUMNS, the main one among them. terms: agreement_id,
    service_point_id, valid_from, valid_to of every agreement at a member. units: agreement_id, attribute, value_micro,
    valid_from, valid_to. registers, readings: as stretches_of and points_of want them. No end is null.
    """

    relations: pl.DataFrame
    points: pl.DataFrame
    terms: pl.DataFrame
    units: pl.DataFrame
    registers: pl.DataFrame
    readings: pl.DataFrame

    @property
    def read(self) -> pl.DataFrame:
        """The points whose meters are read."""
        return self.points.filter(pl.col("is_main") | pl.col("is_subtracted"))


def needs_of(*, buildings: Buildings, agreement_ids: pl.Series, billed: pl.DataFrame) -> pl.DataFrame:
    """agreement_id, relation_ix, since_day, need_from, need_to: days of which the agreements need a share.

    since_day: where their shares were billed to; _NEVER where they were not. One row per served stretch.
    """
    sharing = buildings.points.filter("is_sharing").select("relation_ix", "service_point_id")
    mine = buildings.terms.filter(pl.col("agreement_id").is_in(agreement_ids.implode()))
    met = mine.join(sharing, on="service_point_id").join(buildings.relations, on="relation_ix", suffix="_rule")
    done = billed.select("agreement_id", "billed_until", share_code="register")
    asked = met.join(done, on=["agreement_id", "share_code"], how="left").with_columns(
        since_day=pl.col("billed_until").fill_null(_NEVER),
        need_from=pl.max_horizontal("valid_from", "valid_from_rule", "billed_until"),
        need_to=pl.min_horizontal("valid_to", "valid_to_rule"),
    )
    return asked.filter(pl.col("need_from") < pl.col("need_to")).select("agreement_id", *_KEY, "need_from", "need_to")


def read_days(buildings: Buildings) -> pl.DataFrame:
    """relation_ix, service_point_id, is_main, day: on which the relation's register was read at its points."""
    named = buildings.read.join(buildings.relations.select("relation_ix", "register"), on="relation_ix")
    standing = named.join(buildings.registers, on=["service_point_id", "register"])
    met = standing.join(buildings.readings, on="register_id")
    inside = met.filter(pl.col("boundary_date").is_between(pl.col("valid_from"), pl.col("valid_to")))
    return inside.select("relation_ix", "service_point_id", "is_main", day="boundary_date").unique()


def windows_of(
    *, buildings: Buildings, needs: pl.DataFrame, days: pl.DataFrame, since: date, until: date
) -> pl.DataFrame:
    """win_ix, relation_ix, since_day, start, end: see Note [Windows of a common meter].

    days: read_days. The same window has the same win_ix under each since_day.
    """
    wanted = buildings.read.group_by("relation_ix").agg(points=pl.len())
    whole = days.group_by("relation_ix", "day").agg(read=pl.len()).join(wanted, on="relation_ix")
    common = whole.filter(pl.col("read") == pl.col("points")).select("relation_ix", "day")
    keys = needs.select(_KEY).unique().join(buildings.relations, on="relation_ix")
    estimating = keys.filter(pl.col("when_unread") == ESTIMATE).join(days.filter("is_main"), on="relation_ix")
    is_edge = (pl.col("day") == pl.col("since_day")) | pl.col("day").is_in([since, until])
    both = pl.concat(
        [
            frame.filter(pl.col("day") >= pl.max_horizontal("since_day", "valid_from"))
            .filter(pl.col("day") <= pl.col("valid_to"))
            .select(*_KEY, "day")
            for frame in (keys.join(common, on="relation_ix"), estimating.filter(is_edge))
        ]
    ).unique()
    cut = both.sort(*_KEY, "day").select(*_KEY, start="day", end=pl.col("day").shift(-1).over(_KEY))
    met = cut.drop_nulls("end").join(needs, on=_KEY)
    used = met.filter((pl.col("start") < pl.col("need_to")) & (pl.col("need_from") < pl.col("end")))
    windows = used.select(*_KEY, "start", "end").unique().sort("relation_ix", "start", "end", "since_day")
    return windows.with_columns(win_ix=pl.struct("relation_ix", "start", "end").rank("dense").cast(pl.Int64))


def uncovered(*, buildings: Buildings, needs: pl.DataFrame, windows: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Refusals of agreements that need a share of days outside every window: MAIN_NOT_READ, SUB_NOT_READ.

    Days before the main meter was read for the first time are nobody's, where no share was billed before.
    """
    first = days.filter("is_main").group_by("relation_ix").agg(first_read=pl.col("day").min())
    span = windows.group_by(_KEY).agg(covered_from=pl.col("start").min(), covered_to=pl.col("end").max())
    asked = needs.join(first, on="relation_ix", how="left").join(span, on=_KEY, how="left")
    started = (pl.col("since_day") == pl.lit(_NEVER)) & (pl.col("first_read") > pl.col("need_from"))
    asked = asked.with_columns(need_from=pl.when(started).then("first_read").otherwise("need_from"))
    no_end = pl.col("covered_to").is_null() | (pl.col("covered_to") < pl.col("need_to"))
    lost = asked.filter(no_end | (pl.col("covered_from") > pl.col("need_from")))
    lost = lost.filter(pl.col("need_from") < pl.col("need_to")).join(
        buildings.relations.select("relation_ix", "main", ends="valid_to"), on="relation_ix"
    )
    no_end = pl.col("covered_to").is_null() | (pl.col("covered_to") < pl.col("need_to"))
    lost = lost.with_columns(day=pl.when(no_end).then("ends").otherwise("need_from"))
    points = lost.join(buildings.read, on="relation_ix").join(
        days.select("relation_ix", "service_point_id", "day"), on=["relation_ix", "service_point_id", "day"], how="anti"
    )
    told = points.sort("agreement_id", "day", "point").group_by("agreement_id", "main", "day", maintain_order=True)
    unread = told.agg(main_unread=pl.col("is_main").any(), points=pl.col("point").filter(~pl.col("is_main")))
    return refused_rows(
        unread,
        code=pl.when("main_unread").then(pl.lit("MAIN_NOT_READ")).otherwise(pl.lit("SUB_NOT_READ")),
        main=pl.col("main"),
        points=_listed(),
        day=pl.col("day").dt.offset_by("-1d").cast(pl.String),
    )


def quantities_of(*, buildings: Buildings, windows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(win_ix, service_point_id, is_main, start, end, quantity_micro: null where not wholly read; win_ix, meter, day of
    readings that are refused).
    """
    each = (
        windows.select("win_ix", "relation_ix", "start", "end")
        .unique("win_ix")
        .join(buildings.read, on="relation_ix")
        .join(buildings.relations.select("relation_ix", wanted="register"), on="relation_ix")
    )
    each = each.with_columns(key=pl.concat_str("win_ix", pl.lit("|"), "service_point_id"))
    terms = each.select("service_point_id", agreement_id="key", valid_from="start", valid_to="end")
    stretches = stretches_of(terms=terms, registers=buildings.registers, billed_until=_NOTHING_BILLED)
    stretches = stretches.join(each.select(agreement_id="key", register="wanted"), on=["agreement_id", "register"])
    spans, wrong = measured_rows(points=points_of(stretches=stretches, readings=buildings.readings))
    sums = sums_of(each.select("key", "start", "end").join(spans.rename({"agreement_id": "key"}), on="key"), by=["key"])
    meters = wrong.select(
        key="agreement_id",
        meter=pl.col("params").str.json_path_match("$.meter"),
        day=pl.col("params").str.json_path_match("$.reading"),
    )
    found = each.join(sums, on="key", how="left")
    columns = ["win_ix", "relation_ix", "service_point_id", "is_main", "start", "end", "quantity_micro"]
    return found.select(columns), each.select("key", "win_ix").join(meters, on="key").drop("key")


def sums_of(spans: pl.DataFrame, *, by: list[str]) -> pl.DataFrame:
    """by, quantity_micro: of spans (period_from, period_to, quantity_micro, start, end) that leave no day out."""
    ordered = spans.sort(*by, "period_from")
    reached = pl.col("period_to").cum_max().shift(1).over(by).fill_null(pl.col("start"))
    has_hole = (
        (ordered.with_columns(is_hole=pl.col("period_from") > reached))
        .group_by(by, maintain_order=True)
        .agg(
            pl.col("is_hole").any(),
            reached=pl.col("period_to").max(),
            end=pl.col("end").first(),
            quantity_micro=pl.col("quantity_micro").cast(WIDE).sum(),
        )
    )
    return has_hole.filter(~pl.col("is_hole") & (pl.col("reached") >= pl.col("end"))).select(*by, "quantity_micro")


def share_rows(
    *, buildings: Buildings, needs: pl.DataFrame, windows: pl.DataFrame, quantities: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(CONSUMPTION_COLUMNS, REFUSAL_COLUMNS) of the agreements that need a share. quantities: as of quantities_of."""
    spells = windows.select("win_ix", "relation_ix", "start", "end").unique("win_ix")
    each = spells.join(buildings.relations.drop("valid_from", "valid_to"), on="relation_ix")
    served = _served(buildings, each)
    weighed = unit_days(served=conform(served, SERVED), units=conform(_units(buildings, served), UNITS))
    unknown = served.join(weighed.unknown, on=["main_ix", "agreement_ix"], how="semi")
    known = each.join(unknown, on="win_ix", how="anti")
    subs = quantities.filter(~pl.col("is_main"))
    facts = known.join(_main_and_subs(quantities), on="win_ix")
    shared = shared_remainder(
        mains=facts.select(
            "when_negative", main_ix="win_ix", quantity_micro="main_micro", when_missing=pl.lit("REFUSE")
        ),
        subs=subs.select("quantity_micro", main_ix="win_ix", agreement_ix=pl.lit(0)),
        sharers=weighed.sharers,
    )
    wholes = weighed.sharers.group_by("main_ix").agg(whole_micro=pl.col("weight_micro").sum())
    mine = _of_needs(needs, windows=windows, served=served)
    parts = mine.join(shared.parts, on=_PART).join(weighed.sharers, on=_PART).join(wholes, on="main_ix")
    rows = parts.join(facts, on="win_ix").with_columns(
        register="share_code",
        period_from="served_from",
        period_to="served_to",
        basis=pl.lit(COMMON_SHARE),
        evidence=_evidence(),
    )
    refused = shared.refusals.select("code", win_ix="main_ix")
    names = buildings.points.select("relation_ix", "service_point_id", "point")
    refusals = [
        _refused_windows(mine, facts.join(refused, on="win_ix"), subs.join(names, on=_PLACE)),
        _unknown_units(mine, each, unknown.select("win_ix", "point").unique()),
    ]
    return conform(rows, CONSUMPTION_COLUMNS), pl.concat(refusals)


def wrong_readings(
    *, needs: pl.DataFrame, windows: pl.DataFrame, wrong: pl.DataFrame, main: pl.DataFrame
) -> pl.DataFrame:
    """Refusals of all who would share a window in which a reading of a meter is refused. main: relation_ix, main."""
    met = needs.join(windows, on=_KEY).join(wrong, on="win_ix").join(main, on="relation_ix")
    return refused_rows(
        met, code=pl.lit("COMMON_READING_WRONG"), main=pl.col("main"), meter=pl.col("meter"), reading=pl.col("day")
    )


_NOTHING_BILLED = pl.DataFrame(schema={"agreement_id": pl.String(), "register": pl.String(), "billed_until": pl.Date()})


def _served(buildings: Buildings, each: pl.DataFrame) -> pl.DataFrame:
    """win_ix = main_ix, agreement_ix, served_from, served_to, the rule: days of everybody who shares a window."""
    sharing = buildings.points.filter("is_sharing").select("relation_ix", "service_point_id", "point")
    met = each.join(sharing, on="relation_ix").join(buildings.terms, on="service_point_id")
    days = met.with_columns(
        served_from=pl.max_horizontal("start", "valid_from"), served_to=pl.min_horizontal("end", "valid_to")
    )
    served = days.filter(pl.col("served_from") < pl.col("served_to")).drop("valid_from", "valid_to")
    numbers = served.select("agreement_id").unique().sort("agreement_id")
    numbers = numbers.select("agreement_id", agreement_ix=pl.int_range(pl.len(), dtype=pl.Int64()))
    return served.join(numbers, on="agreement_id").with_columns(main_ix="win_ix")


def _units(buildings: Buildings, served: pl.DataFrame) -> pl.DataFrame:
    is_equal = pl.col("method") == EQUAL
    holders = served.select("main_ix", "agreement_ix", "agreement_id", "attribute", "method").unique()
    counted = holders.filter(~is_equal).join(buildings.units, on=["agreement_id", "attribute"])
    same = holders.filter(is_equal).with_columns(
        value_micro=pl.lit(MICRO, pl.Int64), valid_from=pl.lit(_NEVER), valid_to=pl.lit(date.max)
    )
    return pl.concat([counted.select(UNITS.keys()), same.select(UNITS.keys())])


def _of_needs(needs: pl.DataFrame, *, windows: pl.DataFrame, served: pl.DataFrame) -> pl.DataFrame:
    """agreement_id, agreement_ix, win_ix, main_ix, served_from, served_to: once per agreement and window of its own."""
    own = needs.select("agreement_id", *_KEY).unique().join(windows.select(*_KEY, "win_ix"), on=_KEY)
    days = served.group_by("win_ix", "main_ix", "agreement_id", "agreement_ix").agg(
        pl.col("served_from").min(), pl.col("served_to").max()
    )
    return own.join(days, on=["agreement_id", "win_ix"]).sort("agreement_id", "win_ix")


def _main_and_subs(quantities: pl.DataFrame) -> pl.DataFrame:
    """win_ix, main_micro, subs_micro."""
    main = quantities.filter("is_main").select("win_ix", main_micro="quantity_micro")
    below = quantities.filter(~pl.col("is_main")).group_by("win_ix").agg(subs_micro=pl.col("quantity_micro").sum())
    return main.join(below, on="win_ix", how="left").with_columns(pl.col("subs_micro").fill_null(0))


def _refused_windows(mine: pl.DataFrame, refused: pl.DataFrame, subs: pl.DataFrame) -> pl.DataFrame:
    """refused: facts of the windows, with code. subs: with the code of their point."""
    unread = subs.filter(pl.col("quantity_micro").is_null())
    listed = unread.sort("point").group_by("win_ix", maintain_order=True).agg(points=pl.col("point"))
    return refused_rows(
        mine.join(refused, on="win_ix").join(listed, on="win_ix", how="left"),
        code=pl.col("code"),
        main=pl.col("main"),
        points=_listed(),
        attribute=pl.col("attribute"),
        day=pl.col("end").dt.offset_by("-1d").cast(pl.String),
        main_quantity=micro_text("main_micro"),
        subtracted=micro_text("subs_micro"),
        **_days("start", "end"),
    )


def _unknown_units(mine: pl.DataFrame, each: pl.DataFrame, unknown: pl.DataFrame) -> pl.DataFrame:
    lacking = unknown.sort("point").group_by("win_ix", maintain_order=True).agg(points=pl.col("point"))
    known = mine.join(lacking, on="win_ix").join(
        each.select("win_ix", "main", "attribute", "start", "end"), on="win_ix"
    )
    return refused_rows(
        known,
        code=pl.lit("SHARE_ATTRIBUTE_MISSING"),
        main=pl.col("main"),
        attribute=pl.col("attribute"),
        points=_listed(),
        **_days("start", "end"),
    )


def _evidence() -> pl.Expr:
    return json_of(
        {
            "common_meter": pl.col("relation_id"),
            "main": pl.col("main"),
            "register": pl.col("register"),
            **_days("start", "end"),
            "method": pl.col("method"),
            "main_quantity": micro_text("main_micro"),
            "subtracted": micro_text("subs_micro"),
            "remainder": micro_text("remainder_micro"),
            "weight": micro_text("weight_micro"),
            "whole": micro_text("whole_micro"),
            "quantity": micro_text("quantity_micro"),
        }
    )


def _listed() -> pl.Expr:
    """The first ten, which is enough to begin with."""
    return pl.col("points").list.head(10).list.join(", ")


def _days(start: str, end: str) -> dict[str, pl.Expr]:
    return {"from": pl.col(start).cast(pl.String), "to": pl.col(end).cast(pl.String)}
