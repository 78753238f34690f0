"""One call by itself: priced and kept once, by the same rules as a file, by both ways of the interface."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from rachun.apps.base.models import AuditRow
from rachun.apps.catalog.models import DestinationRate, DestinationTable
from rachun.apps.identity.models import Branch
from rachun.apps.rating.api.serializers import CallIn
from rachun.apps.rating.api.told_calls import NEVER_BLANK, TEXTS
from rachun.apps.rating.services import UsageFile, load_usage
from rachun.apps.usage.models import UsageBatch, UsageRecord, UsageSource
from rachun.formats.source import Source
from rest_framework.test import APIClient
from tests.factories.metering import LONG_AGO
from tests.factories.rating import make_price_table, make_subscriber, make_telecom
from tests.factories.usage import make_source

pytestmark = pytest.mark.django_db
KOVAL, MOBILE = "380432550101", "380671234567"
LINE = f"05.01.2026 10:00:00\t61\t{KOVAL}\t{KOVAL}\t{MOBILE}\t{MOBILE}\t0\t1\t0\t61"
IN_FILE = {"trunk_in": "0", "trunk_out": "1"}


@pytest.fixture
def branch() -> Branch:
    branch = make_telecom()
    make_price_table(legal_entity=branch.legal_entity)
    make_subscriber(branch=branch, number=KOVAL)
    return branch


def body_of(source: UsageSource, **changes: Any) -> dict[str, Any]:
    call = {"calling": KOVAL, "called": MOBILE, "started_at": "2026-01-05T10:00:00+02:00", "duration_s": 61}
    return {"source_id": str(source.id), **call, **changes}


def record(client: APIClient, body: dict[str, Any], *, key: str = "") -> Any:
    return client.post("/api/v1/calls", body, format="json", headers={"Idempotency-Key": key or uuid4().hex})


def load(source: UsageSource, *lines: str) -> Any:
    content = "\n".join(lines).encode()
    file = UsageFile(file=Source(name="calls.txt", data=content), sha256=uuid4().hex * 2)
    with transaction.atomic():
        return load_usage(source=source, usage=file, loaded_at=datetime(2026, 2, 1, tzinfo=UTC))


class TestACall:
    def test_is_answered_with_its_price(self, client: APIClient, source: UsageSource) -> None:
        answer = record(client, body_of(source))

        told = answer.json()
        assert answer.status_code == 201, told
        assert (told["state"], told["reason"], told["prefix"], told["destination"]) == ("RATED", "", "38067", "mobile")
        assert (told["billed_s"], told["amount"], told["is_known"]) == (61, "0.976000", False)
        kept = UsageRecord.objects.get(load_key=told["batch_id"], record_no=told["record_no"])
        assert (kept.amount_micro, kept.caller, kept.called, kept.source) == (976_000, KOVAL, MOBILE, source)

    @pytest.mark.parametrize(
        ("changes", "state", "reason"),
        [
            ({"calling": "380999999999"}, "SUSPENDED", "UNKNOWN_SUBSCRIBER"),
            ({"called": "15551234567"}, "SUSPENDED", "NO_RATE"),
            ({"called": "voicemail"}, "SUSPENDED", "BAD_NUMBER"),
            ({"started_at": "2024-01-05T10:00:00+02:00"}, "SUSPENDED", "NO_AGREEMENT"),
            ({"answered": False}, "UNBILLABLE", "UNANSWERED"),
            ({"duration_s": 0}, "UNBILLABLE", "NO_DURATION"),
        ],
    )
    def test_without_a_price_says_why(
        self, client: APIClient, source: UsageSource, changes: dict[str, Any], state: str, reason: str
    ) -> None:
        told = record(client, body_of(source, **changes)).json()

        assert (told["state"], told["reason"], told["amount"]) == (state, reason, None)

    def test_grows_one_batch_whose_counts_hold(self, client: APIClient, source: UsageSource) -> None:
        told = [record(client, body_of(source, duration_s=seconds)).json() for seconds in (10, 20, 30)]

        [batch] = UsageBatch.objects.filter(source=source)
        assert {str(batch.id)} == {one["batch_id"] for one in told}
        assert (batch.record_count, batch.added_count, batch.error_count) == (3, 3, 0)
        assert AuditRow.objects.filter(operation="recordCall", object_id=str(batch.id)).count() == 3

    def test_sees_a_changed_rate_at_once(self, client: APIClient, source: UsageSource, branch: Branch) -> None:
        before = record(client, body_of(source, record_key="first")).json()
        table = DestinationTable.objects.get(legal_entity=branch.legal_entity)
        DestinationRate.objects.create(
            table=table,
            prefix="3806712",
            destination="mobile, near",
            price_per_minute=Decimal("0.60"),
            first_interval_s=1,
            increment_s=1,
            valid_from=date(2025, 1, 1),
            recorded_at=LONG_AGO,
        )

        after = record(client, body_of(source, record_key="second")).json()

        assert (before["prefix"], before["amount"]) == ("38067", "0.976000")
        assert (after["prefix"], after["amount"]) == ("3806712", "0.610000")


class TestTheSameCall:
    def test_is_known_when_it_is_sent_again(self, client: APIClient, source: UsageSource) -> None:
        first, second = (record(client, body_of(source)) for _ in range(2))

        assert (first.status_code, second.status_code) == (201, 200)
        assert second.json() == {**first.json(), "is_known": True}
        assert UsageRecord.objects.filter(source=source).count() == 1

    def test_is_replayed_by_its_key_and_refused_with_another_body(self, client: APIClient, source: UsageSource) -> None:
        first = record(client, body_of(source), key="call-0001")
        second = record(client, body_of(source), key="call-0001")
        other = record(client, body_of(source, duration_s=62), key="call-0001")

        assert (second.status_code, second.json()) == (201, first.json())
        assert second["Idempotency-Replayed"] == "true"
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")

    def test_is_one_call_when_a_file_brings_it_later(self, client: APIClient, source: UsageSource) -> None:
        record(client, body_of(source, **IN_FILE))

        outcome = load(source, LINE, LINE.replace("61", "62"))

        assert (outcome.batch.record_count, outcome.batch.added_count) == (2, 1)
        assert UsageRecord.objects.filter(source=source).count() == 2

    def test_is_answered_from_the_file_that_brought_it_before(self, client: APIClient, source: UsageSource) -> None:
        outcome = load(source, LINE)

        answer = record(client, body_of(source, **IN_FILE))

        told = answer.json()
        assert (answer.status_code, told["is_known"], told["batch_id"]) == (200, True, str(outcome.batch.id))
        assert (told["record_no"], told["amount"]) == (1, "0.976000")

    def test_twice_is_two_when_the_sender_tells_them_apart(self, client: APIClient, source: UsageSource) -> None:
        for own in ("a", "b", "a"):
            record(client, body_of(source, record_key=own))

        assert UsageRecord.objects.filter(source=source).count() == 2


class TestAFileAndSingleCalls:
    def test_price_alike(self, client: APIClient, source: UsageSource, branch: Branch) -> None:
        """The same calls by a file of one source and one by one of another."""
        called = ["380432111111", MOBILE, "380800123456", "48221234567", "15551234567", "0671234567", "voicemail"]
        moments = [
            ("05.01.2026 10:00:00", "2026-01-05T10:00:00+02:00"),
            ("06.01.2026 23:59:59", "2026-01-06T23:59:59+02:00"),
        ]
        other = make_source(legal_entity=branch.legal_entity)
        lines = []
        for number in called:
            for seconds in (0, 1, 59, 60, 61, 3601):
                for written, told in moments:
                    lines.append(f"{written}\t{seconds}\t{KOVAL}\t{KOVAL}\t{number}\t{number}\t0\t1\t0\t{seconds}")
                    record(
                        client, body_of(other, called=number, started_at=told, duration_s=seconds, answered=seconds > 0)
                    )
        load(source, *lines)

        names = ("state", "reason", "agreement_id", "component", "occurred_at", "usage_date", "caller", "called")
        names += (
            "duration_s",
            "quantity_micro",
            "destination",
            "prefix",
            "billed_s",
            "amount_micro",
            "item",
            "document",
        )
        kept = [
            list(UsageRecord.objects.filter(source=one).order_by("record_no").values_list(*names))
            for one in (source, other)
        ]

        assert len(kept[0]) == len(called) * 12
        assert kept[0] == kept[1]


class TestTheShortWay:
    def test_reads_as_strictly_as_the_serializer(self) -> None:
        fields = CallIn().fields
        texts = {name: field.max_length for name, field in fields.items() if hasattr(field, "max_length")}

        assert texts == TEXTS
        assert {name for name in TEXTS if not fields[name].allow_blank} == NEVER_BLANK
