from datetime import UTC, date, datetime

import pytest
from rachun.apps.usage.models import UsageRecord
from rachun.apps.usage.selectors import count_usage_by_state, list_billable_deliveries, list_billable_usage
from rachun.apps.usage.services import mark_billed
from rachun.values.ids import uuid7
from tests.factories.metering import make_agreement
from tests.factories.usage import make_record

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MARCH = date(2026, 3, 1)
pytestmark = pytest.mark.django_db


class TestListBillableUsage:
    def test_sums_calls_by_destination_and_local_day(self) -> None:
        agreement = make_agreement()
        make_record(agreement=agreement, on="2026-02-05", billed_s=60, amount_micro=960_000)
        make_record(agreement=agreement, on="2026-02-05", billed_s=180, amount_micro=360_000)
        make_record(agreement=agreement, on="2026-02-06", billed_s=60, amount_micro=120_000, destination="local")

        frame = list_billable_usage(agreement_ids=[agreement.id], before=MARCH, known_until=NOW)

        assert frame.rows() == [
            (str(agreement.id), "calls", "local", date(2026, 2, 6), 1_000_000, 1, 120_000),
            (str(agreement.id), "calls", "mobile", date(2026, 2, 5), 4_000_000, 2, 1_320_000),
        ]

    def test_rounds_the_minutes_of_a_month_once(self) -> None:
        agreement = make_agreement()
        for day in ("2026-02-01", "2026-02-02", "2026-02-03"):
            make_record(agreement=agreement, on=day, billed_s=61)

        frame = list_billable_usage(agreement_ids=[agreement.id], before=MARCH, known_until=NOW)

        # 61 s = 1.016667 min, 122 s = 2.033333, 183 s = 3.05: three days rounded alone would sum to 3.050001.
        assert frame["units_micro"].to_list() == [1_016_667, 1_016_666, 1_016_667]

    def test_takes_late_calls_and_leaves_what_is_not_ready(self) -> None:
        agreement = make_agreement()
        make_record(agreement=agreement, on="2026-01-31")
        make_record(agreement=agreement, on="2026-03-01")
        make_record(agreement=agreement, state="SUSPENDED", amount_micro=None)
        make_record(agreement=agreement, state="UNBILLABLE")
        make_record(agreement=agreement, recorded_at=datetime(2026, 3, 2, tzinfo=UTC))

        frame = list_billable_usage(agreement_ids=[agreement.id], before=MARCH, known_until=NOW)

        assert frame["usage_date"].to_list() == [date(2026, 1, 31)]


class TestListBillableDeliveries:
    def test_gives_each_delivery_with_its_identity(self) -> None:
        agreement = make_agreement()
        record = make_record(agreement=agreement, item="call_detail", quantity_micro=1_000_000, amount_micro=None)
        make_record(agreement=agreement)

        frame = list_billable_deliveries(agreement_ids=[agreement.id], before=MARCH, known_until=NOW)

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
        bill = uuid7()

        first = mark_billed(bill_ids_by_agreement={agreement.id: bill}, before=MARCH, known_until=NOW)
        second = mark_billed(bill_ids_by_agreement={agreement.id: uuid7()}, before=MARCH, known_until=NOW)

        assert (first, second) == (1, 0)
        states = {
            record.record_no: (
                UsageRecord.objects.get(pk=record.pk).state,
                UsageRecord.objects.get(pk=record.pk).bill_id,
            )
            for record in (priced, suspended, released_after_pricing, next_month, elsewhere)
        }
        assert states == {
            priced.record_no: ("BILLED", bill),
            suspended.record_no: ("SUSPENDED", None),
            released_after_pricing.record_no: ("RATED", None),
            next_month.record_no: ("RATED", None),
            elsewhere.record_no: ("RATED", None),
        }
        assert count_usage_by_state(agreement_ids=[agreement.id], before=MARCH, known_until=NOW) == {
            "BILLED": 1,
            "SUSPENDED": 1,
        }
