"""Prices worked by hand: first interval, then whole increments; a minute's price × billed seconds / 60."""

import random
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from rachun.apps.agreements.models import ServiceTerm
from rachun.apps.base.imports import FileNotUnderstood
from rachun.apps.identity.models import Branch
from rachun.apps.rating.services import LoadOutcome, UsageFile, Watch, load_usage
from rachun.apps.rating.services.load_usage import STEPS
from rachun.apps.usage.models import UsageBatch, UsageKey, UsageRecord, UsageSource
from rachun.formats.source import Source
from tests.factories.rating import give_number, make_subscriber
from tests.factories.usage import make_source

NOW = datetime(2026, 2, 1, 8, tzinfo=UTC)
KOVAL = "380432550101"
pytestmark = pytest.mark.django_db


def line(*, called: str, seconds: int = 60, caller: str = KOVAL, at: str = "05.01.2026 10:00:00") -> str:
    """One call as the text log writes it: local clock, seconds paid, A, A in E.164, B, B in E.164, ports, duration."""
    return "\t".join([at, str(seconds), caller, caller, called, called, "0", "1", "0", str(seconds)])


def load(source: UsageSource, *lines: str, name: str = "calls.txt") -> LoadOutcome:
    return load_bytes(source, "\n".join(lines).encode(), name=name)


def load_bytes(source: UsageSource, data: bytes, *, name: str = "calls.txt") -> LoadOutcome:
    file = UsageFile(file=Source(name=name, data=data), sha256=sha256(data).hexdigest())
    with transaction.atomic():
        return load_usage(source=source, usage=file, loaded_at=NOW)


@pytest.fixture
def source(branch: Branch) -> UsageSource:
    make_subscriber(branch=branch, number=KOVAL)
    return make_source(legal_entity=branch.legal_entity, area_code="432")


def only(source: UsageSource) -> UsageRecord:
    return UsageRecord.objects.get(source=source)


def counted(source: UsageSource) -> int:
    return UsageRecord.objects.filter(source=source).count()


class TestALoadedCall:
    @pytest.mark.parametrize(
        ("called", "seconds", "destination", "billed_s", "amount_micro"),
        [
            ("380432551122", 125, "local", 180, 360_000),
            ("380671234567", 61, "mobile", 61, 976_000),
            ("380671112244", 77, "mobile", 77, 1_232_000),
            ("48221234567", 100, "poland", 102, 7_300_000),
            ("380800500123", 200, "free", 240, 0),
        ],
    )
    def test_is_rated(  # noqa: PLR0917 -- pytest passes them by name
        self, source: UsageSource, called: str, seconds: int, destination: str, billed_s: int, amount_micro: int
    ) -> None:
        load(source, line(called=called, seconds=seconds))

        record = only(source)
        assert (record.state, record.reason, record.component) == ("RATED", "", "calls")
        assert (record.destination, record.billed_s, record.amount_micro) == (destination, billed_s, amount_micro)
        assert (record.caller, record.called) == (KOVAL, called)

    def test_keeps_its_line_and_its_local_day(self, source: UsageSource) -> None:
        written = line(called="380671234567", at="31.01.2026 23:59:30")

        load(source, written)

        record = only(source)
        assert record.raw == written
        assert record.usage_date == date(2026, 1, 31)
        assert record.occurred_at == datetime(2026, 1, 31, 21, 59, 30, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("caller", "called", "reason"),
        [
            (KOVAL, "88216123456", "NO_RATE"),
            (KOVAL, "12", "BAD_NUMBER"),
            ("380432559999", "380671234567", "UNKNOWN_SUBSCRIBER"),
            ("anonymous", "380671234567", "BAD_CALLER"),
        ],
    )
    def test_waits_with_a_reason_and_no_price(self, source: UsageSource, caller: str, called: str, reason: str) -> None:
        load(source, line(caller=caller, called=called))

        record = only(source)
        assert (record.state, record.reason) == ("SUSPENDED", reason)
        assert (record.amount_micro, record.prefix, record.billed_s) == (None, "", 0)

    def test_waits_when_the_number_served_nobody_on_that_day(self, source: UsageSource, branch: Branch) -> None:
        ended = make_subscriber(branch=branch, number="380432550303")
        ServiceTerm.objects.filter(agreement=ended).update(superseded_at=NOW)

        load(source, line(caller="380432550303", called="380671234567"))

        assert only(source).reason == "NO_AGREEMENT"

    def test_goes_to_who_held_the_number_on_that_day(self, source: UsageSource, branch: Branch) -> None:
        earlier, later = (make_subscriber(branch=branch, number=f"38043255040{n}") for n in (1, 2))
        number = "380432550909"
        give_number(agreement=earlier, number=number, held=(date(2025, 1, 1), date(2026, 1, 10)))
        give_number(agreement=later, number=number, held=(date(2026, 1, 10), None))

        load(
            source,
            line(caller=number, called="380671234567", at="09.01.2026 23:00:00"),
            line(caller=number, called="380671234567", at="10.01.2026 01:00:00"),
        )

        found = UsageRecord.objects.filter(source=source).order_by("usage_date")
        assert [record.agreement_id for record in found] == [earlier.id, later.id]

    def test_of_no_length_is_kept_and_never_charged(self, source: UsageSource) -> None:
        load(source, line(called="380671234567", seconds=0))

        record = only(source)
        assert (record.state, record.amount_micro) == ("UNBILLABLE", None)


class TestLoadingTwice:
    lines = tuple(line(called=f"3806712345{number:02d}") for number in range(40))

    def test_of_the_same_file_answers_the_same_batch_and_adds_nothing(self, source: UsageSource) -> None:
        first = load(source, *self.lines)
        second = load(source, *self.lines)

        assert (first.is_known, first.batch.added_count) == (False, 40)
        assert (second.is_known, second.batch.id, second.known_count) == (True, first.batch.id, 40)
        assert counted(source) == 40

    def test_keeps_both_of_two_equal_calls(self, source: UsageSource) -> None:
        outcome = load(source, self.lines[0], self.lines[0])

        assert outcome.batch.added_count == 2
        assert counted(source) == 2

    def test_of_the_file_shuffled_adds_nothing(self, source: UsageSource) -> None:
        shuffled = list(self.lines)
        random.Random(7).shuffle(shuffled)
        load(source, *self.lines)

        outcome = load(source, *shuffled)

        assert (outcome.batch.record_count, outcome.batch.added_count, outcome.known_count) == (40, 0, 40)

    def test_of_half_a_file_and_then_the_whole_adds_the_other_half(self, source: UsageSource) -> None:
        load(source, *self.lines[:20])

        outcome = load(source, *self.lines)

        assert (outcome.batch.added_count, outcome.known_count) == (20, 20)
        assert counted(source) == 40

    def test_of_a_file_with_doubles_keeps_each_as_often_as_it_comes(self, source: UsageSource) -> None:
        doubled = (*self.lines, *self.lines[:2])
        load(source, *self.lines)

        outcome = load(source, *doubled)

        assert outcome.batch.added_count == 2
        assert counted(source) == 42

    def test_at_another_source_is_another_usage(self, source: UsageSource) -> None:
        other = make_source(legal_entity=source.legal_entity)
        load(source, *self.lines)

        assert load(other, *self.lines).batch.added_count == 40


class TestAFileWithWrongLines:
    def test_keeps_the_good_ones_and_accounts_for_each(self, source: UsageSource) -> None:
        outcome = load(source, line(called="380671234567"), "31.02.2026 10:00:00" + line(called="48221234567")[19:])

        batch = outcome.batch
        assert (batch.record_count, batch.added_count, batch.error_count) == (2, 1, 1)
        assert [(error.row, error.code) for error in outcome.errors] == [(2, "not_an_instant")]

    @pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00\x01not text", b"nothing\nof this\nis a call\n"])
    def test_is_refused_whole_when_nothing_can_be_read(self, source: UsageSource, data: bytes) -> None:
        with pytest.raises(FileNotUnderstood):
            load_bytes(source, data)

        assert not UsageBatch.objects.filter(source=source).exists()


class TestDyingInTheMiddle:
    @pytest.mark.parametrize("step", STEPS)
    def test_leaves_nothing_and_a_second_try_completes(self, source: UsageSource, step: str) -> None:
        data = "\n".join(TestLoadingTwice.lines).encode()
        file = UsageFile(file=Source(name="calls.txt", data=data), sha256=sha256(data).hexdigest())

        def die(done: str) -> None:
            if done == step:
                raise ConnectionAbortedError(done)

        with pytest.raises(ConnectionAbortedError), transaction.atomic():
            load_usage(source=source, usage=file, loaded_at=NOW, watch=Watch(step=die))

        assert counted(source) == 0
        assert not UsageKey.objects.filter(source=source).exists()
        assert not UsageBatch.objects.filter(source=source).exists()
        assert load_bytes(source, data).batch.added_count == 40


class TestTheDatabase:
    def test_refuses_a_second_record_with_the_same_key(self, source: UsageSource) -> None:
        load(source, line(called="380671234567"))
        key = UsageKey.objects.get(source=source)

        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO usage_usagekey (source_id, key_hash, occurrence, load_key) VALUES (%s, %s, %s, %s)",
                [key.source_id, key.key_hash, key.occurrence, key.load_key],
            )
