"""Load profiles for a bill run: bands of the days that no bill holds yet."""

from datetime import date, datetime
from uuid import UUID

import polars as pl
from django.db.models import TextField
from django.db.models.functions import Cast

from rachun.apps.metering.mapping import CONSUMPTION_COLUMNS, REFUSAL_COLUMNS
from rachun.apps.metering.models import IntervalDay
from rachun.apps.metering.profile_mapping import (
    DAYS,
    SPELLS,
    Profiles,
    banded_rows,
    begun,
    missing_days,
    series_of,
    spans_of,
)
from rachun.apps.metering.selectors.knowledge import known_at

__all__ = ["SPELLS", "Profiles", "find_banded"]


def find_banded(
    *,
    profiles: Profiles,
    spells: pl.DataFrame,
    stretches: pl.DataFrame,
    billed: pl.DataFrame,
    since: date,
    known_until: datetime,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(CONSUMPTION_COLUMNS, REFUSAL_COLUMNS). One query, none where no calendar is in force.

    spells: profile_spells. stretches: from the beginning. billed: agreement_id, register, billed_until.
    """
    nothing = pl.DataFrame(schema=dict(CONSUMPTION_COLUMNS)), pl.DataFrame(schema=dict(REFUSAL_COLUMNS))
    if spells.is_empty():
        return nothing
    until_band = _billed_bands(profiles, billed=billed)
    spans = spans_of(stretches=stretches, spells=spells, billed=until_band, since=since)
    if spans.is_empty():
        return nothing
    days = _days(spans, known_until=known_until)
    spans = begun(spans=spans, days=days)
    series = series_of(days, zone=profiles.zone)
    missing = missing_days(spans=spans, series=series, zone=profiles.zone)
    whole = spans.join(missing, on="agreement_id", how="anti")
    rows, across = banded_rows(spans=whole, series=series, profiles=profiles)
    return rows, pl.concat([missing, across])


def _billed_bands(profiles: Profiles, *, billed: pl.DataFrame) -> pl.DataFrame:
    """agreement_id, calendar_ix, billed_until: bands are billed together, so the latest of them speaks for all."""
    bands = [(ix, band) for ix, calendar in enumerate(profiles.calendars) for band in calendar.bands]
    named = pl.DataFrame(bands, schema={"calendar_ix": pl.Int64, "register": pl.String}, orient="row")
    return billed.join(named, on="register").group_by("agreement_id", "calendar_ix").agg(pl.col("billed_until").max())


def _days(spans: pl.DataFrame, *, known_until: datetime) -> pl.DataFrame:
    found = IntervalDay.objects.filter(
        known_at(instant=known_until),
        register_id__in=[UUID(one) for one in spans["register_id"].unique().to_list()],
        day__gte=spans["start"].min(),
        day__lt=spans["end"].max(),
    ).values_list(Cast("register_id", TextField()), "day", "interval_s", "quantities_micro")
    return pl.DataFrame(list(found), schema=dict(DAYS), orient="row")
