"""A file of calls, loaded by real workers while something breaks."""

from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from rachun.apps.base.files import keep_file
from rachun.apps.base.jobs import enqueue
from rachun.apps.base.models import Job
from rachun.apps.usage.models import UsageBatch, UsageRecord, UsageSource
from tests.factories.rating import make_price_table, make_subscriber, make_telecom
from tests.factories.usage import make_source

CALLS = 20_000
PHONE, CALLED = "380432550101", "380671234567"
PADDING = " " * 400  # a file of two parts, which takes two connections


def make_phones() -> UsageSource:
    branch = make_telecom()
    make_price_table(legal_entity=branch.legal_entity)
    make_subscriber(branch=branch, number=PHONE)
    return make_source(legal_entity=branch.legal_entity, area_code="432")


def start_load(*, source: UsageSource, seed: int) -> Job:
    """A file of calls, one a second, on a day of its own."""
    midnight = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=seed - 1)
    instants = [f"{midnight + timedelta(seconds=second):%d.%m.%Y %H:%M:%S}" for second in range(CALLS)]
    calls = [f"{at}\t60\t{PHONE}\t{PHONE}{PADDING}\t{CALLED}\t{CALLED}\t0\t1\t0\t60" for at in instants]
    params = {"name": name_of(seed), "sha256": keep_file(content="\n".join(calls).encode())}
    with transaction.atomic():
        return enqueue(
            "rating.load_usage",
            params={**params, "source_id": str(source.id)},
            legal_entity_id=source.legal_entity_id,
        )


def name_of(seed: int) -> str:
    return f"calls-{seed}.txt"


def assert_loaded_once(*, source: UsageSource, seed: int) -> None:
    batch = UsageBatch.objects.get(source=source, name=name_of(seed))
    records = UsageRecord.objects.filter(load_key=batch.id)
    assert batch.added_count == CALLS
    assert records.count() == CALLS
    assert records.values("occurred_at").distinct().count() == CALLS
    assert {*records.values_list("state", flat=True)} == {UsageRecord.State.RATED}
    assert forsaken_tables() == []


def forsaken_tables() -> list[str]:
    """Tables of batches that nobody attached."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT relname FROM pg_class
                WHERE relkind = 'r' AND NOT relispartition AND relname ~ '^usage_usagerecord_'"""
        )
        return [name for (name,) in cursor.fetchall()]
