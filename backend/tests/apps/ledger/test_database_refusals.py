"""What the database refuses by itself, tried by raw SQL as the application's own role."""

from datetime import date
from typing import Any

import psycopg
import pytest
from rachun.apps.base.partitions import live_load_key
from rachun.apps.billing.models import Bill, BillRun
from rachun.apps.ledger.services.periods import close_period
from tests.factories.billing import NOW, Town, bill_month, make_town, take_waste

Connection = psycopg.Connection[Any]
ENTRY = """
INSERT INTO ledger_entry (id, legal_entity_id, area, accounting_date, source_kind, source_id, recorded_at)
VALUES (gen_random_uuid(), %s, 'SALES', '2026-02-01', 'TEST', gen_random_uuid(), now())
"""
REPEATED_INTERVAL = """
INSERT INTO billing_billedinterval (agreement_id, component, register, valid_from, valid_to, bill_id)
SELECT agreement_id, component, register, valid_from + 3, valid_to + 3, bill_id FROM billing_billedinterval LIMIT 1
"""
COPIED_RECEIVABLE = """
INSERT INTO ledger_posting (load_key, entry_id, line_no, debit_account_id, credit_account_id, amount_minor, currency)
SELECT %s, entry_id, 99, debit_account_id, {credit}, {amount}, currency FROM ledger_posting LIMIT 1
"""


@pytest.fixture
def town(fresh_database: str) -> Town:
    """A town with one issued month."""
    made = make_town()
    take_waste(town=made, members="2")
    bill_month(town=made)
    return made


class TestIssuedBooks:
    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE ledger_posting SET amount_minor = 1",
            "DELETE FROM ledger_posting",
            "UPDATE ledger_entry SET accounting_date = '2026-01-01'",
            "DELETE FROM ledger_entry",
            "UPDATE billing_bill SET gross_minor = 0",
            "DELETE FROM billing_bill",
            "UPDATE billing_charge SET net_minor = 0",
            "DELETE FROM billing_charge",
            "UPDATE billing_billedinterval SET valid_to = '2027-01-01'",
            "DELETE FROM ledger_openitem",
            "TRUNCATE ledger_posting",
        ],
    )
    def test_let_nobody_change_or_delete_a_row(self, town: Town, app_sql: Connection, change: str) -> None:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app_sql.execute(change)

    def test_take_no_row_into_a_load_that_is_attached(self, town: Town, app_sql: Connection) -> None:
        run = BillRun.objects.get()

        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app_sql.execute(f"INSERT INTO billing_charge_{run.id.hex} SELECT * FROM billing_charge")
        with pytest.raises(psycopg.DatabaseError, match="is attached"):
            app_sql.execute("SELECT drop_load('billing_charge', %s)", [run.id])

    def test_take_no_second_bill_with_a_number(self, town: Town, app_sql: Connection) -> None:
        names = [field.column for field in Bill._meta.concrete_fields if field.column not in {"id", "run_id"}]
        columns = ", ".join(names)
        other = BillRun.objects.create(
            legal_entity=town.entity,
            kind=BillRun.Kind.FINAL,
            period_from=date(2026, 1, 1),
            period_to=date(2026, 2, 1),
            document_date=date(2026, 2, 1),
            due_date=date(2026, 2, 1),
            created_at=NOW,
        )

        with pytest.raises(psycopg.errors.UniqueViolation, match="bill_number_once"):
            app_sql.execute(
                f"INSERT INTO billing_bill (id, run_id, {columns}) SELECT gen_random_uuid(), %s, {columns} "
                "FROM billing_bill",
                [other.id],
            )

    def test_bill_no_day_twice(self, town: Town, app_sql: Connection) -> None:
        with pytest.raises(psycopg.errors.ExclusionViolation, match="billed_interval_overlap"):
            app_sql.execute(REPEATED_INTERVAL)

    @pytest.mark.parametrize(("credit", "amount"), [("credit_account_id", "0"), ("debit_account_id", "1")])
    def test_take_no_posting_that_is_not_a_pair(
        self, town: Town, app_sql: Connection, credit: str, amount: str
    ) -> None:
        key = live_load_key(on=date(2026, 2, 1))
        app_sql.execute("SELECT ensure_live_partition('ledger_posting', %s)", [key])

        with pytest.raises(psycopg.errors.CheckViolation):
            app_sql.execute(COPIED_RECEIVABLE.format(credit=credit, amount=amount), [key])


class TestClosedPeriod:
    def test_takes_no_entry(self, town: Town, app_sql: Connection) -> None:
        close_period(legal_entity_id=town.entity.id, area="SALES", month=date(2026, 2, 1), changed_at=NOW)

        with pytest.raises(psycopg.DatabaseError, match="is closed") as refusal:
            app_sql.execute(ENTRY, [town.entity.id])

        assert refusal.value.sqlstate == "RA001"

    def test_takes_no_posting_to_an_older_entry(self, town: Town, app_sql: Connection) -> None:
        key = live_load_key(on=date(2026, 2, 1))
        app_sql.execute("SELECT ensure_live_partition('ledger_posting', %s)", [key])
        close_period(legal_entity_id=town.entity.id, area="SALES", month=date(2026, 2, 1), changed_at=NOW)

        with pytest.raises(psycopg.DatabaseError, match="is closed"):
            app_sql.execute(COPIED_RECEIVABLE.format(credit="credit_account_id", amount="1"), [key])

    def test_takes_no_load(self, town: Town, app_sql: Connection) -> None:
        load_key = town.entity.id
        app_sql.execute("SELECT open_load('ledger_posting', %s)", [load_key])
        app_sql.execute(
            f"INSERT INTO ledger_posting_{load_key.hex} SELECT %s, entry_id, 98, debit_account_id, credit_account_id, "
            "debit_item_id, credit_item_id, amount_minor, currency FROM ledger_posting LIMIT 1".replace(
                "SELECT %s",
                "(load_key, entry_id, line_no, debit_account_id, credit_account_id, debit_item_id, "
                "credit_item_id, amount_minor, currency) SELECT %s",
            ),
            [load_key],
        )
        close_period(legal_entity_id=town.entity.id, area="SALES", month=date(2026, 2, 1), changed_at=NOW)

        with pytest.raises(psycopg.DatabaseError, match="is closed"):
            app_sql.execute("SELECT attach_load('ledger_posting', %s)", [load_key])
