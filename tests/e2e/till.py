"""A cashier at a desk of their own: the real agent, a register that can run out of paper, a scanner."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import expect
from rachun.apps.customers.models import Account
from rachun.apps.payments.models import CashDesk
from rachun.apps.payments.services.set_up_desk import DeskFacts, create_cash_desk
from tests.apps.identity.makers import make_operator

from tests.e2e.conftest import Screen
from tests.e2e.judging import cut_texts, violations
from tests.faults.desk import Desk, desk_at

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

    def begins(self, *, float_in: str) -> None:
        """The shift is opened, and the one field waits."""
        expect(self.screen.page.get_by_label(self.screen.say("cash.float"))).to_be_focused()
        self.write(float_in)
        self.press("Enter")
        expect(self.screen.page.get_by_label(self.screen.say("cash.find"))).to_be_focused()

    def gives_change(self, amount: str) -> None:
        expect(self.screen.page.get_by_test_id("change")).to_contain_text(amount, timeout=RECEIPT_S)


@contextmanager
def till_at(*, screen: Screen, account: Account, name: str, folder: Path) -> Iterator[Till]:
    """Signed in before a desk of this name, that takes money for the account's branch."""
    login = f"kasir-{name}"
    make_operator(entity=account.legal_entity, login=login, role="cashier")
    with desk_at(folder) as desk:
        desk.point_at(screen.site.address)
        desk.enrol(branch=account.branch)
        desk.start()
        facts = DeskFacts(
            name="Desk", register=desk.device(), no_register_reason="", scanner=desk.device("reader"), tax_letter="А"
        )
        made = create_cash_desk(branch=account.branch, code=name, facts=facts, at=timezone.now())
        screen.page.add_init_script(f"window.localStorage?.setItem('rachun.cash-desk', '{made.id}')")
        screen.enter(login=login)
        yield Till(screen=screen, desk=desk, cash_desk=made, account=account)
