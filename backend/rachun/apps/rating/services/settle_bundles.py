"""Rated calls take what is left of their agreement's bundles; what a bundle pays is taken off their price."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import polars as pl
from django.db import connection
from django.db.models import QuerySet

from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.rating.selectors.bundles import (
    INSTANT,
    NOW,
    Included,
    list_included,
    list_spells,
    list_spells_ever_known,
    with_sharers,
)
from rachun.apps.rating.selectors.destination_tables import get_destination_tables
from rachun.apps.rating.selectors.guiding import TariffFacts, get_tariff_facts
from rachun.apps.rating.selectors.kept_calls import KEPT_CALLS, iterate_calls
from rachun.apps.usage.models import UsageRecord
from rachun.apps.usage.services import lock_bundles, take_of_bundles
from rachun.engine.rating.bundles import BUCKETS, cover_calls, offers_of
from rachun.engine.rating.calls import rate_calls
from rachun.values.quantity import MICRO

_COVER = """
UPDATE usage_usagerecord r SET covered_s = n.covered_s, amount_micro = n.amount_micro
  FROM unnest(%s::uuid[], %s::int[], %s::int[], %s::bigint[]) AS n (load_key, record_no, covered_s, amount_micro)
 WHERE r.load_key = n.load_key AND r.record_no = n.record_no AND r.state = 'RATED' AND r.covered_s IS NULL
"""
CHUNK = 500_000
NO_CALLS = pl.DataFrame(schema={**KEPT_CALLS, "started_at": INSTANT})
_REPLAYED = {
    "load_key": pl.String(),
    "record_no": pl.Int64(),
    "agreement_id": pl.String(),
    "component": pl.String(),
    "destination": pl.String(),
    "called": pl.String(),
    "usage_date": pl.Date(),
    "started_at": INSTANT,
    "quantity_micro": pl.Int64(),
    "billed_s": pl.Int64(),
    "amount_micro": pl.Int64(),
}
_FIELDS = (
    *("load_key", "record_no", "agreement_id", "component", "destination", "called", "usage_date", "occurred_at"),
    *("quantity_micro", "billed_s", "amount_micro"),
)
_ORDER = ("started_at", "agreement_id", "load_key", "record_no")
_BUNDLE = ("agreement_id", "component", "month")
_COVERED = ("load_key", "record_no", "covered_s", "amount_micro")
NO_BUNDLES = pl.DataFrame(schema={"agreement_id": pl.String(), "component": pl.String(), "month": pl.Date()})


class BundlePriceLost(RuntimeError):
    """A call that was rated in this transaction cannot be rated again for what its bundle leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedBundles:
    """What calls may draw on, as it was when the bundles were locked. spells: SPELLS. locked: _BUNDLE of calls."""

    included: Sequence[Included]
    facts: TariffFacts
    spells: pl.DataFrame
    locked: pl.DataFrame


def settle_bundles(*, legal_entity_id: UUID, records: QuerySet[UsageRecord]) -> int:
    """Let rated calls among `records` that no bundle was asked for take what is left; returns how many were covered.

    Within a batch calls take in call order; a later batch, or a call released from suspense, takes what earlier ones
    left, so nothing that a bill may have counted changes. The bundles are locked in one order until the transaction
    ends, and a call is asked for once.
    """
    assert_in_transaction()
    included = list_included(legal_entity_id=legal_entity_id)
    if not included:
        return 0
    found = _rated(records.filter(component__in={one.component for one in included}))
    facts = bundle_facts(found, included=included, legal_entity_id=legal_entity_id)
    spells = list_spells(facts=facts, included=included)
    calls = _with_included(found, included=included, facts=facts)
    return _take(calls, spells=spells, legal_entity_id=legal_entity_id)


def settle_locked(*, asked: AskedBundles, legal_entity_id: UUID, records: QuerySet[UsageRecord]) -> int:
    """As settle_bundles, of the bundles that are locked and by what was read then: nothing more is waited for."""
    assert_in_transaction()
    found = _rated(records.filter(component__in={one.component for one in asked.included}))
    calls = _with_included(found, included=asked.included, facts=asked.facts)
    calls = calls.join(asked.locked, on=_BUNDLE, how="semi")
    return _take(calls, spells=asked.spells, legal_entity_id=legal_entity_id)


def _take(calls: pl.DataFrame, *, spells: pl.DataFrame, legal_entity_id: UUID) -> int:
    if calls.is_empty():
        return 0
    asked = calls.sort(_ORDER).with_columns(known_at=pl.lit(NOW).cast(INSTANT))
    offers = offers_of(calls=asked, spells=spells)
    covered_s, taken = cover_calls(calls=asked, offers=offers, used=lock_buckets(offers.buckets))
    _store(_left_to_pay(asked.with_columns(covered_s), legal_entity_id=legal_entity_id))
    if taken.height:
        rows = taken.sort(_BUNDLE).rows()
        take_of_bundles(taken=[(UUID(one), component, month, seconds) for one, component, month, seconds in rows])
    return int((covered_s > 0).sum())


def lock_asked(bundles: pl.DataFrame, *, legal_entity_id: UUID, included: Sequence[Included]) -> AskedBundles | None:
    """Lock what calls of these bundles (columns of _BUNDLE, each once) may draw on, until the transaction ends; None
    where there are none.
    """
    if bundles.is_empty():
        return None
    facts = bundle_facts(bundles, included=included, legal_entity_id=legal_entity_id)
    spells = list_spells(facts=facts, included=included)
    asked = bundles.with_columns(usage_date=pl.col("month"), known_at=pl.lit(NOW).cast(INSTANT))
    drawn_on = offers_of(calls=asked, spells=spells).buckets
    lock_buckets(pl.concat([bundles.select(_BUNDLE), drawn_on]).unique())
    return AskedBundles(included=included, facts=facts, spells=spells, locked=bundles.select(_BUNDLE))


def lock_buckets(bundles: pl.DataFrame) -> pl.DataFrame:
    """BUCKETS: seconds used of each bundle, locked until the transaction ends."""
    ordered = bundles.sort(_BUNDLE)
    named = [(UUID(agreement), component, month) for agreement, component, month in ordered.select(_BUNDLE).rows()]
    used = lock_bundles(bundles=named) if named else []
    return ordered.with_columns(used_s=pl.Series(used, dtype=pl.Int64)).select(BUCKETS.keys())


def bundles_of(*, priced: pl.DataFrame, included: Sequence[Included]) -> pl.DataFrame:
    """Which bundles freshly priced calls will ask for. priced: what price_calls answers."""
    if not included:
        return NO_BUNDLES
    rated = priced.filter(pl.col("state") == UsageRecord.State.RATED.value)
    return offered_calls(rated, included=included).select(_BUNDLE).unique()


def replay_bundles(*, legal_entity_id: UUID, records: Sequence[UsageRecord]) -> pl.DataFrame:
    """load_key, record_no, covered_s, amount_micro of every call of the bundles that these records were asked of, as
    taking them again from their first call gives it: a batch or a release after another, each in call order, each of
    what was known then.
    """
    included = list_included(legal_entity_id=legal_entity_id)
    ids = pl.Series("agreement_id", sorted({str(one.agreement_id) for one in records}), dtype=pl.String)
    agreements = with_sharers(ids, included=included).to_list()
    months = {one.usage_date.replace(day=1) for one in records}
    asked = UsageRecord.objects.filter(agreement_id__in=agreements, covered_s__isnull=False, kind="CALLS")
    lives_on = any(one.rollover_periods for one in included)  # then a month leans on those before and after it
    rows = [
        [*(str(cell) if isinstance(cell, UUID) else cell for cell in row[:-1]), row[-1]]
        for row in asked.values_list(*_FIELDS, "recorded_at")
        if lives_on or row[_FIELDS.index("usage_date")].replace(day=1) in months
    ]
    found = pl.DataFrame(rows, schema={**_REPLAYED, "recorded_at": INSTANT}, orient="row")
    facts = bundle_facts(found, included=included, legal_entity_id=legal_entity_id)
    calls = _with_included(found, included=included, facts=facts)
    if calls.is_empty():
        return pl.DataFrame(schema={**{name: _REPLAYED.get(name, pl.Int64()) for name in _COVERED}})
    ordered = calls.sort("recorded_at", *_ORDER).rename({"recorded_at": "known_at"})
    offers = offers_of(calls=ordered, spells=list_spells_ever_known(facts=facts, included=included))
    covered_s, _ = cover_calls(calls=ordered, offers=offers, used=pl.DataFrame(schema=dict(BUCKETS)))
    return priced_with_bundles(ordered.with_columns(covered_s), legal_entity_id=legal_entity_id).select(_COVERED)


def _rated(records: QuerySet[UsageRecord]) -> pl.DataFrame:
    unasked = records.filter(state=UsageRecord.State.RATED, covered_s__isnull=True)
    return pl.concat([NO_CALLS, *iterate_calls(unasked, chunk=CHUNK)])


def bundle_facts(calls: pl.DataFrame, *, included: Sequence[Included], legal_entity_id: UUID) -> TariffFacts:
    """What is in force for the agreements of the calls, and for those that they share bundles with."""
    ids = with_sharers(calls["agreement_id"].unique(), included=included)
    return get_tariff_facts(legal_entity_id=legal_entity_id, agreement_ids=ids)


def _with_included(calls: pl.DataFrame, *, included: Iterable[Included], facts: TariffFacts) -> pl.DataFrame:
    """Calls whose tariff of their day includes their destination, with month and table."""
    day = pl.col("usage_date")
    in_force = (day >= pl.col("valid_from")) & (pl.col("valid_to").is_null() | (day < pl.col("valid_to")))
    dates = ("valid_from", "valid_to")
    planned = calls.join(facts.plans, on="agreement_id").filter(in_force).drop(dates)
    versed = planned.join(facts.versions, on="plan_id").filter(in_force).drop(dates)
    return offered_calls(versed, included=included)


def offered_calls(calls: pl.DataFrame, *, included: Iterable[Included]) -> pl.DataFrame:
    """Calls that a version's bundle pays for, with month and table. calls: with version_id."""
    offers = pl.DataFrame(
        [(one.version_id, one.component, one.table, list(one.destinations)) for one in included],
        schema={
            "version_id": pl.String(),
            "component": pl.String(),
            "table": pl.String(),
            "destinations": pl.List(pl.String()),
        },
        orient="row",
    )
    is_named = (pl.col("destinations").list.len() == 0) | pl.col("destinations").list.contains(pl.col("destination"))
    offered = calls.join(offers, on=("version_id", "component")).filter(is_named)
    return offered.with_columns(month=pl.col("usage_date").dt.truncate("1mo")).drop("destinations")


def _left_to_pay(covered: pl.DataFrame, *, legal_entity_id: UUID) -> pl.DataFrame:
    """_COVERED of calls that were rated a moment ago: one that a bundle pays whole costs nothing, its connection least
    of all, so only the others are priced again.
    """
    is_whole = pl.col("covered_s") == pl.col("billed_s")
    free = covered.filter(is_whole).with_columns(amount_micro=pl.lit(0, pl.Int64)).select(_COVERED)
    rest = covered.filter(~is_whole)
    return (
        pl.concat([free, priced_with_bundles(rest, legal_entity_id=legal_entity_id).select(_COVERED)])
        if rest.height
        else free
    )


def priced_with_bundles(covered: pl.DataFrame, *, legal_entity_id: UUID) -> pl.DataFrame:
    """Amounts of what the bundles leave. Raises BundlePriceLost."""
    tables = get_destination_tables(legal_entity_id=legal_entity_id, codes=covered["table"].unique().to_list())
    parts = []
    for part in covered.with_columns(answered=True, billable_s=pl.col("quantity_micro") // MICRO).partition_by("table"):
        rated = rate_calls(calls=part, table=tables[part["table"][0]])
        if rated["amount_micro"].null_count():
            raise BundlePriceLost(rated["error"].drop_nulls().unique().to_list())
        parts.append(part.with_columns(rated["amount_micro"]))
    return pl.concat(parts)


def _store(priced: pl.DataFrame) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_COVER, [priced[name].to_list() for name in _COVERED])
