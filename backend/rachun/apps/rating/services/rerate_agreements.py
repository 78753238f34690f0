"""Stored calls priced again where they stand, agreement by agreement.

Note [Whose call stays]
A call that a bill holds is never touched: what it would cost today is told, for whoever corrects the bill. A call that
another agreement would have today, or none, is left as well: that is no question of its price. Any other call gets
what it costs today; one without a price waits with the reason, because no price is never zero.

A call whose bill is being issued at this moment is as good as billed: Note [Sealed usage]. The bill's run could not end
if it changed.

Note [Bundles once more]
What bills hold of a bundle is spent. What they left is taken again by the month's other calls in call order, so the
calls of an agreement with a bundle are priced by whole calendar months. All that were asked count as recorded at one
moment, which is the order in which the self-audit takes the bundle again.

Where seconds are shared over an account or live on, no call knows of which month and whose they were. There each call
keeps the seconds that it had and its place in their order, and what they leave costs what it costs today; one that no
bundle would pay is left.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import polars as pl
from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast

from rachun.apps.base.columns import EpochMicroseconds, instant
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.rating.mapping import price_calls
from rachun.apps.rating.selectors.bundles import INSTANT, NOW, Included, list_included, list_spells
from rachun.apps.rating.selectors.guiding import CallFacts
from rachun.apps.rating.selectors.rerated import list_priced_calls
from rachun.apps.rating.services.settle_bundles import (
    bundle_facts,
    lock_buckets,
    offered_calls,
    priced_with_bundles,
)
from rachun.apps.usage.models import ReratedCall, Rerating, UsageRecord
from rachun.apps.usage.selectors import list_sealed_records
from rachun.apps.usage.services import await_seals, lock_calls, take_of_bundles
from rachun.engine.rating.bundles import BUCKETS, cover_calls, offers_of
from rachun.engine.tariffs.components import SharedBy
from rachun.values.quantity import MICRO

State, Standing = UsageRecord.State, ReratedCall.Standing
GUIDED_ELSEWHERE: Final = "OTHER_AGREEMENT"
SHARE_KEPT: Final = "POOLED_BUNDLE"
BEING_ISSUED: Final = "BEING_ISSUED"
NOT_OF_PRICE: Final = ("BAD_CALLER", "UNKNOWN_SUBSCRIBER", "NO_AGREEMENT", "UNANSWERED", "NO_DURATION")
_STORED: Final[Mapping[str, pl.DataType]] = {
    "load_key": pl.String(),
    "record_no": pl.Int64(),
    "state_was": pl.String(),
    "bill_id": pl.String(),
    "agreement_was": pl.String(),
    "component_was": pl.String(),
    "prefix_was": pl.String(),
    "destination_was": pl.String(),
    "billed_s_was": pl.Int64(),
    "covered_s_was": pl.Int64(),
    "amount_micro_was": pl.Int64(),
    "caller": pl.String(),
    "called": pl.String(),
    "usage_date": pl.Date(),
    "started_at": pl.Int64(),
    "duration_s": pl.Int64(),
    "quantity_micro": pl.Int64(),
}
_KEY: Final = ["load_key", "record_no"]
_BUNDLE: Final = ["agreement_id", "component", "month"]
_COMPARED: Final = ("component", "prefix", "destination", "billed_s", "covered_s", "amount_micro")
_STORE = """
UPDATE usage_usagerecord r
   SET state = n.state, reason = n.reason, component = n.component, prefix = n.prefix, destination = n.destination,
       billed_s = n.billed_s, covered_s = n.covered_s, amount_micro = n.amount_micro,
       recorded_at = CASE WHEN n.is_pooled AND n.covered_s IS NOT NULL THEN r.recorded_at ELSE %s END
  FROM unnest(%s::uuid[], %s::int[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::int[],
              %s::int[], %s::bigint[], %s::bool[])
    AS n (load_key, record_no, agreement_id, state, reason, component, prefix, destination, billed_s, covered_s,
          amount_micro, is_pooled)
 WHERE r.load_key = n.load_key AND r.record_no = n.record_no AND r.agreement_id = n.agreement_id AND r.state = 'RATED'
"""
_KEPT: Final = (*_KEY, "agreement_was", "state", "reason", *_COMPARED, "is_pooled")


class CallsMoved(RuntimeError):
    """Somebody loaded, billed or released calls of these agreements meanwhile; trying again sees them."""


def rerate_agreements(
    *, rerating: Rerating, agreement_ids: Sequence[UUID], is_applied: bool, rerated_at: datetime
) -> int:
    """Price the calls of agreements again and tell what differs; `is_applied` stores it too. Returns how many it was.

    Raises CallsMoved. One transaction; doing it again finds what is stored equal. Note [Whose call stays], Note
    [Bundles once more]
    """
    assert_in_transaction()
    months = (rerating.from_date.replace(day=1), _next_month(rerating.to_date - timedelta(days=1)))
    if is_applied:
        await_seals(legal_entity_id=rerating.legal_entity_id)
    sealed = list_sealed_records(agreement_ids=agreement_ids)
    if is_applied:
        lock_calls(agreement_ids=agreement_ids, start=months[0], end=months[1], sealed=sealed)
    stored = _stored(agreement_ids, months=months, sealed=sealed)
    if stored.is_empty():
        return 0
    included = list_included(legal_entity_id=rerating.legal_entity_id)
    priced = _priced(stored, rerating=rerating)
    covered = _with_bundles(priced, included=included, legal_entity_id=rerating.legal_entity_id)
    asked = _asked_for(covered, rerating=rerating)
    judged = asked.with_columns(standing=_standing(), reason=_reason())
    if is_applied:
        _store(judged, rerated_at=rerated_at)
    _tell(judged.filter(pl.col("differs")), rerating=rerating, is_applied=is_applied)
    return asked.filter("is_asked").height


def _next_month(day: date) -> date:
    return date.max if (day.year, day.month) == (9999, 12) else (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _stored(agreement_ids: Sequence[UUID], *, months: tuple[date, date], sealed: pl.DataFrame) -> pl.DataFrame:
    """Columns of _STORED, month, is_sealed."""
    calls = list_priced_calls(agreement_ids=agreement_ids, start=months[0], end=months[1])
    rows = calls.order_by("agreement_id", "load_key", "record_no").values_list(
        Cast("load_key", TextField()),
        "record_no",
        "state",
        Cast("bill_id", TextField()),
        Cast("agreement_id", TextField()),
        *("component", "prefix", "destination", "billed_s", "covered_s", "amount_micro", "caller", "called"),
        "usage_date",
        EpochMicroseconds("occurred_at"),
        *("duration_s", "quantity_micro"),
    )
    frame = pl.DataFrame(list(rows), schema=dict(_STORED), orient="row")
    dated = frame.with_columns(instant("started_at"), month=pl.col("usage_date").dt.truncate("1mo"))
    marked = sealed.with_columns(is_sealed=pl.lit(value=True))
    return dated.join(marked, on=_KEY, how="left", maintain_order="left").with_columns(
        is_sealed=pl.col("is_sealed").fill_null(value=False) & (pl.col("state_was") == State.RATED.value)
    )


def _priced(stored: pl.DataFrame, *, rerating: Rerating) -> pl.DataFrame:
    """What the calls cost today without a bundle. Numbers of a priced call are read already."""
    numbered = stored.with_columns(
        caller_e164=pl.col("caller"),
        called_e164=pl.col("called"),
        billable_s=pl.col("quantity_micro") // MICRO,
        answered=pl.lit(value=True),
    )
    facts = CallFacts(legal_entity_id=rerating.legal_entity_id)
    facts.learn(numbered["caller_e164"])
    priced = price_calls(records=numbered, facts=facts)
    stays = pl.col("agreement_id").eq_missing(pl.col("agreement_was"))
    is_left = pl.col("reason").is_in(NOT_OF_PRICE) | ~(stays | pl.col("agreement_id").is_null())
    return priced.with_columns(
        is_left=is_left,
        reason=pl.when(~stays & pl.col("agreement_id").is_not_null())
        .then(pl.lit(GUIDED_ELSEWHERE))
        .otherwise(pl.col("reason")),
        is_billed=(pl.col("state_was") == State.BILLED.value) | pl.col("is_sealed"),
        is_rated=(pl.col("state") == State.RATED.value) & stays,
        covered_s=pl.lit(None, pl.Int64),
    )


def _with_bundles(priced: pl.DataFrame, *, included: Sequence[Included], legal_entity_id: UUID) -> pl.DataFrame:
    """Calls with what bundles pay of them. Adds is_offered and is_pooled. Note [Bundles once more]"""
    if not included:
        return priced.with_columns(is_offered=pl.lit(value=False), is_pooled=pl.lit(value=False))
    facts = bundle_facts(
        priced.select(agreement_id="agreement_was"), included=included, legal_entity_id=legal_entity_id
    )
    spells = list_spells(facts=facts, included=included)
    lives_on = (pl.col("rollover_periods") > 0) | (pl.col("shared_by") == SharedBy.ACCOUNT.value)
    pools = spells.filter(lives_on).select(
        agreement_was="agreement_id", component_was="component", is_pooled=pl.lit(value=True)
    )
    place = ["agreement_was", "component_was"]
    priced = priced.join(pools.unique(), on=place, how="left", maintain_order="left").with_columns(
        pl.col("is_pooled").fill_null(value=False)
    )
    offered = offered_calls(priced.filter("is_rated"), included=included)
    keeping = offered.filter(pl.col("is_billed") | pl.col("is_pooled"), pl.col("covered_s_was").is_not_null())
    taking = _taken_again(offered.filter(~pl.col("is_billed"), ~pl.col("is_pooled")), priced=priced, spells=spells)
    keeping = keeping.with_columns(known_at=pl.lit(NOW).cast(INSTANT), covered_s=pl.col("covered_s_was"))
    paid = pl.concat([taking, keeping.select(taking.columns)])
    found = (priced_with_bundles(paid, legal_entity_id=legal_entity_id) if paid.height else paid).select(
        *_KEY, covered_now="covered_s", amount_now="amount_micro", is_offered=pl.lit(value=True)
    )
    joined = priced.join(found, on=_KEY, how="left", maintain_order="left").with_columns(
        pl.col("is_offered").fill_null(value=False),
        covered_s=pl.col("covered_now"),
        amount_micro=pl.coalesce("amount_now", "amount_micro"),
    )
    loses = pl.col("is_pooled") & ~pl.col("is_billed") & ~pl.col("is_offered") & pl.col("covered_s_was").is_not_null()
    return joined.with_columns(
        is_left=pl.col("is_left") | loses,
        reason=pl.when(loses & ~pl.col("is_left")).then(pl.lit(SHARE_KEPT)).otherwise(pl.col("reason")),
    )


def _taken_again(calls: pl.DataFrame, *, priced: pl.DataFrame, spells: pl.DataFrame) -> pl.DataFrame:
    """Calls with covered_s: in call order, of what billed calls and those that are left took."""
    spent = (
        priced.filter(pl.col("is_billed") | pl.col("is_left"))
        .group_by(agreement_id="agreement_was", component="component_was", month="month")
        .agg(used_s=pl.col("covered_s_was").sum())
    )
    asked = calls.sort("started_at", "agreement_id", *_KEY).with_columns(known_at=pl.lit(NOW).cast(INSTANT))
    if asked.is_empty():
        return asked
    used = spent.select(pl.col(name).cast(kind) for name, kind in BUCKETS.items())
    covered_s, _ = cover_calls(calls=asked, offers=offers_of(calls=asked, spells=spells), used=used)
    return asked.with_columns(covered_s)


def _asked_for(covered: pl.DataFrame, *, rerating: Rerating) -> pl.DataFrame:
    """Adds is_asked (the days of the re-rating; whole months where a bundle is shared) and differs."""
    inside = pl.col("usage_date").is_between(pl.lit(rerating.from_date), pl.lit(rerating.to_date), closed="left")
    shares = pl.col("is_offered") | pl.col("covered_s_was").is_not_null()
    in_bundles = (shares.any().over("agreement_was")) & ~pl.col("is_billed")
    differs = pl.any_horizontal(
        pl.col(name).ne_missing(pl.col("component_was" if name == "component" else f"{name}_was")) for name in _COMPARED
    )
    is_asked = inside | in_bundles
    return covered.with_columns(is_asked=is_asked, differs=is_asked & (differs | pl.col("is_left")))


def _standing() -> pl.Expr:
    return (
        pl.when(pl.col("is_left") | (pl.col("is_billed") & ~pl.col("is_rated")))
        .then(pl.lit(Standing.LEFT.value))
        .when("is_billed")
        .then(pl.lit(Standing.BILLED.value))
        .when("is_rated")
        .then(pl.lit(Standing.CHANGED.value))
        .otherwise(pl.lit(Standing.UNPRICED.value))
    )


def _reason() -> pl.Expr:
    return (
        pl.when(pl.col("is_left") | ~pl.col("is_rated"))
        .then(pl.col("reason"))
        .when("is_sealed")
        .then(pl.lit(BEING_ISSUED))
        .otherwise(pl.lit(""))
    )


def _store(judged: pl.DataFrame, *, rerated_at: datetime) -> None:
    """Raises CallsMoved."""
    taking = pl.col("is_asked") & ~pl.col("is_billed") & ~pl.col("is_left")
    bundled = judged.filter(
        taking & ~pl.col("is_pooled") & (pl.col("covered_s").is_not_null() | pl.col("covered_s_was").is_not_null())
    )
    moved = bundled.filter("differs").select("agreement_was", "month").unique()
    again = bundled.join(moved, on=["agreement_was", "month"], how="semi").select(_KEY)
    if moved.height:
        _count_bundles(judged)
    rows = judged.filter(taking & pl.col("differs")).select(_KEY)
    kept = judged.join(pl.concat([rows, again]).unique(), on=_KEY, how="semi")
    with connection.cursor() as cursor:
        cursor.execute(_STORE, [rerated_at, *(kept[name].to_list() for name in _KEPT)])
        if cursor.rowcount != kept.height:
            raise CallsMoved


def _count_bundles(judged: pl.DataFrame) -> None:
    """Bring the counters to what calls take now. Raises CallsMoved when they were not what the calls took before."""
    counted = judged.filter(~pl.col("is_pooled"))
    stays = pl.col("is_billed") | pl.col("is_left") | ~pl.col("is_asked")
    was = counted.filter(pl.col("covered_s_was").is_not_null()).select(
        agreement_id="agreement_was",
        component="component_was",
        month="month",
        was="covered_s_was",
        now=pl.lit(0, pl.Int64),
    )
    now = counted.select(
        agreement_id="agreement_was",
        component=pl.when(stays).then("component_was").otherwise("component"),
        month="month",
        was=pl.lit(0, pl.Int64),
        now=pl.when(stays).then("covered_s_was").otherwise("covered_s"),
    ).drop_nulls("now")
    sums = pl.concat([was, now]).group_by(_BUNDLE).agg(pl.col("was", "now").sum()).sort(_BUNDLE)
    used = lock_buckets(sums.select(_BUNDLE))["used_s"]
    if used.to_list() != sums["was"].to_list():
        raise CallsMoved
    taken = sums.select(*_BUNDLE, pl.col("now") - pl.col("was")).rows()
    take_of_bundles(taken=[(UUID(agreement), component, month, s) for agreement, component, month, s in taken])


def _tell(rows: pl.DataFrame, *, rerating: Rerating, is_applied: bool) -> None:
    """Told once: a second try finds what the first one changed equal, and the first one's rows stay."""
    made = [ReratedCall(rerating=rerating, is_applied=is_applied, **_told(row)) for row in rows.iter_rows(named=True)]
    ReratedCall.objects.bulk_create(made, batch_size=2_000, ignore_conflicts=True)


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    has_price = row["standing"] in {Standing.CHANGED, Standing.BILLED} and row["is_rated"]
    same = ("standing", "reason", "record_no", "usage_date", "destination_was", "destination", "billed_s_was")
    return {
        **{name: row[name] for name in same},
        "load_key": UUID(row["load_key"]),
        "agreement_id": UUID(row["agreement_was"]),
        "bill_id": UUID(row["bill_id"]) if row["bill_id"] else None,
        "billed_s": row["billed_s"] or 0,
        "covered_s_was": row["covered_s_was"],
        "covered_s": row["covered_s"],
        "amount_micro_was": row["amount_micro_was"],
        "amount_micro": row["amount_micro"] if has_price else None,
    }
