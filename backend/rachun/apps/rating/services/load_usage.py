"""A file of usage becomes rated, unbillable or suspended records, each kept once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from rachun.apps.base.audit import record_audit
from rachun.apps.base.imports import refusing_files
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.rating.mapping import price_calls, price_deliveries, rules_of
from rachun.apps.rating.records import RecordsRead, read_records
from rachun.apps.rating.services.price_runs import price_runs
from rachun.apps.rating.services.settle_bundles import settle_bundles
from rachun.apps.usage.models import UsageBatch, UsageRecord, UsageSource
from rachun.apps.usage.services import close_batch, open_batch, store_records, take_keys
from rachun.countries.loader import load_pack
from rachun.formats.reading import RowError
from rachun.formats.source import Source

STEPS = ("read", "keyed", "priced", "stored", "attached")
DOCUMENT_MAX, ITEM_MAX, DESTINATION_MAX = 100, 40, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageFile:
    """The bytes of a batch. is_json: rows that came through the interface."""

    file: Source
    sha256: str
    is_json: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOutcome:
    """by_state: of the added records, STATE or STATE:REASON → count. is_known: these bytes were taken before."""

    batch: UsageBatch
    is_known: bool
    by_state: Mapping[str, int] = field(default_factory=dict)
    errors: tuple[RowError, ...] = ()

    @property
    def known_count(self) -> int:
        if self.is_known:
            return self.batch.record_count - self.batch.error_count
        return self.batch.record_count - self.batch.added_count - self.batch.error_count


def ignore_step(step: str) -> None:
    """Nobody watches."""


def load_usage(
    *, source: UsageSource, usage: UsageFile, loaded_at: datetime, step_done: Callable[[str], None] = ignore_step
) -> LoadOutcome:
    """Take a file in the caller's transaction: read, key, guide, rate, copy, attach.

    Raises FileNotUnderstood when the file as a whole cannot be read. step_done is told the name of each finished step
    of STEPS; what it raises undoes everything.
    """
    assert_in_transaction()
    batch, is_new = open_batch(source=source, name=usage.file.name, sha256=usage.sha256, received_at=loaded_at)
    if not is_new:
        return LoadOutcome(batch=batch, is_known=True)
    with refusing_files():
        read = read_records(source=source, file=usage.file, is_json=usage.is_json)
    step_done("read")
    new = take_keys(batch=batch, records=read.frame)
    step_done("keyed")
    priced = price_records(source=source, records=new)
    step_done("priced")
    store_records(batch=batch, records=as_rows(priced, source=source, recorded_at=loaded_at))
    step_done("stored")
    close_batch(batch=batch, record_count=read.record_count, error_count=wrong_rows(read), totals=read.totals)
    records = UsageRecord.objects.filter(load_key=batch.id)
    settle_bundles(legal_entity_id=source.legal_entity_id, records=records)
    price_runs(source_id=source.id, records=records, priced_at=loaded_at)
    step_done("attached")
    outcome = LoadOutcome(batch=batch, is_known=False, by_state=count_states(priced), errors=read.errors)
    audit(outcome)
    return outcome


def wrong_rows(read: RecordsRead) -> int:
    """A row may have several errors and is one record all the same."""
    return read.record_count - read.frame.height


def price_records(*, source: UsageSource, records: pl.DataFrame) -> pl.DataFrame:
    """Guide and price records of one source by what is in force now."""
    if source.kind == UsageSource.Kind.DELIVERIES:
        return price_deliveries(records=records, legal_entity_id=source.legal_entity_id)
    pack = load_pack(source.legal_entity.country_pack)
    rules = rules_of(plan=pack.numbering, area_code=source.area_code)
    return price_calls(records=records, legal_entity_id=source.legal_entity_id, rules=rules)


def as_rows(priced: pl.DataFrame, *, source: UsageSource, recorded_at: datetime) -> pl.DataFrame:
    """Columns as usage.services.store_records wants them."""
    return priced.select(
        pl.col("row_no").alias("record_no"),
        pl.lit(source.kind).alias("kind"),
        "state",
        "reason",
        "agreement_id",
        "component",
        pl.col("started_at").alias("occurred_at"),
        "usage_date",
        pl.col("caller").fill_null(""),
        pl.col("called").fill_null(""),
        pl.col("duration_s").fill_null(0),
        pl.col("item").fill_null("").str.slice(0, ITEM_MAX),
        "quantity_micro",
        pl.col("destination").str.slice(0, DESTINATION_MAX),
        "prefix",
        "billed_s",
        "amount_micro",
        pl.col("document").fill_null("").str.slice(0, DOCUMENT_MAX),
        pl.col("raw").fill_null("").str.replace_all("\x00", "", literal=True),
        pl.lit(recorded_at).alias("recorded_at"),
    )


def count_states(priced: pl.DataFrame) -> dict[str, int]:
    name = pl.concat_str("state", pl.when(pl.col("reason") != "").then(":" + pl.col("reason")).otherwise(pl.lit("")))
    counted = priced.group_by(name.alias("name")).len().sort("name")
    return {str(key): int(count) for key, count in counted.iter_rows()}


def audit(outcome: LoadOutcome) -> None:
    batch = outcome.batch
    record_audit(
        operation="loadUsage",
        object_kind="usage_batch",
        object_id=batch.id,
        legal_entity_id=batch.legal_entity_id,
        after={"name": batch.name, "records": batch.record_count, "added": batch.added_count, **outcome.by_state},
        digest=batch.sha256,
    )
