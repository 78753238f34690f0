"""Facts of one day (calls, delivered services) → the tariff version of that day and the component that prices them."""

from datetime import date

import polars as pl

from rachun.engine.billing.frames import OPEN_DAY, day_number, day_text, refused
from rachun.engine.billing.segments import Stretches


def on_their_day(
    facts: pl.DataFrame, *, stretches: Stretches, day: str, components: pl.DataFrame, key: str, code: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(facts with version and component, refusals).

    day: date column. key: the column that names what is priced, in both frames; `code` refuses one that the version of
    the day does not price, NO_VERSION a day without a version.
    """
    dated = facts.with_row_index("fact").with_columns(day=pl.col(day).cast(pl.Int32).cast(pl.Int64))
    dated = dated.join(stretches.accounts, on="agreement_ix", maintain_order="left")
    ruled = dated.join(stretches.ruled, on="agreement_ix", maintain_order="left").filter(
        pl.col("day").is_between(pl.col("from_day"), pl.col("to_day"), closed="left")
    )
    priced = ruled.drop("from_day", "to_day").join(components, on=["version_ix", key], maintain_order="left")
    unruled, unpriced = (dated.join(found, on="fact", how="anti") for found in (ruled, priced))
    unpriced = unpriced.join(unruled, on="fact", how="anti")
    params = {key: pl.col(key), "day": day_text("day")}
    refusals = [refused(unruled, code="NO_VERSION", **params), refused(unpriced, code=code, **params)]
    return priced, pl.concat(refusals)


def fact_days(*, facts: pl.DataFrame, columns: tuple[str, ...]) -> list[int]:
    """The earliest day and the day after the latest that the facts touch; nothing for no facts."""
    if facts.is_empty():
        return []
    days = [day_number(day) for name in columns for day in _ends(facts[name])]
    return [min(days), min(max(days) + 1, OPEN_DAY)]


def _ends(days: pl.Series) -> tuple[date, date]:
    first, last = days.min(), days.max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    return first, last
