"""A cashier's day by keyboard alone, with a register that runs out of paper in the middle of a receipt."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from rachun.apps.customers.models import Account
from rachun.apps.documents.rendering.payment_codes import Symbology, desk_code
from rachun.apps.payments.models import CashDesk, CashMovement, Receipt
from rachun.apps.payments.services.set_up_desk import DeskFacts, create_cash_desk
from tests.apps.identity.makers import make_operator

from tests.e2e.conftest import Screen
from tests.e2e.judging import cut_texts, violations
from tests.faults.desk import Desk, desk_at, receipts
from tests.faults.processes import eventually

pytestmark = [pytest.mark.real]
PAPER_OUT = {"uk": "Закінчився папір.", "bs": "Nestalo je papira."}
RECEIPT_S = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    screen: Screen
    desk: Desk
    cash_desk: CashDesk
    account: Account

    def press(self, *keys: str) -> None:
        for key in keys:
            self.screen.page.keyboard.press(key)

    def write(self, text: str) -> None:
        self.screen.page.keyboard.type(text)

    def sees(self, text: str) -> None:
        expect(self.screen.page.get_by_text(text).first).to_be_visible(timeout=RECEIPT_S)

    def has_no_barrier(self) -> None:
        assert [*violations(self.screen.page), *cut_texts(self.screen.page)] == []


@pytest.fixture
def till(screen: Screen, tmp_path: Path) -> Iterator[Till]:
    account = Account.objects.select_related("branch").get(number=screen.site.town.payers[screen.language])
    login = f"kasir-{screen.language}"
    make_operator(entity=account.legal_entity, login=login, role="cashier")
    with desk_at(tmp_path / "agent") as desk:
        desk.point_at(screen.site.address)
        desk.enrol(branch=account.branch)
        desk.start()
        facts = DeskFacts(
            name="Desk", register=desk.device(), no_register_reason="", scanner=desk.device("reader"), tax_letter="А"
        )
        made = create_cash_desk(branch=account.branch, code=screen.language, facts=facts, at=timezone.now())
        screen.page.add_init_script(f"window.localStorage?.setItem('rachun.cash-desk', '{made.id}')")
        screen.open("/login")
        screen.sign_in(login=login)
        screen.page.wait_for_url("**/cash-desk")
        yield Till(screen=screen, desk=desk, cash_desk=made, account=account)


class TestCashier:
    def test_works_through_a_day_by_keyboard_and_through_a_paper_out(self, till: Till) -> None:
        screen, page, say = till.screen, till.screen.page, till.screen.say
        expect(page.get_by_label(say("cash.float"))).to_be_focused()
        screen.keep("cash-open")
        till.has_no_barrier()
        till.write("100,00")
        till.press("Enter")

        expect(page.get_by_label(say("cash.find"))).to_be_focused()
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
        expect(page.get_by_test_id("change")).to_contain_text("14,15", timeout=RECEIPT_S)
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
