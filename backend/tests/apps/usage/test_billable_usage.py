from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from rachun.apps.agreements.models import ServiceAgreement
from rachun.apps.base.columns import texts
from rachun.apps.usage.models import UsageRecord
from rachun.apps.usage.selectors import BillableUsage, count_usage_by_state, list_billed_usage
from rachun.apps.usage.services import UsageChanged, hold_usage, mark_billed, release_usage
from rachun.values.ids import uuid7
from tests.factories.metering import make_agreement
from tests.factories.usage import make_record

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MARCH = date(2026, 3, 1)
pytestmark = pytest.mark.django_db


def held(*agreements: ServiceAgreement, holder_id: UUID | None = None) -> BillableUsage:
    """By the holder, or by one that nobody knows."""
    return hold_usage(
        holder_id=holder_id or uuid7(),
        agreement_ids=texts(one.id for one in agreements),
        before=MARCH,
        known_until=NOW,
    )


class TestHoldUsage:
    def test_sums_calls_by_destination_and_local_day(self) -> None:
        agreement = make_agreement()
        make_record(agreement=agreement, on="2026-02-05", billed_s=60, amount_micro=960_000)
        make_record(agreement=agreement, on="2026-02-05", billed_s=180, amount_micro=360_000, covered_s=120)
        make_record(agreement=agreement, on="2026-02-06", billed_s=60, amount_micro=120_000, destination="local")

        frame = held(agreement).calls

        assert frame.rows() == [
            (str(agreement.id), "calls", "local", date(2026, 2, 6), 1_000_000, 1, 120_000, 0),
            (str(agreement.id), "calls", "mobile", date(2026, 2, 5), 4_000_000, 2, 1_320_000, 120),
        ]

    def test_leaves_a_sum_past_64_bits_at_their_bound_for_pricing_to_refuse(self) -> None:
        agreement = make_agreement()
        for _ in range(10):
            make_record(agreement=agreement, on="2026-02-05", amount_micro=10**18)

        assert held(agreement).calls["amount_micro"].to_list() == [2**63 - 1]

    def test_rounds_the_minutes_of_a_month_once(self) -> None:
        agreement = make_agreement()
        for day in ("2026-02-01", "2026-02-02", "2026-02-03"):
            make_record(agreement=agreement, on=day, billed_s=61)

        frame = held(agreement).calls

        # 61 s = 1.016667 min, 122 s = 2.033333, 183 s = 3.05: three days rounded alone would sum to 3.050001.
        assert frame["units_micro"].to_list() == [1_016_667, 1_016_666, 1_016_667]

    def test_takes_late_calls_and_leaves_what_is_not_ready(self) -> None:
        agreement = make_agreement()
        make_record(agreement=agreement, on="2026-01-31")
        make_record(agreement=agreement, on="2026-03-01")
        make_record(agreement=agreement, state="SUSPENDED", amount_micro=None)
        make_record(agreement=agreement, state="UNBILLABLE")
        make_record(agreement=agreement, recorded_at=datetime(2026, 3, 2, tzinfo=UTC))

        frame = held(agreement).calls

        assert frame["usage_date"].to_list() == [date(2026, 1, 31)]


class TestHoldUsageOfDeliveries:
    def test_gives_each_delivery_with_its_identity(self) -> None:
        agreement = make_agreement()
        record = make_record(agreement=agreement, item="call_detail", quantity_micro=1_000_000, amount_micro=None)
        make_record(agreement=agreement)

        frame = held(agreement).deliveries

        assert frame.rows() == [
            (
                str(agreement.id),
                str(record.load_key),
                record.record_no,
                "call_detail",
                date(2026, 2, 5),
                1_000_000,
            )
        ]


class TestMarkBilled:
    def test_moves_exactly_the_priced_records_once(self) -> None:
        agreement, other = make_agreement(), make_agreement()
        priced = make_record(agreement=agreement)
        suspended = make_record(agreement=agreement, state="SUSPENDED", amount_micro=None)
        released_after_pricing = make_record(agreement=agreement, recorded_at=datetime(2026, 3, 2, tzinfo=UTC))
        next_month = make_record(agreement=agreement, on="2026-03-01")
        elsewhere = make_record(agreement=other)
        bill, chunk = uuid7(), uuid7()
        held(agreement, other, holder_id=chunk)
        late = make_record(agreement=agreement)

        marked = mark_billed(holder_id=chunk, bill_ids_by_agreement={agreement.id: bill})

        assert marked == 1
        states = {
            record.record_no: (
                UsageRecord.objects.get(pk=record.pk).state,
                UsageRecord.objects.get(pk=record.pk).bill_id,
            )
            for record in (priced, suspended, released_after_pricing, next_month, elsewhere, late)
        }
        assert states == {
            priced.record_no: ("BILLED", bill),
            suspended.record_no: ("SUSPENDED", None),
            released_after_pricing.record_no: ("RATED", None),
            next_month.record_no: ("RATED", None),
            elsewhere.record_no: ("RATED", None),
            late.record_no: ("RATED", None),
        }
        assert count_usage_by_state(agreement_ids=[agreement.id], before=MARCH, known_until=NOW) == {
            "BILLED": 1,
            "RATED": 1,
            "SUSPENDED": 1,
        }

    def test_refuses_what_another_bill_took_since(self) -> None:
        agreement = make_agreement()
        make_record(agreement=agreement)
        first, second = uuid7(), uuid7()
        held(agreement, holder_id=first)
        held(agreement, holder_id=second)
        mark_billed(holder_id=first, bill_ids_by_agreement={agreement.id: uuid7()})

        with pytest.raises(UsageChanged):
            mark_billed(holder_id=second, bill_ids_by_agreement={agreement.id: uuid7()})

    @pytest.mark.parametrize("changed", [{"amount_micro": 970_000}, {"covered_s": 30}])
    def test_refuses_what_is_no_longer_as_it_was_priced(self, changed: dict[str, int]) -> None:
        agreement = make_agreement()
        make_record(agreement=agreement)
        chunk = uuid7()
        held(agreement, holder_id=chunk)
        UsageRecord.objects.update(**changed)

        with pytest.raises(UsageChanged):
            mark_billed(holder_id=chunk, bill_ids_by_agreement={agreement.id: uuid7()})

    def test_leaves_what_was_let_go(self) -> None:
        agreement = make_agreement()
        make_record(agreement=agreement)
        chunk = uuid7()
        held(agreement, holder_id=chunk)

        release_usage(holder_ids=[chunk])

        assert mark_billed(holder_id=chunk, bill_ids_by_agreement={agreement.id: uuid7()}) == 0


class TestListBilledUsage:
    def test_gives_what_was_priced_once_more(self) -> None:
        agreement = make_agreement()
        make_record(agreement=agreement, on="2026-02-05", billed_s=61)
        make_record(agreement=agreement, on="2026-02-06", billed_s=61, covered_s=31)
        make_record(agreement=agreement, item="call_detail", quantity_micro=1_000_000, amount_micro=None)
        chunk, bill = uuid7(), uuid7()
        priced = held(agreement, holder_id=chunk)
        mark_billed(holder_id=chunk, bill_ids_by_agreement={agreement.id: bill})

        again = list_billed_usage(agreement_ids=texts([agreement.id]), bill_ids=[bill])

        assert again.calls.equals(priced.calls)
        assert again.deliveries.equals(priced.deliveries)
