"""From a month in the operator's browser over the cash desk to the same person's portal."""

from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Browser, expect
from rachun.apps.customers.models import Account
from rachun.apps.identity.models import SubscriberLogin
from rachun.apps.identity.services.activation import issue_activation_code
from rachun.apps.payments.models import Receipt
from rachun.apps.selfservice.models import SentReading

from tests.e2e.conftest import Screen, screen_of
from tests.e2e.judging import cut_texts, violations
from tests.e2e.portal import PASSWORD, Portal, View, photograph, view_of
from tests.e2e.test_month import calculate, read, take_metered
from tests.e2e.till import PAPER_OUT, till_at
from tests.faults.desk import receipts

pytestmark = [pytest.mark.long, pytest.mark.real]
MONTHS = {"uk": ("01.08.2026", "31.08.2026", "20.09.2026"), "bs": ("01.09.2026", "30.09.2026", "20.10.2026")}


class TestTheLoop:
    def test_from_the_month_over_the_cash_to_the_portal(self, inside: Screen, browser: Browser, tmp_path: Path) -> None:
        """4.85 and 120 kWh × 0.1735 = 20.82, each with 17 % VAT: 5.67 + 24.36 = 30.03. Of them 20.00 are paid."""
        serial = f"LOOP-{inside.language}"
        address = does_a_month(inside, serial=serial)
        unique_id = opens_the_portal(inside, address=address)
        account = Account.objects.select_related("branch", "legal_entity").get(id=address.rpartition("/")[2])

        with screen_of(site=inside.site, browser=browser, language=inside.language, scheme=inside.scheme) as desk:
            pays_at_the_desk(desk, account=account, folder=tmp_path / "agent")
        inside.open(f"/accounts/{account.id}?tab=receipts")
        expect(inside.page.get_by_role("main")).to_contain_text("10,03\u00a0" + inside.say("currency.BAM"))
        inside.keep("loop-account")

        portal = Portal(
            address=inside.site.address, unique_id=unique_id, account_number=account.number, meter_serial=serial
        )
        with view_of(
            browser=browser, portal=portal, language=inside.language, scheme=inside.scheme, size="small"
        ) as view:
            activates(view)
            sees_the_payment(view)
            understands_the_bill(view)
            sends_a_reading(view, serial=serial)


def does_a_month(screen: Screen, *, serial: str) -> str:
    """From the new customer to the issued bill. Returns the account's address."""
    first, last, due = MONTHS[screen.language]
    page, say = screen.page, screen.say
    account = take_metered(screen, serial=serial, since=first)
    read(screen, serial=serial, day=last, value="120")
    calculate(screen, first=first, last=last, due=due)
    page.get_by_role("button", name=say("desk.approve"), exact=True).click()
    page.get_by_role("button", name=say("desk.issue"), exact=True).click()
    expect(page.get_by_text(say("desk.finished"))).to_be_visible()
    return account


def opens_the_portal(screen: Screen, *, address: str) -> str:
    """Returns the number that the operator tells the subscriber."""
    page, say = screen.page, screen.say
    page.goto(address)
    page.get_by_role("button", name=say("portal.access"), exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=say("portal.access.do")).click()
    number = page.get_by_test_id("code").inner_text()
    assert [*violations(page), *cut_texts(page)] == []
    screen.keep("loop-portal-access")
    return number


def pays_at_the_desk(screen: Screen, *, account: Account, folder: Path) -> None:
    """20.00 of what is owed, with 50.00 in the hand, while the paper runs out."""
    page, say = screen.page, screen.say
    with till_at(screen=screen, account=account, name=f"loop-{screen.language}", folder=folder) as till:
        till.begins(float_in="100,00")
        till.write(account.number)
        till.press("Enter")
        amount = page.get_by_label(say("cash.amount"))
        expect(amount).to_have_value("30,03")
        amount.fill("20,00")
        till.desk.register.has_paper = False
        till.press("Enter")
        till.write("50")
        till.press("Enter")
        till.sees(PAPER_OUT[screen.language])
        screen.keep("loop-paper-out")
        till.desk.register.has_paper = True
        till.gives_change("30,00")
        screen.keep("loop-change")

        assert [printed.amount_minor for printed in receipts(till.desk.register)] == [2000]
        assert [receipt.amount_minor for receipt in Receipt.objects.filter(account=account)] == [2000]


def activates(view: View) -> None:
    view.open("/activate")
    view.page.get_by_label(view.say("access.id")).fill(view.portal.unique_id)
    view.page.get_by_role("button", name=view.say("activate.ask")).click()
    expect(view.page.get_by_text(view.say("activate.sent"))).to_be_visible()
    with transaction.atomic():
        login = SubscriberLogin.objects.select_related("principal").get(unique_id=view.portal.unique_id)
        code = issue_activation_code(login=login, now=timezone.now())
    view.page.get_by_label(view.say("activate.code")).fill(code)
    view.page.get_by_label(view.say("activate.password")).fill(PASSWORD)
    view.page.get_by_role("button", name=view.say("activate.submit")).click()
    view.page.get_by_role("navigation").wait_for()
    view.settle()


def sees_the_payment(view: View) -> None:
    main = view.page.get_by_role("main")
    money = view.say("currency.BAM")
    expect(main).to_contain_text(f"10,03\u00a0{money}")
    expect(main).to_contain_text(f"20,00\u00a0{money}")
    expect(main).to_contain_text(view.say("channel.CASH"))
    view.keep("loop-home")
    assert [*violations(view.page), *cut_texts(view.page)] == []


def understands_the_bill(view: View) -> None:
    """Why so much: quantity times price, as the person reads it, beside what was billed."""
    view.page.get_by_role("button", name=view.say("home.why")).click()
    view.page.wait_for_url("**/bills/*")
    view.settle()
    main = view.page.get_by_role("main")
    expect(main).to_contain_text("30,03\u00a0" + view.say("currency.BAM"))
    view.page.get_by_role("button", name=view.say("bill.how")).last.click()
    expect(main).to_contain_text("0,1735")
    expect(main).to_contain_text("120\u00a0kWh")
    view.keep("loop-bill")
    assert [*violations(view.page), *cut_texts(view.page)] == []


def sends_a_reading(view: View, *, serial: str) -> None:
    view.open("/readings")
    view.page.get_by_role("textbox").fill("155,5")
    photograph(view)
    view.page.get_by_role("button", name=view.say("reading.send"), exact=True).click()
    expect(view.page.get_by_text(view.say("reading.outcome.TAKEN"))).to_be_visible()
    view.keep("loop-reading")
    sent = SentReading.objects.get(register__meter__serial=serial, value="155.5")
    assert sent.photo_media_type == "image/jpeg"
