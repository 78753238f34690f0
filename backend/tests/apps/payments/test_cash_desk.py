"""A day at a desk without a register, and what a desk refuses. With a register: tests/faults/test_cash_desk.py."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from rachun.apps.base.errors import DomainError
from rachun.apps.documents.rendering.payment_codes import (
    NbuPayment,
    NbuSettings,
    Symbology,
    desk_code,
    nbu_code,
)
from rachun.apps.identity.scope import Scope
from rachun.apps.ledger.selectors.balances import get_trial_balance, list_account_balances
from rachun.apps.ledger.services.periods import close_period, reopen_period
from rachun.apps.payments import refusals as no
from rachun.apps.payments.models import CashDesk, CashPayment, CashShift, Receipt
from rachun.apps.payments.selectors.cash import drawer_of, find_payers
from rachun.apps.payments.services.close_shift import close_cash_shift
from rachun.apps.payments.services.follow_register import post_what_the_books_refused
from rachun.apps.payments.services.move_cash import move_shift_cash
from rachun.apps.payments.services.open_shift import open_cash_shift
from rachun.apps.payments.services.set_up_desk import DeskFacts, create_cash_desk
from rachun.apps.payments.services.take_payment import Cash, take_cash_payment
from tests.apps.identity.makers import make_operator
from tests.factories.billing import NOW, Town, bill_month, make_town, take_waste

pytestmark = pytest.mark.usefixtures("fresh_database")


@pytest.fixture
def town() -> Town:
    return make_town()


def desk_in(town: Town, *, code: str = "K1") -> CashDesk:
    facts = DeskFacts(name="Market", register=None, no_register_reason="exempt", scanner=None, tax_letter="А")
    return create_cash_desk(branch=town.branch, code=code, facts=facts, at=NOW)


def cashier_in(town: Town) -> Any:
    return make_operator(entity=town.entity, role="cashier").id


def open_in(town: Town, *, float_minor: int = 5000) -> CashShift:
    return open_cash_shift(desk_id=desk_in(town).id, float_minor=float_minor, cashier_id=cashier_in(town), at=NOW)


def pay(shift: CashShift, account: Any, amount_minor: int, tendered_minor: int | None = None) -> CashPayment:
    cash = Cash(amount_minor=amount_minor, tendered_minor=tendered_minor or amount_minor)
    return take_cash_payment(shift_id=shift.id, account=account, cash=cash, cashier_id=shift.cashier_id, at=NOW)


def close(shift: CashShift, counted_minor: int, reason: str = "") -> CashShift:
    return close_cash_shift(shift_id=shift.id, counted_minor=counted_minor, reason=reason, at=NOW)


def books(town: Town) -> dict[str, int]:
    rows = get_trial_balance(legal_entity_id=town.entity.id, start=date(2026, 1, 1), end=date(2027, 1, 1))
    return {row.posting_code: row.debit_minor - row.credit_minor for row in rows}


class TestDay:
    def test_from_the_float_to_the_count(self, town: Town) -> None:
        account = take_waste(town=town, members="2")  # 5.00 + 0.85
        bill_month(town=town)
        shift = open_in(town, float_minor=5000)

        payment = pay(shift, account, 585, 1000)
        move_shift_cash(
            shift_id=shift.id, kind="OUT", amount_minor=2000, reason="to the bank", cashier_id=shift.cashier_id, at=NOW
        )
        closed = close(shift, 5000 - 2000 + 585 - 5, reason="a coin fell")

        assert (payment.state, payment.change_minor) == ("TAKEN", 415)
        assert list_account_balances(account_ids=[account.id]) == {account.id: 0}
        assert (closed.state, closed.expected_minor, closed.difference_minor) == ("CLOSED", 3585, -5)
        assert (books(town)["CASH"], books(town)["CASH_SHORTAGE"]) == (580, 5)

    def test_with_too_much_in_the_drawer_posts_that_too(self, town: Town) -> None:
        closed = close(open_in(town, float_minor=100), 130, reason="found")

        assert closed.difference_minor == 30
        assert (books(town)["CASH"], books(town)["CASH_SURPLUS"]) == (30, -30)

    def test_counts_a_payment_that_settles_no_bill_as_an_advance(self, town: Town) -> None:
        account = take_waste(town=town, members="2")

        pay(open_in(town), account, 300)

        assert list_account_balances(account_ids=[account.id]) == {account.id: -300}
        assert [(one.amount_minor, one.channel) for one in Receipt.objects.all()] == [(300, "CASH")]

    def test_whose_month_closed_before_the_count_posts_its_difference_when_it_opens(self, town: Town) -> None:
        shift = open_in(town, float_minor=100)
        month = {"legal_entity_id": town.entity.id, "area": "RECEIPTS", "month": date(2026, 2, 1)}
        close_period(**month, changed_at=NOW)

        closed = close(shift, 90, reason="short")
        assert (closed.state, closed.entry_id) == ("CLOSED", None)
        reopen_period(**month, changed_at=NOW, reason="a count")

        assert post_what_the_books_refused(now=NOW) == 1
        assert post_what_the_books_refused(now=NOW) == 0
        assert books(town)["CASH_SHORTAGE"] == 10


class TestDesk:
    def test_refuses_with_a_reason(self, town: Town) -> None:
        account = take_waste(town=town, members="2")
        shift = open_in(town, float_minor=100)
        other = cashier_in(town)

        def refusal(work: Any) -> type[DomainError]:
            with pytest.raises(DomainError) as refused:
                work()
            return type(refused.value)

        assert refusal(lambda: pay(shift, account, 0)) is no.CashAmountInvalid
        assert refusal(lambda: pay(shift, account, 500, 499)) is no.TooLittleGiven
        assert refusal(lambda: close(shift, 99)) is no.DifferenceNeedsReason
        assert refusal(lambda: desk_in(town)) is no.CashDeskCodeTaken
        assert (
            refusal(lambda: open_cash_shift(desk_id=shift.desk_id, float_minor=0, cashier_id=other, at=NOW))
            is no.DeskHasOpenShift
        )
        assert (
            refusal(
                lambda: open_cash_shift(
                    desk_id=desk_in(town, code="K2").id, float_minor=0, cashier_id=shift.cashier_id, at=NOW
                )
            )
            is no.CashierHasOpenShift
        )
        assert (
            refusal(
                lambda: take_cash_payment(
                    shift_id=shift.id,
                    account=account,
                    cash=Cash(amount_minor=1, tendered_minor=1),
                    cashier_id=other,
                    at=NOW,
                )
            )
            is no.NotYourShift
        )
        assert (
            refusal(
                lambda: move_shift_cash(
                    shift_id=shift.id, kind="OUT", amount_minor=101, reason="x", cashier_id=shift.cashier_id, at=NOW
                )
            )
            is no.CashShortInDrawer
        )
        assert drawer_of(shift).expected_minor == 100
        close(shift, 100)
        assert refusal(lambda: pay(shift, account, 100)) is no.ShiftNotOpen

    def test_takes_nothing_for_a_closed_month(self, town: Town) -> None:
        account = take_waste(town=town, members="2")
        shift = open_in(town)
        close_period(legal_entity_id=town.entity.id, area="RECEIPTS", month=date(2026, 2, 1), changed_at=NOW)

        with pytest.raises(DomainError, match="period_is_closed"):
            pay(shift, account, 100)

        assert not CashPayment.objects.exists()


class TestPayer:
    def test_is_found_by_whatever_is_in_hand(self, town: Town) -> None:
        account = take_waste(town=town, members="2")
        [bill] = bill_month(town=town).bills.all()
        ours = desk_code(reference=account.number, amount_minor=585, symbology=Symbology.CODE_128).content
        national = nbu_code(
            payment=NbuPayment(
                recipient="ТОВ", account="UA743052990000026007233566001", recipient_code="37193071",
                purpose=f"Оплата послуг, о/р {account.number}, рахунок {bill.number}", amount=Decimal("5.85"),
            ),
            settings=NbuSettings(),
        ).content  # fmt: skip

        def found(text: str) -> list[tuple[str, int, int | None]]:
            scope = Scope.everything()
            return [(p.account.number, p.balance_minor, p.asked_minor) for p in find_payers(scope=scope, text=text)]

        for typed in (account.number, f" {account.number} ", bill.number, account.party.name[:6]):
            assert found(typed) == [(account.number, 585, None)]
        for scanned in (ours, national):
            assert found(scanned) == [(account.number, 585, 585)]
        assert found("nobody at all") == []
        assert found("12345678901234567890") == []
