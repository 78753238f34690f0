"""90 seconds to mobiles a month are included; beyond, a minute to a mobile costs 0.96 and the first is whole."""

from datetime import date

import pytest
from django.db import transaction
from django.utils import timezone
from rachun.apps.agreements.models import ServiceAgreement, ServiceTerm
from rachun.apps.base.files import keep_file
from rachun.apps.base.job_runner import run_job_now
from rachun.apps.base.jobs import enqueue
from rachun.apps.base.models import Job
from rachun.apps.identity.models import Branch
from rachun.apps.usage.models import BundleCounter, UsageRecord, UsageSource
from tests.factories.metering import make_agreement
from tests.factories.rating import PHONE_TARIFF, give_number, make_plan, make_price_table, make_telecom
from tests.factories.usage import make_source

pytestmark = pytest.mark.django_db
KOVAL, MOBILE, LOCAL = "380432550101", "380671234567", "380432550900"
OTHER, THIRD = "380432550102", "380432550103"


def run(kind: str, **params: object) -> Job:
    with transaction.atomic():
        job = enqueue(kind, params=params)
    return run_job_now(job.id)


def load(source: UsageSource, *lines: str) -> Job:
    return run(
        "rating.load_usage", source_id=str(source.id), name="f", sha256=keep_file(content="\n".join(lines).encode())
    )


def call(at: str, called: str = MOBILE, *, caller: str = KOVAL, seconds: int = 60) -> str:
    return f"{at}\t{seconds}\t{caller}\t{caller}\t{called}\t{called}\t0\t1\t0\t{seconds}"


def priced(source: UsageSource) -> list[tuple[str, int | None, int | None]]:
    """By start: the hour, seconds covered, amount."""
    records = UsageRecord.objects.filter(source=source).order_by("occurred_at")
    return [(f"{record.occurred_at:%d.%m %H}", record.covered_s, record.amount_micro) for record in records]


@pytest.fixture
def source() -> UsageSource:
    branch = make_telecom()
    make_price_table(legal_entity=branch.legal_entity)
    agreement = make_agreement(branch=branch, service="PHONE", served=(date(2025, 1, 1), None))
    [calls, *others] = PHONE_TARIFF["components"]
    included = {"seconds": 90, "destinations": ["mobile"]}
    make_plan(agreement=agreement, body={**PHONE_TARIFF, "components": [{**calls, "included": included}, *others]})
    give_number(agreement=agreement, number=KOVAL)
    return make_source(legal_entity=branch.legal_entity)


class TestBundles:
    def test_are_taken_in_call_order_whatever_the_order_of_the_file(self, source: UsageSource) -> None:
        load(source, call("05.01.2026 12:00:00"), call("05.01.2026 11:00:00"))

        # Kyiv is two hours ahead of UTC; the later call finds 30 s and pays the other 30.
        assert priced(source) == [("05.01 09", 60, 0), ("05.01 10", 30, 480_000)]

    def test_last_over_batches_of_one_month(self, source: UsageSource) -> None:
        load(source, call("05.01.2026 12:00:00"))
        load(source, call("06.01.2026 12:00:00"), call("01.02.2026 12:00:00"))

        assert priced(source) == [("05.01 10", 60, 0), ("06.01 10", 30, 480_000), ("01.02 10", 60, 0)]
        assert sorted(BundleCounter.objects.values_list("month", "used_s")) == [
            (date(2026, 1, 1), 90),
            (date(2026, 2, 1), 60),
        ]

    def test_are_taken_once_by_a_file_that_comes_again(self, source: UsageSource) -> None:
        load(source, call("05.01.2026 12:00:00"))

        load(source, call("05.01.2026 12:00:00"))
        load(source, call("05.01.2026 12:00:00"), call("06.01.2026 12:00:00"))

        assert priced(source) == [("05.01 10", 60, 0), ("06.01 10", 30, 480_000)]

    def test_do_not_pay_for_other_destinations(self, source: UsageSource) -> None:
        load(source, call("05.01.2026 12:00:00", LOCAL))

        assert priced(source) == [("05.01 10", None, 120_000)]
        assert not BundleCounter.objects.exists()

    def test_give_a_released_call_what_is_left(self, source: UsageSource) -> None:
        other = "380432550102"
        load(source, call("05.01.2026 08:00:00", caller=other), call("05.01.2026 12:00:00"))
        give_number(
            agreement=UsageRecord.objects.get(state="RATED").agreement, number=other, held=(date(2025, 1, 1), None)
        )

        run("rating.release_suspended", source_id=str(source.id))
        run("rating.release_suspended", source_id=str(source.id))

        assert priced(source) == [("05.01 06", 30, 480_000), ("05.01 10", 60, 0)]


def phone(
    source: UsageSource,
    *,
    number: str,
    included: dict[str, object],
    like: ServiceAgreement | None = None,
    since: date = date(2025, 1, 1),
) -> ServiceAgreement:
    """Another telephone with the bundle; on the account of another one where `like` is given."""
    branch = Branch.objects.get(legal_entity=source.legal_entity)
    account = None if like is None else like.account
    agreement = make_agreement(branch=branch, service="PHONE", served=(since, None), account=account)
    [calls, *others] = PHONE_TARIFF["components"]
    make_plan(agreement=agreement, body={**PHONE_TARIFF, "components": [{**calls, "included": included}, *others]})
    give_number(agreement=agreement, number=number)
    return agreement


def end(agreement: ServiceAgreement, *, on: date) -> None:
    [term] = ServiceTerm.objects.filter(agreement=agreement)
    ServiceTerm.objects.filter(id=term.id).update(superseded_at=timezone.now())
    ServiceTerm.objects.create(
        agreement=agreement,
        service_point_id=term.service_point_id,
        valid_from=term.valid_from,
        valid_to=on,
        recorded_at=timezone.now(),
    )


class TestABundle:
    def test_by_days_gives_a_part_of_a_month_its_part(self, source: UsageSource) -> None:
        """310 seconds of January by days; service began on the 16th: 310 × 16 / 31 = 160."""
        by_days = {"seconds": 310, "proration": "DAYS"}
        phone(source, number=OTHER, included=by_days, since=date(2026, 1, 16))

        load(source, *(call(f"{day}.01.2026 12:00:00", caller=OTHER, seconds=100) for day in (17, 20)))

        assert priced(source) == [("17.01 10", 100, 0), ("20.01 10", 60, 640_000)]

    def test_by_days_is_not_taken_back_when_the_service_ends_early(self, source: UsageSource) -> None:
        """A call was promised the whole month; of what is told later only later calls know: 10 days of 31 are 100."""
        agreement = phone(source, number=OTHER, included={"seconds": 310, "proration": "DAYS"})
        load(source, call("02.01.2026 12:00:00", caller=OTHER, seconds=150))
        end(agreement, on=date(2026, 1, 11))

        load(source, call("03.01.2026 12:00:00", caller=OTHER, seconds=60))

        assert priced(source) == [("02.01 10", 150, 0), ("03.01 10", 0, 960_000)]

    def test_shared_over_an_account_pays_for_whoever_calls(self, source: UsageSource) -> None:
        shared = {"seconds": 90, "shared_by": "ACCOUNT"}
        first = phone(source, number=OTHER, included=shared)
        phone(source, number=THIRD, included=shared, like=first)

        load(
            source,
            call("05.01.2026 13:00:00", caller=THIRD, seconds=60),
            call("05.01.2026 12:00:00", caller=OTHER, seconds=150),
        )

        assert priced(source) == [("05.01 10", 150, 0), ("05.01 11", 30, 480_000)]
        assert sorted(BundleCounter.objects.values_list("used_s", flat=True)) == [90, 90]

    def test_lives_on_as_long_as_it_says_and_what_expires_first_goes_first(self, source: UsageSource) -> None:
        """January leaves 30 s, February takes them and 70 of its own 90, March has February's 20 and its own 90."""
        phone(source, number=OTHER, included={"seconds": 90, "rollover_periods": 1}, since=date(2026, 1, 1))

        load(
            source,
            call("05.01.2026 12:00:00", caller=OTHER, seconds=60),
            call("05.02.2026 12:00:00", caller=OTHER, seconds=100),
        )
        load(source, call("05.03.2026 12:00:00", caller=OTHER, seconds=170))

        assert [row[1] for row in priced(source)] == [60, 100, 110]
        counted = BundleCounter.objects.order_by("month").values_list("month", "used_s")
        assert [(month.month, used) for month, used in counted] == [(1, 90), (2, 90), (3, 90)]
