"""A file of usage becomes rated, unbillable or suspended records, each kept once."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from rachun.apps.base.audit import record_audit
from rachun.apps.base.copying import EncodedRows
from rachun.apps.base.imports import refusing_files
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.rating.pricing import Pricing
from rachun.apps.rating.records import RecordsRead, iterate_records
from rachun.apps.rating.selectors.bundles import Included, list_included
from rachun.apps.rating.services.price_runs import price_runs
from rachun.apps.rating.services.settle_bundles import NO_BUNDLES, bundles_of, lock_asked, settle_locked
from rachun.apps.usage.models import UsageBatch, UsageRecord, UsageSource
from rachun.apps.usage.services import BatchTable, KeyedRecords, KeyTaker, close_batch, encode_records, open_batch
from rachun.formats.call_columns import summed_totals
from rachun.formats.reading import RowError
from rachun.formats.source import Source, StoredSource

STEPS = ("read", "keyed", "priced", "stored", "finished", "attached")
DOCUMENT_MAX, ITEM_MAX, DESTINATION_MAX = 100, 40, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageFile:
    """The file of a batch. is_json: rows that came through the interface."""

    file: Source | StoredSource
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


def ignore(*_told: object) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Whom a load tells how far it is; what these raise undoes everything.

    step: the name of a finished step of STEPS. rows: records read so far. errors: of the rows of a part; whoever takes
    them keeps them, and the outcome then holds none.
    """

    step: Callable[[str], None] = ignore
    rows: Callable[[int], None] = ignore
    errors: Callable[[Sequence[RowError]], object] | None = None


NOBODY = Watch()


def load_usage(
    *, source: UsageSource, usage: UsageFile, loaded_at: datetime, watch: Watch = NOBODY, may_part: bool = False
) -> LoadOutcome:
    """Take a file in the caller's transaction: read, key, guide, rate, copy, attach. Note [Parts of a file]. may_part:
    the records of a long file may be stored on another connection meanwhile, which sees only what is committed.

    Bundles are locked before the batch is attached. Attaching shuts the tables that a record refers to until the
    transaction ends; who holds a bundle may yet want to read them, so nobody may wait for a bundle after that.

    Raises FileNotUnderstood when the file as a whole cannot be read.
    """
    assert_in_transaction()
    batch, is_new = open_batch(source=source, name=usage.file.name, sha256=usage.sha256, received_at=loaded_at)
    if not is_new:
        return LoadOutcome(batch=batch, is_known=True)
    parts = iterate_records(source=source, file=usage.file, is_json=usage.is_json)
    course = Course(
        batch=batch,
        kind=source.kind,
        pricing=Pricing(source),
        included=list_included(legal_entity_id=source.legal_entity_id),
        watch=watch,
    )
    with (
        refusing_files(),
        ThreadPoolExecutor(max_workers=2, thread_name_prefix="load-usage") as threads,
        BatchTable(batch, may_part=may_part) as table,
    ):
        tally = course.run(parts, threads=threads, table=table)
        table.finish()
    watch.step("finished")
    asked = lock_asked(tally.bundles, legal_entity_id=source.legal_entity_id, included=course.included)
    close_batch(batch=batch, record_count=tally.records, error_count=tally.wrong, totals=tally.totals)
    records = UsageRecord.objects.filter(load_key=batch.id)
    if asked is not None:
        settle_locked(asked=asked, legal_entity_id=source.legal_entity_id, records=records)
    price_runs(source_id=source.id, records=records, priced_at=loaded_at)
    watch.step("attached")
    outcome = LoadOutcome(
        batch=batch, is_known=False, by_state=dict(sorted(tally.by_state.items())), errors=tuple(tally.errors)
    )
    audit(outcome)
    return outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedPart:
    """by_state: counts, as in the outcome. bundles: those that its calls will ask for."""

    rows: EncodedRows
    by_state: Mapping[str, int]
    bundles: pl.DataFrame


@dataclass(slots=True)
class Tally:
    """A row may have several errors and is one record all the same, so `wrong` counts rows."""

    records: int = 0
    wrong: int = 0
    totals: dict[str, Any] = field(default_factory=dict)
    by_state: Counter[str] = field(default_factory=Counter)
    errors: list[RowError] = field(default_factory=list)
    bundles: pl.DataFrame = field(default_factory=NO_BUNDLES.clone)

    def add(self, part: RecordsRead) -> None:
        self.records += part.record_count
        self.wrong += part.record_count - part.frame.height
        self.totals = summed_totals([self.totals, part.totals])


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Note [Parts of a file]

    A file is taken a part at a time, so memory does not grow with it. This thread alone holds the connection and the
    transaction; while the database takes the keys and rows of one part, two threads read the next part and price this
    one, which needs no database. Three parts are in hand at most.
    """

    batch: UsageBatch
    kind: str
    pricing: Pricing
    included: Sequence[Included]
    watch: Watch

    def run(self, parts: Iterator[RecordsRead], *, threads: Executor, table: BatchTable) -> Tally:
        tally, taker = Tally(), KeyTaker(self.batch)
        reading, pricing = threads.submit(self._read, parts, taker), None
        while (read := reading.result()) is not None:
            reading = threads.submit(self._read, parts, taker)
            part, keyed = read
            tally.add(part)
            self._tell(part, tally)
            new = taker.take(keyed)
            self.watch.step("keyed")
            price = self.pricing.prepare(new)
            before, pricing = pricing, threads.submit(self._price, price)
            self._store(before, tally, table=table, more_follow=True)
        self._store(pricing, tally, table=table, more_follow=False)
        return tally

    def _read(self, parts: Iterator[RecordsRead], taker: KeyTaker) -> tuple[RecordsRead, KeyedRecords] | None:
        part = next(parts, None)
        return None if part is None else (part, taker.key(self.pricing.number(part.frame)))

    def _tell(self, part: RecordsRead, tally: Tally) -> None:
        self.watch.step("read")
        if self.watch.errors is None:
            tally.errors += part.errors
        elif part.errors:
            self.watch.errors(part.errors)
        self.watch.rows(tally.records)

    def _price(self, price: Callable[[], pl.DataFrame]) -> PricedPart:
        priced = price()
        return PricedPart(
            rows=encode_records(records=as_rows(priced)),
            by_state=count_states(priced),
            bundles=bundles_of(priced=priced, included=self.included) if self.kind == "CALLS" else NO_BUNDLES,
        )

    def _store(self, pricing: Future[PricedPart] | None, tally: Tally, *, table: BatchTable, more_follow: bool) -> None:
        if pricing is None:
            return
        part = pricing.result()
        self.watch.step("priced")
        table.store(part.rows, more_follow=more_follow)
        tally.by_state.update(part.by_state)
        tally.bundles = pl.concat([tally.bundles, part.bundles]).unique()
        self.watch.step("stored")


def as_rows(priced: pl.DataFrame) -> pl.DataFrame:
    """Columns as usage.services.encode_records wants them."""
    return priced.select(
        pl.col("row_no").alias("record_no"),
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
