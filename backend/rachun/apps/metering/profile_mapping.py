"""Load profiles as columns: days of intervals → quantities of a tariff's bands, or what keeps them from it.

A profile stands for the register that the calendar names: on days on which a version with a calendar is in force, that
register's readings are not used. Rows are cut where versions change and where the billing period begins, and by
calendar months before it, because each of these is priced by its own days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from rachun.apps.metering.mapping import (
    CONSUMPTION_COLUMNS,
    REFUSAL_COLUMNS,
    conform,
    json_of,
    micro_text,
    refused_rows,
)
from rachun.engine.tariffs.time_bands import TimeBands, band_rule_rows
from rachun.engine.usage.bands import BAND_RULES, band_sums
from rachun.engine.usage.consumption import is_too_large, times_multiplier
from rachun.engine.usage.intervals import SERIES, daily_sums

DAYS: Mapping[str, Any] = {
    "register_id": pl.String(),
    "day": pl.Date(),
    "interval_s": pl.Int64(),
    "quantities_micro": pl.List(pl.Int64()),
}
SPELLS: Mapping[str, pl.DataType] = {
    "agreement_id": pl.String(),
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),  # null = open
    "calendar_ix": pl.Int64(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiles:
    """spells: SPELLS, when which calendar is in force. holidays: of the years that matter."""

    spells: pl.DataFrame
    calendars: Sequence[TimeBands]
    zone: str
    holidays: Sequence[date]


def profile_spells(*, profiles: Profiles, until: date) -> pl.DataFrame:
    """agreement_id, register, banded_from, banded_to, calendar_ix."""
    names = {"calendar_ix": range(len(profiles.calendars)), "register": [one.profile for one in profiles.calendars]}
    calendars = pl.DataFrame(names, schema={"calendar_ix": pl.Int64, "register": pl.String})
    spells = profiles.spells.join(calendars, on="calendar_ix").select(
        "agreement_id",
        "register",
        banded_from="valid_from",
        banded_to=pl.col("valid_to").fill_null(until).clip(upper_bound=pl.lit(until)),
        calendar_ix="calendar_ix",
    )
    return spells.filter(pl.col("banded_from") < pl.col("banded_to"))


def unbanded(*, stretches: pl.DataFrame, spells: pl.DataFrame) -> pl.DataFrame:
    """The stretches without the days from the first to the last day of a calendar that reads their register."""
    whole = spells.group_by("agreement_id", "register").agg(pl.col("banded_from").min(), pl.col("banded_to").max())
    met = stretches.join(whole, on=["agreement_id", "register"], how="left", maintain_order="left")
    free = met.filter(pl.col("banded_from").is_null())
    before = met.with_columns(seg_to=pl.min_horizontal("seg_to", "banded_from"))
    after = met.with_columns(
        seg_from=pl.max_horizontal("seg_from", "banded_to"), start=pl.max_horizontal("start", "banded_to")
    )
    banded = [one.filter(pl.col("banded_from").is_not_null()) for one in (before, after)]
    kept = pl.concat([free, *(one.filter(pl.col("start") < pl.col("seg_to")) for one in banded)])
    return kept.select(stretches.columns)


def spans_of(*, stretches: pl.DataFrame, spells: pl.DataFrame, billed: pl.DataFrame, since: date) -> pl.DataFrame:
    """agreement_id, register_id, register, meter, multiplier_micro, calendar_ix, is_billed, start, end: what is to be
    told apart.

    stretches: from the beginning. billed: agreement_id, calendar_ix, billed_until.
    """
    own = stretches.drop("billed_until", strict=False)
    met = own.join(spells, on=["agreement_id", "register"]).join(billed, on=["agreement_id", "calendar_ix"], how="left")
    spans = met.with_columns(
        is_billed=pl.col("billed_until").is_not_null(),
        start=pl.max_horizontal("seg_from", "banded_from", "billed_until"),
        end=pl.min_horizontal("seg_to", "banded_to"),
    ).filter(pl.col("start") < pl.col("end"))
    of_register = ["agreement_id", "register_id", "register", "meter", "multiplier_micro"]
    return _cut(spans.select(*of_register, "calendar_ix", "is_billed", "start", "end"), since=since)


def begun(*, spans: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """What was never billed begins with the first day of its profile; nothing is known of the days before."""
    first = days.group_by("register_id").agg(first_day=pl.col("day").min())
    met = spans.join(first, on="register_id", how="left")
    later = pl.when(~pl.col("is_billed")).then(pl.max_horizontal("start", "first_day")).otherwise(pl.col("start"))
    return met.with_columns(start=later).filter(pl.col("start") < pl.col("end")).drop("first_day")


def series_of(days: pl.DataFrame, *, zone: str) -> pl.DataFrame:
    """SERIES with register_id; of two series of one day the one with fewer holes, then the finer one."""
    holes = pl.col("quantities_micro").list.eval(pl.element().is_null()).list.sum()
    one = (
        days.with_columns(holes=holes)
        .sort("register_id", "day", "holes", "interval_s")
        .unique(["register_id", "day"], keep="first", maintain_order=True)
    )
    midnight = pl.col("day").cast(pl.Datetime("us")).dt.replace_time_zone(zone, ambiguous="earliest")
    placed = one.with_columns(
        midnight=midnight.dt.convert_time_zone("UTC"),
        place=pl.int_ranges(pl.col("quantities_micro").list.len()),
    ).explode("quantities_micro", "place")
    told = placed.drop_nulls("quantities_micro").with_columns(
        register_ix=pl.col("register_id").rank("dense").cast(pl.Int64),
        starts_at=pl.col("midnight") + pl.duration(seconds=pl.col("place") * pl.col("interval_s")),
        length_s="interval_s",
        quantity_micro="quantities_micro",
    )
    return told.select("register_id", "day", *SERIES)


def missing_days(*, spans: pl.DataFrame, series: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Refusals INTERVALS_MISSING: days of the spans whose intervals do not cover them whole."""
    sums = daily_sums(series=series, zone=zone)
    names = series.select("register_ix", "register_id").unique()
    whole = sums.filter(pl.col("covered_s") == pl.col("expected_s")).join(names, on="register_ix")
    asked = spans.with_columns(day=pl.date_ranges("start", pl.col("end").dt.offset_by("-1d"))).explode("day")
    lost = asked.join(whole.select("register_id", "day"), on=["register_id", "day"], how="anti")
    told = lost.group_by("agreement_id", "register", "meter").agg(days=pl.len(), day=pl.col("day").min())
    return refused_rows(
        told.sort("agreement_id", "register", "meter"),
        code=pl.lit("INTERVALS_MISSING"),
        meter=pl.col("meter"),
        register=pl.col("register"),
        days=pl.col("days"),
        day=pl.col("day").cast(pl.String),
    )


def banded_rows(*, spans: pl.DataFrame, series: pl.DataFrame, profiles: Profiles) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(CONSUMPTION_COLUMNS, REFUSAL_COLUMNS): one row for each band of a span, also where nothing was used in it.

    The sum of a band's intervals is multiplied once by the register's multiplier, as the step of a dial is.
    """
    rows, refusals = [pl.DataFrame(schema=dict(CONSUMPTION_COLUMNS))], [pl.DataFrame(schema=dict(REFUSAL_COLUMNS))]
    for [calendar_ix], own in spans.partition_by("calendar_ix", as_dict=True).items():
        bands = profiles.calendars[int(calendar_ix)]
        needed = series.join(own.select("register_id").unique(), on="register_id", how="semi")
        told = band_sums(
            series=needed,
            rules=pl.DataFrame(band_rule_rows(bands), schema=dict(BAND_RULES), orient="row"),
            holidays=pl.Series(profiles.holidays, dtype=pl.Date),
            zone=profiles.zone,
            clock=bands.clock,
        )
        ids = needed.select("register_ix", "register_id").unique()
        sums = _shown(own, sums=told.sums.join(ids, on="register_ix"), bands=bands)
        rows.append(_rows(sums.filter(~is_too_large(pl.col("shown_micro"))), bands=bands))
        refusals.append(_too_large(sums.filter(is_too_large(pl.col("shown_micro")))))
        refusals.append(_across(own, unruled=told.unruled.join(ids, on="register_ix"), zone=profiles.zone))
    return pl.concat(rows), pl.concat(refusals)


def _shown(spans: pl.DataFrame, *, sums: pl.DataFrame, bands: TimeBands) -> pl.DataFrame:
    """Every band of every span with shown_micro (Int128) and covered_s."""
    every = spans.join(pl.DataFrame({"band": list(bands.bands)}), how="cross").with_row_index("row")
    met = every.join(sums, on=["register_id", "band"]).filter(
        (pl.col("start") <= pl.col("day")) & (pl.col("day") < pl.col("end"))
    )
    used = met.group_by("row").agg(shown_micro=pl.col("quantity_micro").sum(), covered_s=pl.col("covered_s").sum())
    return every.join(used, on="row", how="left", maintain_order="left").with_columns(
        pl.col("covered_s", "shown_micro").fill_null(0)
    )


def _too_large(sums: pl.DataFrame) -> pl.DataFrame:
    """Refusals INTERVALS_TOO_LARGE: more in a band than a quantity may be."""
    return refused_rows(
        sums.sort("row"),
        code=pl.lit("INTERVALS_TOO_LARGE"),
        meter=pl.col("meter"),
        register=pl.col("register"),
        **{"from": pl.col("start").cast(pl.String), "to": pl.col("end").cast(pl.String)},
    )


def _rows(sums: pl.DataFrame, *, bands: TimeBands) -> pl.DataFrame:
    whole = sums.with_columns(quantity_micro=times_multiplier(pl.col("shown_micro")))
    told = {
        "profile": pl.col("register"),
        "serial": pl.col("meter"),
        "band": pl.col("band"),
        "clock": pl.lit(bands.clock),
        "from": pl.col("start").cast(pl.String),
        "to": pl.col("end").cast(pl.String),
        "minutes": pl.col("covered_s") // 60,
        "shown": micro_text("shown_micro"),
        "multiplier": micro_text("multiplier_micro"),
        "quantity": micro_text("quantity_micro"),
    }
    rows = whole.with_columns(
        evidence=json_of(told),
        register=pl.col("band"),
        period_from="start",
        period_to="end",
        basis=pl.lit("MEASURED"),
    )
    return conform(rows, CONSUMPTION_COLUMNS)


def _across(spans: pl.DataFrame, *, unruled: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Refusals INTERVALS_ACROSS_BANDS: an interval that begins in one band and ends in another."""
    local = pl.col("starts_at").dt.convert_time_zone(zone)
    met = spans.join(unruled, on="register_id").with_columns(day=local.dt.date())
    inside = met.filter((pl.col("start") <= pl.col("day")) & (pl.col("day") < pl.col("end")))
    first = inside.group_by("agreement_id", "register", "meter").agg(pl.col("starts_at").min())
    return refused_rows(
        first.sort("agreement_id", "register", "meter"),
        code=pl.lit("INTERVALS_ACROSS_BANDS"),
        meter=pl.col("meter"),
        register=pl.col("register"),
        day=local.dt.strftime("%Y-%m-%d %H:%M"),
    )


def _cut(spans: pl.DataFrame, *, since: date) -> pl.DataFrame:
    """Parts before the billing period go by calendar months, because late days are priced by theirs."""
    own = spans.filter(pl.col("end") > since).with_columns(pl.col("start").clip(lower_bound=pl.lit(since)))
    late = spans.filter(pl.col("start") < since).with_columns(pl.col("end").clip(upper_bound=pl.lit(since)))
    months = late.with_columns(
        month=pl.date_ranges(pl.col("start").dt.truncate("1mo"), pl.col("end").dt.offset_by("-1d"), interval="1mo")
    ).explode("month")
    parts = months.with_columns(
        start=pl.max_horizontal("start", "month"), end=pl.min_horizontal("end", pl.col("month").dt.offset_by("1mo"))
    )
    return pl.concat([own, parts.drop("month")])
