"""A bill on paper says what the books say."""

from datetime import date
from decimal import Decimal

import pytest
from rachun.apps.base.models import Job
from rachun.apps.billing.models import Bill
from rachun.apps.billing.selectors.bill_document import get_bill_document
from rachun.apps.billing.services.render_bill import ensure_document
from rachun.apps.customers.models import ContactPoint
from rachun.apps.documents.models import Document
from rachun.apps.identity.models import BankAccount
from rachun.apps.messaging.models import Delivery
from rachun.apps.payments.services.record_receipt import ReceiptFacts, record_receipt
from tests.factories.billing import FEBRUARY, NOW, bill_month, make_town, run_job, take_power, take_waste

pytestmark = pytest.mark.usefixtures("fresh_database")


def two_months() -> Bill:
    """January 37.92, of which 30.00 is paid on 10 February; then the February bill, which is returned."""
    town = make_town()
    BankAccount.objects.create(legal_entity=town.entity, iban="BA391290079401028494", bank_name="Banka", currency="BAM")
    account = take_waste(town=town, members="2")
    readings = {"2025-12-31": "500", "2026-01-31": "630", "2026-02-28": "700"}
    take_power(town=town, readings=readings, account=account)
    bill_month(town=town)
    facts = ReceiptFacts(
        legal_entity_id=town.entity.id,
        account_number=account.number,
        amount_minor=3000,
        currency="BAM",
        value_date=date(2026, 2, 10),
        channel="CASH",
        external_key="till 4",
    )
    record_receipt(facts=facts, recorded_by=None, recorded_at=NOW)
    run = bill_month(town=town, period=FEBRUARY)
    return Bill.objects.select_related("account__party", "legal_entity").get(run_id=run.id)


class TestBillDocument:
    def test_says_readings_payments_bridge_and_what_to_pay(self) -> None:
        data = get_bill_document(bill=two_months(), language="en")

        # February: 5.00 + 4.85 + 70 × 0.1735 = 12.15 → net 22.00, tax 3.74, gross 25.74; 37.92 - 30.00 + 25.74 = 33.66
        assert data.totals.gross == Decimal("25.74")
        assert data.account.opening_balance == Decimal("37.92")
        assert [payment.amount for payment in data.account.payments] == [Decimal("30.00")]
        assert data.account.total_due == Decimal("33.66")
        assert data.bridge.previous_gross == Decimal("37.92")
        # energy 26.40 → 14.22; days 31 → 28 cost -3 × the mean of what a day costs before and now, 0.679754 = -2.04
        steps = [(step.label, step.amount) for step in data.bridge.steps]
        assert steps == [("Use and quantity", Decimal("-10.14")), ("Days", Decimal("-2.04"))]
        [reading] = [reading for group in data.groups for reading in group.readings]
        assert (reading.previous_value, reading.present_value, reading.consumption) == (630, 700, 70)
        assert [month.quantity for month in data.usage[0].months] == [130, 70]
        assert data.slip is not None
        assert data.slip.amount == Decimal("33.66")

    def test_is_printed_once_per_language(self) -> None:
        bill = two_months()

        first = ensure_document(bill=bill, language="bs", rendered_at=NOW)

        assert ensure_document(bill=bill, language="bs", rendered_at=NOW).id == first.id
        assert first.media_type == "application/pdf"
        assert first.size_bytes > 5000

    def test_is_mailed_to_whoever_wants_it_so(self) -> None:
        bill = two_months()
        bill.account.delivery = "EMAIL"
        bill.account.save(update_fields=["delivery"])
        ContactPoint.objects.create(party=bill.account.party, kind="EMAIL", value="juric@example.test")
        job = Job.objects.filter(kind="billing.render_bills", params__run_id=str(bill.run_id)).get()

        run_job(job)

        assert job.state == Job.State.DONE, job.failure
        delivery = Delivery.objects.get()
        assert delivery.address == "juric@example.test"
        assert Document.objects.get(subject_id=bill.id).sha256 == delivery.attachment_sha256
