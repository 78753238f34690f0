"""K-6: clocks that are put back, changed twice a year, and run over the end of February and of the year."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from io import StringIO
from itertools import pairwise

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.db.models.functions import Now
from rachun.apps.base.audit import seal_audit_rows
from rachun.apps.base.job_runner import claim
from rachun.apps.base.models import Job
from rachun.apps.billing.models import Bill, BilledInterval, BillRun
from rachun.apps.billing.services.approve_run import approve_run
from rachun.apps.identity.models import Branch
from rachun.apps.ledger.services.chart import ChartAccount, ensure_chart
from rachun.apps.rating.services import UsageFile, load_usage
from rachun.apps.usage.models import UsageBatch, UsageRecord
from rachun.countries.loader import load_pack
from rachun.formats.source import Source
from tests.factories.billing import NOW, Town, bill_month, calculate, issue, make_run, make_town, take_power, take_waste
from tests.factories.rating import make_price_table, make_subscriber, make_telecom
from tests.factories.usage import make_source

from tests.faults.conftest import Place

pytestmark = [pytest.mark.real]
PHONE, CALLED = "380432550101", "380671234567"
LEAP_DAY = date(2028, 2, 29)
# The local clock of a call, and the day that it belongs to. Kyiv goes forward at 03:00 on 26 March, back at 04:00 on
# 29 October: two calls share a clock time that was shown twice.
CALLS = [
    ("31.12.2027 23:59:59", date(2027, 12, 31)),
    ("01.01.2028 00:00:00", date(2028, 1, 1)),
    ("29.02.2028 23:59:59", LEAP_DAY),
    ("01.03.2028 00:00:00", date(2028, 3, 1)),
    ("26.03.2028 02:59:59", date(2028, 3, 26)),
    ("26.03.2028 04:00:00", date(2028, 3, 26)),
    ("29.10.2028 03:30:00", date(2028, 10, 29)),
    ("29.10.2028 03:30:00", date(2028, 10, 29)),
]
NEVER_SHOWN = "26.03.2028 03:30:00"
A_CALL_MINOR = 96  # a minute to a mobile phone


def months() -> list[tuple[date, date]]:
    """December 2027 to November 2028."""
    starts = [date(2027, 12, 1), *(date(2028, month, 1) for month in range(1, 13))]
    return list(pairwise(starts))


@pytest.fixture(scope="module")
def books(place: Place) -> Iterator[None]:
    yield
    seal_audit_rows()
    call_command("check_invariants", stdout=StringIO())


@pytest.mark.usefixtures("books")
class TestMonthsInARow:
    def test_bill_every_day_once(self) -> None:
        town = make_town()
        take_waste(town=town, members="2", served=(date(2027, 12, 1), None))
        late = take_waste(town=town, members="29", served=(LEAP_DAY, None))
        for period in months():
            bill_month(town=town, period=period)

        held = BilledInterval.objects.filter(agreement__legal_entity=town.entity).exclude(agreement__account=late)
        assert list(held.order_by("valid_from").values_list("valid_from", "valid_to")) == months()
        [leap_day, *whole] = (
            Bill.objects.filter(account=late).order_by("period_from").values_list("net_minor", flat=True)
        )
        assert leap_day == 29 * 250 // 29  # one day of 29
        assert set(whole) == {29 * 250}

    def test_bill_every_call_once_on_the_day_that_its_clock_showed(self) -> None:
        branch = make_telecom()
        with_chart(branch)
        make_price_table(legal_entity=branch.legal_entity)
        make_subscriber(branch=branch, number=PHONE)
        load(branch)
        assert sorted(UsageRecord.objects.values_list("usage_date", flat=True)) == [day for _clock, day in CALLS]
        assert UsageBatch.objects.get().error_count == 1, "a clock time that was never shown is told, not guessed"

        billed = []
        for period in months():
            run = bill_month(town=town_of(branch), period=period)
            billed.append(sum(run.bills.values_list("gross_minor", flat=True)))

        in_month = [sum(start <= day < end for _clock, day in CALLS) for start, end in months()]
        assert billed == [calls * A_CALL_MINOR for calls in in_month]
        assert {*UsageRecord.objects.values_list("state", flat=True)} == {UsageRecord.State.BILLED}


def with_chart(branch: Branch) -> None:
    accounts = load_pack("UA").accounts.items()
    rows = [ChartAccount(posting_code=code, code=row.account_code, names=row.names) for code, row in accounts]
    with transaction.atomic():
        ensure_chart(legal_entity_id=branch.legal_entity_id, accounts=rows)


def town_of(branch: Branch) -> Town:
    bosnian = make_town()
    return Town(entity=branch.legal_entity, branch=branch, waste=bosnian.waste, power=bosnian.power)


def load(branch: Branch) -> None:
    clocks = [*(clock for clock, _day in CALLS), NEVER_SHOWN]
    lines = [f"{at}\t60\t{PHONE}\t{PHONE}\t{CALLED}\t{CALLED}\t0\t1\t0\t60" for at in clocks]
    data = "\n".join(lines).encode()
    usage = UsageFile(file=Source(name="calls.txt", data=data), sha256=sha256(data).hexdigest())
    with transaction.atomic():
        load_usage(source=make_source(legal_entity=branch.legal_entity, area_code="432"), usage=usage, loaded_at=NOW)


@pytest.mark.usefixtures("books")
class TestClockPutBack:
    def test_in_the_middle_of_a_run_leaves_sound_books(self) -> None:
        town = make_town()
        account = take_waste(town=town, members="2")
        take_power(town=town, readings={"2025-12-31": "0", "2026-01-31": "10"}, account=account)
        run = calculate(make_run(town=town))
        with time_machine.travel(datetime.now(UTC) - timedelta(hours=1), tick=True):
            approve_run(run_id=run.id, approved_by=None, approved_at=NOW)
            issue(run)
            seal_audit_rows()

        assert run.state == BillRun.State.ISSUED
        bill_month(town=town, period=(date(2026, 2, 1), date(2026, 3, 1)))

    @pytest.mark.parametrize("hours", [-1, 1])
    def test_of_a_worker_does_not_change_whose_job_it_is(self, hours: int) -> None:
        """What counts is the clock of the database, which all workers share."""
        minute = timedelta(minutes=1)
        alive = Job.objects.create(kind="test.alive", state=Job.State.RUNNING, lease_until=Now() + minute)
        left = Job.objects.create(kind="test.left", state=Job.State.RUNNING, lease_until=Now() - minute)
        with time_machine.travel(datetime.now(UTC) + timedelta(hours=hours), tick=True):
            assert claim(job_id=alive.id, owner="wrong clock") is None
            assert claim(job_id=left.id, owner="wrong clock") is not None
