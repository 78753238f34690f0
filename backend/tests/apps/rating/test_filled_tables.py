"""A file of several parts fills its table on a connection of its own: on committed data, and where it may die."""

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from rachun.apps.rating.services import UsageFile, Watch, load_usage
from rachun.apps.usage.models import UsageBatch, UsageKey, UsageRecord, UsageSource
from rachun.apps.usage.services import drop_forsaken
from rachun.formats.source import Source
from tests.factories.metering import make_agreement
from tests.factories.rating import make_price_table, make_subscriber, make_telecom
from tests.factories.usage import make_source

pytestmark = pytest.mark.usefixtures("fresh_database")
NOW = datetime(2026, 2, 1, 8, tzinfo=UTC)
PHONE, CALLED = "380432550101", "380671234567"
PADDING = " " * 1_900  # long lines make a file of two parts out of few calls
CALLS = 4_500


class Died(Exception):
    pass


@pytest.fixture
def source() -> UsageSource:
    branch = make_telecom()
    make_price_table(legal_entity=branch.legal_entity)
    make_subscriber(branch=branch, number=PHONE)
    return make_source(legal_entity=branch.legal_entity, area_code="432")


def load(source: UsageSource, *, watch: Watch | None = None, may_part: bool = True) -> UsageBatch:
    clocks = [f"05.01.2026 {10 + n // 3600}:{n // 60 % 60:02d}:{n % 60:02d}" for n in range(CALLS)]
    lines = [f"{at}\t60\t{PHONE}\t{PHONE}{PADDING}\t\t{CALLED}\t0\t1\t0\t60" for at in clocks]
    usage = UsageFile(file=Source(name="calls.txt", data="\n".join(lines).encode()), sha256=source.id.hex * 2)
    with transaction.atomic():
        outcome = load_usage(source=source, usage=usage, loaded_at=NOW, watch=watch or Watch(), may_part=may_part)
    return outcome.batch


def dies_at(step: str, *, time: int) -> Watch:
    steps: list[str] = []

    def note(name: str) -> None:
        steps.append(name)
        if steps.count(step) == time:
            raise Died

    return Watch(step=note)


def bare_tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT relname FROM pg_class
                WHERE relkind = 'r' AND NOT relispartition AND relname ~ '^usage_usagerecord_'"""
        )
        return [name for (name,) in cursor.fetchall()]


def shape(batch: UsageBatch) -> list[tuple[str, str]]:
    """Indexes and constraints of the batch's table, without its own name."""
    table = f"usage_usagerecord_{batch.id.hex}"
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT 'index', split_part(pg_get_indexdef(indexrelid), ' USING ', 2) FROM pg_index
                WHERE indrelid = %(table)s::regclass AND indisvalid
               UNION ALL SELECT 'parent of index', inhparent::regclass::text FROM pg_index i
                 JOIN pg_inherits h ON h.inhrelid = i.indexrelid WHERE i.indrelid = %(table)s::regclass
               UNION ALL SELECT contype::text, replace(pg_get_constraintdef(oid), %(batch)s, '') FROM pg_constraint
                WHERE conrelid = %(table)s::regclass AND convalidated
               ORDER BY 1, 2""",
            {"table": table, "batch": str(batch.id)},
        )
        return list(cursor.fetchall())


def kept() -> list[int]:
    return [model.objects.count() for model in (UsageBatch, UsageKey, UsageRecord)]  # type: ignore[attr-defined]


class TestAFileOfSeveralParts:
    def test_leaves_the_table_that_one_connection_leaves(self, source: UsageSource) -> None:
        beside = load(source)
        whole = shape(beside)
        rows = list(UsageRecord.objects.order_by("record_no").values_list("record_no", "state", "amount_micro"))
        other = make_source(legal_entity=source.legal_entity, area_code="432")

        alone = load(other, may_part=False)

        assert [(kind, text.replace(str(other.id), str(source.id))) for kind, text in shape(alone)] == whole
        again = UsageRecord.objects.filter(load_key=alone.id).order_by("record_no")
        assert list(again.values_list("record_no", "state", "amount_micro")) == rows
        assert (len(rows), bare_tables()) == (CALLS, [])

    def test_that_dies_on_the_way_leaves_nothing(self, source: UsageSource) -> None:
        with pytest.raises(Died):
            load(source, watch=dies_at("stored", time=2))

        assert (kept(), bare_tables()) == ([0, 0, 0], [])

    def test_that_dies_with_its_table_complete_leaves_it_to_the_next_load(self, source: UsageSource) -> None:
        with pytest.raises(Died):
            load(source, watch=dies_at("finished", time=1))
        assert (kept(), len(bare_tables())) == ([0, 0, 0], 1)

        batch = load(source)

        assert (kept(), bare_tables()) == ([1, CALLS, CALLS], [])
        assert batch.added_count == CALLS


class TestAForsakenTable:
    def test_stays_while_its_load_lives(self, source: UsageSource, owner_sql: psycopg.Connection[Any]) -> None:
        with pytest.raises(Died):
            load(source, watch=dies_at("finished", time=1))
        [table] = bare_tables()
        owner_sql.execute("BEGIN")
        owner_sql.execute("SELECT claim_usage_load(%s)", [table.rpartition("_")[2]])

        claimed = drop_forsaken()
        owner_sql.execute("ROLLBACK")

        assert (claimed, drop_forsaken(), bare_tables()) == (0, 1, [])

    def test_of_a_batch_that_is_kept_is_never_dropped(self, source: UsageSource) -> None:
        load(source)

        assert drop_forsaken() == 0
        assert UsageRecord.objects.count() == CALLS

    def test_waits_for_nobody(self, source: UsageSource, owner_sql: psycopg.Connection[Any]) -> None:
        """Dropping it shuts agreements for a moment; somebody who changes one comes first."""
        with pytest.raises(Died):
            load(source, watch=dies_at("finished", time=1))
        owner_sql.execute("BEGIN")
        owner_sql.execute("LOCK TABLE agreements_serviceagreement IN ROW EXCLUSIVE MODE")

        kept_now = drop_forsaken()
        owner_sql.execute("ROLLBACK")

        assert (kept_now, drop_forsaken()) == (0, 1)


class TestTheRecordsOfABatch:
    def test_are_of_its_source_or_not_attached(self, source: UsageSource) -> None:
        other = make_source(legal_entity=make_agreement().legal_entity)

        def open_wrongly(step: str) -> None:
            if step == "keyed":
                batch = UsageBatch.objects.get()
                with connection.cursor() as cursor:
                    cursor.execute("SELECT open_usage_load(%s, %s, 'CALLS', %s)", [batch.id, other.id, NOW])

        with pytest.raises(Exception, match="records of another source than their batch"):
            load(source, watch=Watch(step=open_wrongly), may_part=False)

        assert kept() == [0, 0, 0]
