"""A cashier's day by keyboard alone, with a register that runs out of paper in the middle of a receipt."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from rachun.apps.customers.models import Account
from rachun.apps.documents.rendering.payment_codes import Symbology, desk_code
from rachun.apps.payments.models import CashMovement, Receipt

from tests.e2e.conftest import Screen
from tests.e2e.till import PAPER_OUT, RECEIPT_S, Till, till_at
from tests.faults.desk import receipts
from tests.faults.processes import eventually

pytestmark = [pytest.mark.real]


@pytest.fixture
def till(screen: Screen, tmp_path: Path) -> Iterator[Till]:
    account = Account.objects.select_related("branch").get(number=screen.site.town.payers[screen.language])
    with till_at(screen=screen, account=account, name=screen.language, folder=tmp_path / "agent") as made:
        yield made


class TestCashier:
    def test_works_through_a_day_by_keyboard_and_through_a_paper_out(self, till: Till) -> None:
        screen, page, say = till.screen, till.screen.page, till.screen.say
        expect(page.get_by_label(say("cash.float"))).to_be_focused()
        screen.keep("cash-open")
        till.has_no_barrier()
        till.begins(float_in="100,00")

        till.write(till.account.number)
        till.press("Enter")
        expect(page.get_by_label(say("cash.amount"))).to_have_value("5,85")
        screen.keep("cash-pay")
        till.has_no_barrier()

        till.desk.register.has_paper = False
        till.press("Enter")
        till.write("20")
        till.press("Enter")
        till.sees(PAPER_OUT[screen.language])
        screen.keep("cash-paper-out")
        till.has_no_barrier()

        till.desk.register.has_paper = True
        till.gives_change("14,15")
        screen.keep("cash-change")
        till.has_no_barrier()
        assert [document.amount_minor for document in receipts(till.desk.register)] == [585]
        assert [receipt.amount_minor for receipt in Receipt.objects.filter(account=till.account)] == [585]

        till.press("Enter")
        expect(page.get_by_label(say("cash.find"))).to_be_focused()
        code = desk_code(reference=till.account.number, amount_minor=120, symbology=Symbology.CODE_128).content
        till.desk.scanner.scan(code)
        expect(page.get_by_label(say("cash.amount"))).to_have_value("1,2")
        screen.keep("cash-scanned")
        till.press("Escape")

        till.press("F4")
        eventually(
            lambda: CashMovement.objects.filter(kind="X_REPORT", state="DONE", shift__desk=till.cash_desk).exists()
        )
        till.press("F8")
        expect(page.get_by_label(say("cash.counted"))).to_be_focused()
        till.write("105,80")
        till.press("Tab")
        till.write("5")
        screen.keep("cash-count")
        till.has_no_barrier()
        till.press("Enter")
        expect(page.get_by_role("cell", name="105,85")).to_be_visible(timeout=RECEIPT_S)
        screen.keep("cash-closed")
        till.has_no_barrier()
        kinds = [document.kind for document in till.desk.register.documents]
        assert kinds == ["cash", "sale", "x_report", "z_report"]
