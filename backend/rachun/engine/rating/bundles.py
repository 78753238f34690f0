"""Included minutes: calls take what is left of their bundle in the order they were made.

A call that meets the end of a bundle is covered from its start as far as the bundle goes. What an agreement's component
is granted for a month (`grants.py`) is one bucket. A call draws on the bucket of its month; where units live on, on
those of earlier months, too, as long as they last; where they are shared over an account, on those of all its
agreements. What expires first goes first, then the earlier month, then the agreement of the lower number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from rachun.engine.rating.grants import ASKED, month_grants
from rachun.engine.rating.running import covered_in_order
from rachun.engine.tariffs.components import SharedBy

CALLS: Final[Mapping[str, pl.DataType]] = {
    "agreement_id": pl.String(),
    "component": pl.String(),
    "usage_date": pl.Date(),
    "known_at": pl.Datetime("us", "UTC"),  # when the call was asked for: spells count as they were known then
    "billed_s": pl.Int64(),
}
BUCKETS: Final[Mapping[str, pl.DataType]] = {
    "agreement_id": pl.String(),
    "component": pl.String(),
    "month": pl.Date(),
    "used_s": pl.Int64(),
}
_BUCKET: Final = ["agreement_id", "component", "month"]
_DAY: Final = ["agreement_id", "component", "month", "on_day", "known_at"]
_OWNED: Final = ["agreement_id", "component"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """of_calls: _DAY of each call, held_s, is_pooled: their bucket is not the only one they may draw on, or holds more
    for some than for others. pooled: _DAY of these, with each bucket in the order in which they are spent: holder,
    bucket_month, held_s.
    """

    of_calls: pl.DataFrame
    pooled: pl.DataFrame

    @property
    def buckets(self) -> pl.DataFrame:
        """_BUCKET of everything that the calls may draw on, without doubles."""
        of_pools = self.pooled.select("component", agreement_id="holder", month="bucket_month").select(_BUCKET)
        return pl.concat([self.of_calls.select(_BUCKET), of_pools]).unique()


def offers_of(*, calls: pl.DataFrame, spells: pl.DataFrame) -> Offers:
    """What the calls may draw on. calls: columns of CALLS. spells: SPELLS of them, and of all agreements of an account
    where units are shared.
    """
    own = month_grants(spells=spells, asked=_dated(calls))
    lives_on = (pl.col("rollover_periods") > 0) | (pl.col("shared_by") == SharedBy.ACCOUNT.value)
    plans = spells.group_by(_OWNED).agg(is_pooled=lives_on.any())
    changes = pl.col("held_s").n_unique().over(_BUCKET) > 1
    of_calls = own.join(plans, on=_OWNED).with_columns(is_pooled=pl.col("is_pooled") | changes)
    return Offers(of_calls=of_calls, pooled=_pooled(of_calls.filter("is_pooled"), spells=spells))


def cover_calls(*, calls: pl.DataFrame, offers: Offers, used: pl.DataFrame) -> tuple[pl.Series, pl.DataFrame]:
    """(covered_s beside `calls`, BUCKETS with what they took in used_s). calls: CALLS, in call order.

    used: BUCKETS, what earlier calls took. Calls without a spell are not covered.
    """
    exact = calls.select(pl.col(name).cast(dtype) for name, dtype in CALLS.items())
    numbered = offers.of_calls.select(_BUCKET).unique().with_row_index("bundle")
    counted = numbered.join(used, on=_BUCKET, how="left").with_columns(pl.col("used_s").fill_null(0))
    placed = _dated(exact).with_columns(exact["billed_s"]).with_row_index("place")
    offered = offers.of_calls.join(counted, on=_BUCKET)
    met = placed.join(offered, on=_DAY, how="left", maintain_order="left")
    nothing = met.filter(pl.col("is_pooled").is_null()).select("place", covered_s=pl.lit(0, pl.Int64))
    alone = _alone(met.filter(~pl.col("is_pooled")))
    taken = alone.group_by(_BUCKET).agg(used_s=pl.col("covered_s").sum())
    if (of_pools := met.filter("is_pooled")).height:
        seconds, spent = _from_pools(of_pools, pooled=offers.pooled, used=used)
        pool = of_pools.select("place", covered_s=pl.Series(seconds, dtype=pl.Int64))
        nothing, taken = pl.concat([nothing, pool]), pl.concat([taken, spent])
    covered = pl.concat([alone.select("place", "covered_s"), nothing]).sort("place")["covered_s"]
    return covered, taken.filter(pl.col("used_s") > 0).select(pl.col(n).cast(t) for n, t in BUCKETS.items())


def _dated(calls: pl.DataFrame) -> pl.DataFrame:
    month = pl.col("usage_date").dt.truncate("1mo")
    return calls.select(*_OWNED, "known_at", month=month, on_day=pl.col("usage_date")).select(list(ASKED))


def _alone(met: pl.DataFrame) -> pl.DataFrame:
    """Calls that draw on one bucket."""
    columns = met.select(pl.col("bundle", "billed_s", "held_s", "used_s").cast(pl.Int64))
    bundle, billed, held, used = (column.to_numpy() for column in columns)
    covered = covered_in_order(bundle=bundle, billed_s=billed, held_s=held, used_s=used)
    return met.with_columns(covered_s=pl.Series(covered, dtype=pl.Int64))


def _pooled(days: pl.DataFrame, *, spells: pl.DataFrame) -> pl.DataFrame:
    """_DAY of the calls, holder, bucket_month, held_s."""
    accounts = spells.select("account_id", *_OWNED).unique()
    sharing = days.filter(pl.col("shared_by") == SharedBy.ACCOUNT.value).join(accounts, on=_OWNED)
    others = sharing.select(*_DAY, "account_id").join(
        accounts.select("account_id", "component", holder="agreement_id"), on=["account_id", "component"]
    )
    others = _granted(others.with_columns(bucket_month=pl.col("month")), spells=spells)
    members = others.filter(pl.col("shared_by") == SharedBy.ACCOUNT.value).select(*_DAY, "holder")
    holders = pl.concat([members, days.select(*_DAY, holder=pl.col("agreement_id"))]).unique()
    most = spells["rollover_periods"].max() or 0
    assert isinstance(most, int), "a count of months"
    back = pl.DataFrame({"back": range(most + 1)}, schema={"back": pl.Int64})
    month = pl.col("month").dt.offset_by(pl.format("-{}mo", "back"))
    buckets = _granted(holders.join(back, how="cross").with_columns(bucket_month=month), spells=spells)
    usable = buckets.filter(pl.col("rollover_periods") >= pl.col("back"))
    expires = pl.col("rollover_periods") - pl.col("back")
    return usable.sort(*_DAY, expires, "bucket_month", "holder").select(*_DAY, "holder", "bucket_month", "held_s")


def _granted(rows: pl.DataFrame, *, spells: pl.DataFrame) -> pl.DataFrame:
    """rows: _DAY, holder, bucket_month. Adds what month_grants says of the holder's month."""
    last_day = pl.col("bucket_month").dt.offset_by("1mo").dt.offset_by("-1d")
    rows = rows.with_columns(
        bucket_day=pl.when(pl.col("bucket_month") == pl.col("month")).then(pl.col("on_day")).otherwise(last_day)
    )
    place = ["component", "known_at"]
    asked = rows.select(*place, agreement_id="holder", month="bucket_month", on_day="bucket_day")
    found = month_grants(spells=spells, asked=asked)
    renamed = found.rename({"agreement_id": "holder", "month": "bucket_month", "on_day": "bucket_day"})
    return rows.join(renamed, on=[*place, "holder", "bucket_month", "bucket_day"])


def _from_pools(calls: pl.DataFrame, *, pooled: pl.DataFrame, used: pl.DataFrame) -> tuple[list[int], pl.DataFrame]:
    """(seconds covered of each call, BUCKETS with what was spent): one call after another, because a bucket is drawn
    on from several months and agreements.
    """
    of_day: dict[tuple[Any, ...], list[tuple[tuple[Any, ...], int]]] = {}
    for *day, holder, month, held in pooled.select(*_DAY, "holder", "bucket_month", "held_s").rows():
        of_day.setdefault(tuple(day), []).append(((holder, day[1], month), held))
    spent = {(agreement, component, month): seconds for agreement, component, month, seconds in used.rows()}
    before = dict(spent)
    covered = [
        _draw(billed, buckets=of_day.get(tuple(day), ()), spent=spent)
        for *day, billed in calls.select(*_DAY, "billed_s").rows()
    ]
    rows = [(*bucket, seconds - before.get(bucket, 0)) for bucket, seconds in spent.items()]
    return covered, pl.DataFrame(rows, schema=dict(BUCKETS), orient="row")


def _draw(billed: int, *, buckets: Sequence[tuple[tuple[Any, ...], int]], spent: dict[tuple[Any, ...], int]) -> int:
    left = billed
    for bucket, held in buckets:
        used = spent.get(bucket, 0)
        if (taken := min(left, held - used)) > 0:
            spent[bucket] = used + taken
            left -= taken
        if left == 0:
            break
    return billed - left
