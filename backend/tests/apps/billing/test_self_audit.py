"""The self-audit is silent over sound books, names one planted cent, and runs once a day."""

from datetime import date, timedelta
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from rachun.apps.base.models import AuditRow, Job
from rachun.apps.billing.services.audit_bills import audit_bills
from rachun.apps.billing.services.start_self_audit import start_self_audit
from rachun.apps.metering.models import EstimationRule
from tests.factories.billing import FEBRUARY, NOW, bill_month, make_town, run_job, take_power, take_waste
from tests.factories.metering import LONG_AGO

pytestmark = pytest.mark.usefixtures("fresh_database")
ALL = {"random_count": 50, "risky_count": 50, "seed": "2026-03-01"}
READINGS = {"2025-12-31": "0", "2026-01-31": "10", "2026-02-28": "30"}
# What an intruder with the owner's rights would do, and which place the audit names.
CHARGE = """UPDATE billing_charge SET net_minor = net_minor + 1, gross_minor = gross_minor + 1
            WHERE component = 'energy' AND service_from = '2026-02-01'"""
POSTING = """UPDATE ledger_posting p SET amount_minor = amount_minor + 1 FROM ledger_ledgeraccount a
             WHERE a.id = p.credit_account_id AND a.posting_code = 'VAT_OUTPUT'"""
READING = "UPDATE metering_reading SET value = value + 0.1 WHERE boundary_date = '2026-02-01'"
TOUCHED = ("billing_charge", "ledger_posting", "metering_reading")


def two_months() -> None:
    town = make_town()
    account = take_waste(town=town, members="2")
    take_power(town=town, readings=READINGS, account=account)
    take_waste(town=town, members="4")
    bill_month(town=town)
    bill_month(town=town, period=FEBRUARY)


class TestSelfAudit:
    def test_finds_nothing_in_sound_books_and_says_so_in_the_audit(self) -> None:
        two_months()

        found = audit_bills(**ALL)

        assert (found.bills, list(found.differences)) == (4, [])
        row = AuditRow.objects.get(operation="auditBills")
        assert row.after == {"bills": 4, "differences": []}

    def test_finds_nothing_in_months_that_were_estimated_and_settled_later(self) -> None:
        town = make_town()
        EstimationRule.objects.create(
            legal_entity=town.entity,
            service=town.power.service,
            steps=[{"method": "LAST_PERIODS", "periods": 2}],
            max_days=100,
            source_document="Rules of supply, art. 31",
            valid_from=date(2025, 1, 1),
            recorded_at=LONG_AGO,
        )
        take_power(town=town, readings={"2025-12-31": "500", "2026-01-31": "562", "2026-03-31": "700"})
        for month in (1, 2, 3):
            bill_month(town=town, period=(date(2026, month, 1), date(2026, month + 1, 1)))

        found = audit_bills(**ALL)

        assert (found.bills, list(found.differences)) == (3, [])

    @pytest.mark.parametrize(
        ("fault", "place"),
        [(CHARGE, "net_minor"), (POSTING, "posting:VAT_OUTPUT"), (READING, "quantity_micro")],
        ids=["charge", "posting", "reading"],
    )
    def test_names_the_place_of_one_planted_cent_and_ends_with_an_error(
        self, fault: str, place: str, owner_sql: psycopg.Connection[Any]
    ) -> None:
        two_months()
        for table in TOUCHED:
            owner_sql.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        assert owner_sql.execute(fault).rowcount

        told = StringIO()
        with pytest.raises(CommandError, match="differences in the books"):
            call_command("self_audit", stdout=told)

        assert f", {place}: stored " in told.getvalue()
        assert AuditRow.objects.get(operation="auditBills").after["differences"]

    def test_is_started_once_a_day_as_a_job(self) -> None:
        two_months()
        first = start_self_audit(now=NOW)
        assert first is not None
        Job.objects.filter(id=first.id).update(created_at=NOW)

        again = start_self_audit(now=NOW + timedelta(hours=1))
        next_day = start_self_audit(now=NOW + timedelta(hours=24))

        assert again is None
        assert next_day is not None
        assert run_job(first).result["differences"] == 0
