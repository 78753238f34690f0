"""The calendars of bands that are in force for agreements, as metering wants them."""

from collections.abc import Iterable
from datetime import date

import polars as pl

from rachun.apps.agreements.selectors.pricing import PricingFrames
from rachun.apps.identity.models import LegalEntity
from rachun.apps.metering.selectors.profiles import SPELLS, Profiles
from rachun.countries.holidays import list_holidays
from rachun.countries.loader import load_pack
from rachun.engine.tariffs.time_bands import TimeBands


def get_profiles(*, frames: PricingFrames, entity: LegalEntity, until: date) -> Profiles | None:
    """None where no version of the agreements' plans has a calendar."""
    banded = [(one, one.tariff.time_bands) for one in frames.versions if one.tariff.time_bands is not None]
    if not banded:
        return None
    calendars = list(dict.fromkeys(bands for _one, bands in banded))
    versions = pl.DataFrame(
        [(one.plan_ix, one.valid_from, one.valid_to, calendars.index(bands)) for one, bands in banded],
        schema={"plan_ix": pl.Int64, "ruled_from": pl.Date, "ruled_to": pl.Date, "calendar_ix": pl.Int64},
        orient="row",
    )
    named = frames.agreement_keys.alias("agreement_id").to_frame()
    ids = named.with_columns(agreement_ix=pl.int_range(pl.len(), dtype=pl.Int64))
    met = frames.assignments.join(versions, on="plan_ix").join(ids, on="agreement_ix")
    spells = met.with_columns(
        valid_from=pl.max_horizontal("valid_from", "ruled_from"), valid_to=pl.min_horizontal("valid_to", "ruled_to")
    )
    open_or_some = pl.col("valid_to").is_null() | (pl.col("valid_from") < pl.col("valid_to"))
    return profiles_of(spells=spells.filter(open_or_some), calendars=calendars, entity=entity, until=until)


def profiles_of(
    *, spells: pl.DataFrame, calendars: Iterable[TimeBands], entity: LegalEntity, until: date
) -> Profiles | None:
    """spells: columns of SPELLS."""
    pack = load_pack(entity.country_pack)
    first = spells["valid_from"].min()
    start = first.year if isinstance(first, date) else until.year
    return Profiles(
        spells=spells.select(pl.col(name).cast(kind) for name, kind in SPELLS.items()),
        calendars=tuple(calendars),
        zone=entity.time_zone,
        holidays=tuple(day for year in range(start, until.year + 1) for day in list_holidays(pack=pack, year=year)),
    )
