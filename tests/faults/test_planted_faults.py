"""Every invariant is silent over sound books and names the row of each fault planted in them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from rachun.apps.base.audit import seal_audit_rows
from rachun.apps.base.invariants import list_invariants
from rachun.apps.customers.models import Account
from rachun.apps.ledger.services.periods import close_period
from rachun.apps.metering.models import IntervalDay, Register
from rachun.apps.payments.services.close_shift import close_cash_shift
from rachun.apps.payments.services.move_cash import move_shift_cash
from rachun.apps.payments.services.open_shift import open_cash_shift
from rachun.apps.payments.services.record_receipt import ReceiptFacts, record_receipt
from rachun.apps.payments.services.set_up_desk import DeskFacts, create_cash_desk
from rachun.apps.payments.services.take_payment import Cash, take_cash_payment
from rachun.apps.rating.services import UsageFile, load_usage
from rachun.formats.source import Source
from tests.apps.identity.makers import make_operator
from tests.factories.billing import FEBRUARY, NOW, Town, bill_month, make_town, take_power, take_waste
from tests.factories.metering import LONG_AGO
from tests.factories.rating import make_price_table, make_subscriber, make_telecom
from tests.factories.usage import make_source

from tests.faults.conftest import Place

PHONE, KNOWN, UNKNOWN = "380432550101", "380671234567", "999123456789"
PLANTS: dict[str, list[str]] = yaml.safe_load(Path(__file__).with_name("planted_faults.yaml").read_text())
REGISTRY = {invariant.sentence: invariant.code for invariant in list_invariants()}
CASES = [(sentence, number) for sentence, plants in PLANTS.items() for number in range(len(plants))]
NAMES = [f"{REGISTRY.get(sentence, 'gone')}-{sentence[:40]}-{number}" for sentence, number in CASES]
BILL = "(SELECT min(id::text)::uuid FROM billing_bill)"
RECEIPT = "(SELECT min(id::text)::uuid FROM payments_receipt)"
WORDS = {
    "{bill}": BILL,
    "{receipt}": RECEIPT,
    "{receipt_entry}": f"(SELECT entry_id FROM payments_receipt WHERE id = {RECEIPT})",
}


@pytest.fixture(scope="module")
def sound_books(place: Place) -> Iterator[None]:
    """Two months, money from bank and desk, a file of calls, a closed period; then the superuser sits down."""
    town = make_town()
    account = take_waste(town=town, members="2")
    take_power(town=town, readings={"2025-12-31": "0", "2026-01-31": "10", "2026-02-28": "30"}, account=account)
    bill_month(town=town)
    pay_by_bank(town=town, account=account)
    bill_month(town=town, period=FEBRUARY)
    pay_at_a_desk(town=town, account=account)
    close_period(legal_entity_id=town.entity.id, area="RECEIPTS", month=date(2025, 12, 1), changed_at=NOW)
    load_calls()
    keep_an_hourly_day()
    seal_audit_rows()
    with as_superuser():
        yield


def pay_by_bank(*, town: Town, account: Account) -> None:
    """More than is owed: the rest is an advance, which the next bill uses."""
    facts = ReceiptFacts(
        legal_entity_id=town.entity.id,
        account_number=account.number,
        amount_minor=1_700,
        currency="BAM",
        value_date=FEBRUARY[0] + timedelta(days=9),
        channel="BANK",
        external_key="statement 7 line 1",
    )
    record_receipt(facts=facts, recorded_by=None, recorded_at=NOW)


def pay_at_a_desk(*, town: Town, account: Account) -> None:
    facts = DeskFacts(name="Market", register=None, no_register_reason="exempt", scanner=None, tax_letter="А")
    desk = create_cash_desk(branch=town.branch, code="K1", facts=facts, at=NOW)
    cashier_id = make_operator(entity=town.entity, role="cashier").id
    shift = open_cash_shift(desk_id=desk.id, float_minor=5_000, cashier_id=cashier_id, at=NOW)
    cash = Cash(amount_minor=585, tendered_minor=1_000)
    take_cash_payment(shift_id=shift.id, account=account, cash=cash, cashier_id=cashier_id, at=NOW)
    move_shift_cash(shift_id=shift.id, kind="OUT", amount_minor=2_000, reason="bank", cashier_id=cashier_id, at=NOW)
    close_cash_shift(shift_id=shift.id, counted_minor=3_585, reason="", at=NOW)


def load_calls() -> None:
    """One priced, one to a destination without a price, which waits."""
    branch = make_telecom()
    make_price_table(legal_entity=branch.legal_entity)
    make_subscriber(branch=branch, number=PHONE)
    calls = [("05.01.2026 10:00:00", KNOWN), ("05.01.2026 10:00:01", UNKNOWN)]
    lines = [f"{at}\t60\t{PHONE}\t{PHONE}\t{to}\t{to}\t0\t1\t0\t60" for at, to in calls]
    data = "\n".join(lines).encode()
    usage = UsageFile(file=Source(name="calls.txt", data=data), sha256=sha256(data).hexdigest())
    with transaction.atomic():
        load_usage(source=make_source(legal_entity=branch.legal_entity, area_code="432"), usage=usage, loaded_at=NOW)


def keep_an_hourly_day() -> None:
    IntervalDay.objects.create(
        register=Register.objects.get(),
        day=date(2026, 1, 5),
        interval_s=3600,
        quantities_micro=[1] * 24,
        source="test",
        recorded_at=LONG_AGO,
    )


@contextmanager
def as_superuser() -> Iterator[None]:
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict |= {"USER": "postgres", "PASSWORD": ""}
    yield
    connection.close()
    connection.settings_dict.update(before)


def planted(sql: str) -> set[str]:
    """Do it without triggers and foreign keys; the marks of what was done."""
    for word, meaning in WORDS.items():
        sql = sql.replace(word, meaning)
    *first, marked = sql.split(";")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in first:
            cursor.execute(statement)
        cursor.execute(marked)
        return {str(mark) for (mark,) in cursor.fetchall()}


def told_by_the_command() -> dict[str, list[str]]:
    """Sentence → the rows listed under it, by the program that an administrator runs."""
    out, found, rows = StringIO(), {}, []
    with pytest.raises(CommandError, match="broken: "):
        call_command("check_invariants", stdout=out)
    for line in out.getvalue().splitlines():
        if line.startswith("  "):
            rows.append(line)
        elif " does not hold: " in line:
            found[line.partition(" does not hold: ")[2]] = rows = []
    return found


@pytest.mark.usefixtures("sound_books")
class TestCheckInvariants:
    def test_is_silent_over_sound_books(self) -> None:
        call_command("check_invariants", stdout=StringIO())

    @pytest.mark.parametrize(("sentence", "number"), CASES, ids=NAMES)
    def test_names_the_row_of_a_planted_fault(self, sentence: str, number: int) -> None:
        with transaction.atomic():
            marks = planted(PLANTS[sentence][number])
            found = told_by_the_command()
            transaction.set_rollback(True)

        assert marks, "the plant touched nothing"
        rows = {cell.strip() for row in found.get(sentence, []) for cell in row.split(",")}
        assert marks & rows, f"{marks} is not in what was found: {found}"

    def test_has_a_planted_fault_for_each_invariant(self) -> None:
        assert set(PLANTS) == set(REGISTRY)
        assert len(REGISTRY) == len(list_invariants())
