"""The table of a batch holds records of the batch's source, and says so to whoever plans a query."""

from datetime import UTC, date, datetime

import polars as pl
import psycopg.errors
import pytest
from django.db import transaction
from rachun.apps.base.copying import EncodedRows, encode_rows, id_column
from rachun.apps.identity.models import LegalEntity
from rachun.apps.usage.models import UsageBatch, UsageRecord, UsageSource
from rachun.apps.usage.services import BatchTable, KeyTaker, close_batch, encode_records, open_batch
from rachun.apps.usage.services.take_batch import RECORD_COLUMNS
from tests.factories.metering import make_agreement
from tests.factories.usage import make_source

NOW = datetime(2026, 2, 1, 8, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def waiting_call() -> pl.DataFrame:
    """One record that waits for its subscriber."""
    told = {
        "record_no": 1,
        "state": "SUSPENDED",
        "reason": "UNKNOWN_SUBSCRIBER",
        "occurred_at": NOW,
        "usage_date": date(2026, 2, 1),
        "duration_s": 60,
        "quantity_micro": 60_000_000,
        "billed_s": 0,
        **dict.fromkeys(("component", "caller", "called", "item", "destination", "prefix", "document", "raw"), ""),
    }
    schema = {name: kind for name, kind in RECORD_COLUMNS.items() if name in told}
    return pl.DataFrame([told], schema=schema).with_columns(
        agreement_id=pl.lit(None, pl.String), amount_micro=pl.lit(None, pl.Int64)
    )


def store(batch: UsageBatch, rows: EncodedRows) -> None:
    with BatchTable(batch, may_part=False) as table:
        table.store(rows, more_follow=False)


def taken(source: UsageSource) -> UsageBatch:
    """A batch of one record."""
    with transaction.atomic():
        batch, _ = open_batch(source=source, name="calls", sha256=source.id.hex * 2, received_at=NOW)
        keyed = pl.DataFrame({"record_key": [source.code], "occurrence": [1], "keyed_at": [NOW]})
        taker = KeyTaker(batch)
        taker.take(taker.key(keyed))
        store(batch, encode_records(records=waiting_call()))
        return close_batch(batch=batch, record_count=1, error_count=0, totals={})


@pytest.fixture
def entity() -> LegalEntity:
    return make_agreement().legal_entity


class TestTableOfABatch:
    def test_refuses_a_record_of_another_source(self, entity: LegalEntity) -> None:
        mine, other = make_source(legal_entity=entity), make_source(legal_entity=entity)
        batch, _ = open_batch(source=mine, name="calls", sha256="0" * 64, received_at=NOW)
        theirs = id_column("source_id", [other.id]).to_frame().hstack(waiting_call().drop("agreement_id"))

        with pytest.raises(psycopg.errors.CheckViolation, match="source_is_of_batch"):
            store(batch, encode_rows(theirs))

    def test_knows_what_its_records_have_in_common(self, entity: LegalEntity) -> None:
        batch = taken(make_source(legal_entity=entity))

        [record] = UsageRecord.objects.filter(load_key=batch.id)
        assert (record.source_id, record.kind, record.recorded_at) == (batch.source_id, "CALLS", NOW)
        assert (record.item, record.document, record.bill_id, record.covered_s) == ("", "", None, None)

    def test_is_not_looked_at_for_another_source(self, entity: LegalEntity) -> None:
        mine, other = (taken(make_source(legal_entity=entity)) for _ in range(2))

        plan = UsageRecord.objects.filter(source=mine.source).explain()

        assert mine.id.hex in plan
        assert other.id.hex not in plan
