"""Every invariant is silent over a sound month and names a planted fault."""

from datetime import timedelta
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from rachun.apps.base.audit import seal_audit_rows
from rachun.apps.base.invariants import list_invariants
from rachun.apps.payments.services.record_receipt import ReceiptFacts, record_receipt
from tests.factories.billing import FEBRUARY, NOW, Town, bill_month, make_town, take_power, take_waste

pytestmark = pytest.mark.usefixtures("fresh_database")


def sound_month() -> Town:
    """A bill that is paid with something left, and the next bill that uses it."""
    town = make_town()
    account = take_waste(town=town, members="2")
    take_power(town=town, readings={"2025-12-31": "0", "2026-01-31": "10", "2026-02-28": "30"}, account=account)
    bill_month(town=town)
    facts = ReceiptFacts(
        legal_entity_id=town.entity.id,
        account_number=account.number,
        amount_minor=10_000,
        currency="BAM",
        value_date=FEBRUARY[0] + timedelta(days=9),
        channel="BANK",
        external_key="statement 7 line 1",
    )
    record_receipt(facts=facts, recorded_by=None, recorded_at=NOW)
    bill_month(town=town, period=FEBRUARY)
    seal_audit_rows()
    return town


def broken() -> set[str]:
    return {invariant.code for invariant in list_invariants() if invariant.violations()}


# What an intruder with the owner's rights would do, and the invariant that says so.
FAULTS = [
    ("I-01", "DELETE FROM ledger_posting p USING ledger_entry e WHERE e.id = p.entry_id AND e.source_kind = 'RECEIPT'"),
    ("I-02", "UPDATE billing_charge SET gross_minor = gross_minor + 1 WHERE line_no = 1"),
    ("I-02", "UPDATE ledger_posting SET amount_minor = amount_minor + 1 WHERE debit_item_id IS NOT NULL"),
    ("I-03", "UPDATE receivables_allocation SET amount_minor = amount_minor + 1"),
    ("I-03", ("UPDATE ledger_posting p SET amount_minor = 99999999 FROM ledger_entry e"
             " WHERE e.id = p.entry_id AND e.source_kind = 'RECEIPT'")),
    ("I-08", "UPDATE billing_bill SET period_from = '2026-01-01', period_to = '2026-02-01'"),
    ("I-12", "UPDATE base_numberseries SET next_value = next_value + 1 WHERE kind = 'BILL'"),
    ("I-12", "UPDATE base_numberseries SET next_value = next_value + 1 WHERE kind = 'RECEIPT'"),
    ("I-12", "UPDATE billing_bill SET document_date = '2026-12-31' WHERE number LIKE '%-000001%'"),
    ("I-13", ("INSERT INTO ledger_accountingperiod (id, legal_entity_id, area, month, state, changed_at, reason)"
             " SELECT gen_random_uuid(), legal_entity_id, area, date_trunc('month', accounting_date), 'CLOSED',"
             " '2000-01-01', '' FROM ledger_entry LIMIT 1")),
    ("I-18", "UPDATE catalog_tariffversion SET valid_from = '2026-01-15'"),
    ("I-19", """UPDATE billing_charge SET inputs = jsonb_set(inputs, '{days}', '3') WHERE kind = 'per_attribute'"""),
    ("I-20", "UPDATE base_auditrow SET why = 'never mind'"),
    ("I-21", "DELETE FROM billing_billedinterval WHERE register = ''"),
    ("I-21", ("ALTER TABLE billing_billedinterval DROP CONSTRAINT billed_interval_overlap;"
             "UPDATE billing_billedinterval SET valid_from = '2026-01-01', valid_to = '2026-03-01'")),
    ("I-22", "DELETE FROM billing_charge WHERE line_no = 1"),
    ("I-22", "UPDATE billing_controlsheet SET is_balanced = false"),
]  # fmt: skip


class TestInvariants:
    def test_hold_over_a_sound_month(self) -> None:
        sound_month()

        assert broken() == set()
        call_command("check_invariants", stdout=StringIO())

    def test_each_names_its_planted_fault(self, owner_sql: psycopg.Connection[Any]) -> None:
        sound_month()
        missed = []
        for code, fault in FAULTS:
            with owner_sql.transaction(force_rollback=True):
                owner_sql.execute(
                    "ALTER TABLE ledger_posting DISABLE TRIGGER USER; ALTER TABLE ledger_entry DISABLE TRIGGER USER"
                )
                owner_sql.execute(fault)
                found = {one.code for one in list_invariants() if one.sql and owner_sql.execute(one.sql).fetchall()}
                if code == "I-20":
                    continue
            if code not in found:
                missed.append((code, fault, found))

        assert missed == []

    def test_a_changed_audit_row_is_named(self, owner_sql: psycopg.Connection[Any]) -> None:
        sound_month()
        owner_sql.execute(dict(FAULTS)["I-20"])

        with pytest.raises(CommandError, match="I-20"):
            call_command("check_invariants", stdout=StringIO())
