"""Rated usage, written as the rows that a load would leave."""

from datetime import UTC, date, datetime
from itertools import count
from uuid import UUID

from rachun.apps.agreements.models import ServiceAgreement
from rachun.apps.base.partitions import ensure_live_partition
from rachun.apps.identity.models import LegalEntity
from rachun.apps.usage.models import UsageBatch, UsageRecord, UsageSource
from tests.factories.metering import LONG_AGO

_number = count(1)


def make_source(
    *,
    legal_entity: LegalEntity,
    kind: str = "CALLS",
    file_format: str = "calls:bgbilling",
    time_zone: str = "Europe/Kyiv",
    area_code: str = "",
) -> UsageSource:
    return UsageSource.objects.create(
        legal_entity=legal_entity,
        code=f"S{next(_number)}",
        kind=kind,
        format=file_format,
        time_zone=time_zone,
        area_code=area_code,
    )


def make_batch(*, source: UsageSource, record_count: int = 0) -> UsageBatch:
    """A batch row alone, without records."""
    return UsageBatch.objects.create(
        legal_entity_id=source.legal_entity_id,
        source=source,
        name="calls.txt",
        sha256=f"{next(_number):064d}",
        state=UsageBatch.State.LOADED,
        record_count=record_count,
        received_at=LONG_AGO,
    )


def make_record(  # house: argument-count -- a factory with defaults
    *,
    agreement: ServiceAgreement,
    source: UsageSource | None = None,
    on: str = "2026-02-05",
    state: str = "RATED",
    billed_s: int = 60,
    covered_s: int | None = None,
    amount_micro: int | None = 960_000,
    destination: str = "mobile",
    component: str = "calls",
    item: str = "",
    quantity_micro: int = 60_000_000,
    recorded_at: datetime = LONG_AGO,
) -> UsageRecord:
    """A record in the live partition of its month, with no key: for tests of what is read, not of loading."""
    day = date.fromisoformat(on)
    home = source or make_source(legal_entity=agreement.legal_entity, kind="DELIVERIES" if item else "CALLS")
    return UsageRecord.objects.create(
        load_key=_live(day),
        record_no=next(_number),
        source=home,
        kind=home.kind,
        state=state,
        agreement=agreement,
        component=component,
        occurred_at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
        usage_date=day,
        item=item,
        quantity_micro=quantity_micro,
        destination=destination,
        billed_s=billed_s,
        covered_s=covered_s,
        amount_micro=amount_micro,
        raw="",
        recorded_at=recorded_at,
    )


def _live(day: date) -> UUID:
    return ensure_live_partition(parent="usage_usagerecord", on=day)
