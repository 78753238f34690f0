"""A month in the browser: a new customer, a file of readings, a parked account mended, a list as a file."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import Screen
from tests.e2e.judging import cut_texts, violations

pytestmark = [pytest.mark.real]


MONTHS = {"uk": ("01.04.2026", "30.04.2026", "20.05.2026"), "bs": ("01.05.2026", "31.05.2026", "20.06.2026")}


@pytest.mark.long
class TestMonth:
    def test_leads_from_a_new_customer_over_a_reading_to_the_bill(self, inside: Screen) -> None:
        first, last, due = MONTHS[inside.language]
        serial = f"NEW-{inside.language}"
        page, say = inside.page, inside.say

        account = take_metered(inside, serial=serial, since=first)
        read(inside, serial=serial, day=last, value="120")
        calculate(inside, first=first, last=last, due=due)
        page.get_by_role("tab", name=say("desk.parked")).click()
        expect(page.get_by_role("cell", name=inside.site.town.parked_number)).to_be_visible()
        inside.keep("month-parked")
        page.get_by_role("tab", name=say("desk.sheet")).click()
        expect(page.get_by_text(say("sheet.balanced"))).to_be_visible()
        assert [*violations(page), *cut_texts(page)] == []
        page.get_by_role("button", name=say("desk.approve"), exact=True).click()
        page.get_by_role("button", name=say("desk.issue"), exact=True).click()
        expect(page.get_by_text(say("desk.finished"))).to_be_visible()
        inside.keep("month-issued")

        page.goto(account)
        page.get_by_role("tab", name=say("place.bills")).click()
        page.get_by_role("table").get_by_role("link").first.click()
        expect(page.get_by_role("heading", name=say("bill.postings"))).to_be_visible()
        # 4.85 and 120 kWh × 0.1735 = 20.82, each with 17 % VAT: 5.67 + 24.36.
        expect(page.get_by_role("main")).to_contain_text("30,03\u00a0" + say("currency.BAM"))
        inside.keep("month-bill")


def take_metered(screen: Screen, *, serial: str, since: str) -> str:
    """A new customer with a meter that shows nothing yet, by the guided creation. Returns the account's address."""
    page, say = screen.page, screen.say
    screen.open("/customers/new")
    page.get_by_label(say("party.name")).fill(f"Mjesec {screen.language}")
    page.keyboard.press("Enter")
    page.get_by_label(say("premise.settlement")).fill("Kotor")
    page.get_by_label(say("premise.building"), exact=True).fill(f"8{screen.language}")
    page.keyboard.press("Enter")
    choose(screen, say("agreement.service"), "POWER")
    choose(screen, say("agreement.plan"), "POWER")
    page.get_by_label(say("customer.from")).fill(since)
    page.get_by_label(say("customer.serial")).fill(serial)
    opening = page.get_by_label(say("customer.opening").partition("{")[0], exact=False)
    opening.fill("0")
    screen.keep("month-customer")
    opening.press("Enter")
    page.get_by_role("button", name=say("customer.create"), exact=True).click()
    page.wait_for_url("**/accounts/*tab=agreements")
    return page.url.partition("?")[0]


def read(screen: Screen, *, serial: str, day: str, value: str) -> None:
    iso = "-".join(reversed(day.split(".")))
    screen.open(f"/reading-round?read_date={iso}&search={serial}")
    label = screen.say("reading.dial").replace("{meter}", serial).replace("{register}", "T1")
    dial = screen.page.get_by_label(label)
    dial.fill(value)
    dial.press("Enter")
    expect(screen.page.get_by_text(screen.say("reading.taken"))).to_be_visible()


def calculate(screen: Screen, *, first: str, last: str, due: str) -> None:
    page, say = screen.page, screen.say
    screen.open("/bill-runs")
    page.keyboard.press("n")
    for label, day in (("run.first_day", first), ("run.last_day", last), ("bill.date", last), ("bill.due", due)):
        page.get_by_role("dialog").get_by_label(say(label)).fill(day)
    page.get_by_role("button", name=say("run.create")).click()
    page.get_by_role("button", name=say("desk.calculate"), exact=True).click()
    page.get_by_role("tab", name=say("desk.parked")).wait_for()


@pytest.mark.long
class TestNewCustomer:
    def test_is_taken_in_one_flow_and_once(self, inside: Screen) -> None:
        page, say = inside.page, inside.say
        name = f"Nova {inside.language}"
        inside.open("/accounts")
        page.keyboard.press("n")
        page.get_by_label(say("party.name")).fill(name)
        page.keyboard.press("Enter")
        page.get_by_label(say("premise.settlement")).fill("Kotor")
        page.get_by_label(say("premise.building"), exact=True).fill(f"7{inside.language}")
        page.keyboard.press("Enter")
        choose(inside, say("agreement.service"), inside.site.town.service_name)
        choose(inside, say("agreement.plan"), inside.site.town.plan_name)
        members = page.get_by_label(say("attribute.members"))
        members.fill("3")
        assert violations(page) == []
        members.press("Enter")
        expect(page.get_by_text(name)).to_be_visible()
        inside.keep("customer-review")

        page.get_by_role("button", name=say("customer.create"), exact=True).dblclick()

        page.wait_for_url("**/accounts/*tab=agreements")
        expect(page.get_by_role("heading", level=1)).to_contain_text(name)
        inside.open(f"/accounts?name=Nova%20{inside.language}")
        expect(page.get_by_role("table").get_by_role("link")).to_have_count(1)

    def test_is_not_asked_twice_for_what_is_missing(self, inside: Screen) -> None:
        inside.open("/customers/new")

        inside.page.keyboard.press("Tab")
        inside.page.get_by_role("button", name=inside.say("customer.next")).click()

        expect(inside.page.get_by_text(inside.say("field.missing"))).to_be_visible()


@pytest.mark.long
class TestFileOfReadings:
    def test_becomes_a_job_that_says_what_it_took(self, inside: Screen, tmp_path: Path) -> None:
        page, say = inside.page, inside.say
        serial = inside.site.town.metered[inside.language].serial
        file = tmp_path / "readings.csv"
        file.write_text(
            f"meter_serial;register;read_date;value;kind\n{serial};T1;2026-04-30;300;ACTUAL\nX;T1;2026-04-30;1;ACTUAL\n"
        )
        inside.open("/readings")

        page.keyboard.press("n")
        choose(inside, say("upload.format"), say("reading.format.readings"))
        page.locator("input[type=file]").set_input_files(file)
        page.get_by_role("button", name=say("upload.send")).click()

        page.wait_for_url("**/jobs/*")
        expect(page.get_by_text(say("job.state.DONE"))).to_be_visible()
        expect(page.get_by_role("cell", name="meter_serial")).to_be_visible()
        inside.keep("job-readings")


@pytest.mark.long
class TestParkedAccount:
    def test_leads_to_what_mends_it_and_the_run_can_be_given_up(self, inside: Screen) -> None:
        page, say = inside.page, inside.say
        month = {"uk": ("01.06.2026", "30.06.2026", "20.07.2026"), "bs": ("01.07.2026", "31.07.2026", "20.08.2026")}
        first, last, due = month[inside.language]
        calculate(inside, first=first, last=last, due=due)
        page.get_by_role("tab", name=say("desk.parked")).click()
        row = page.get_by_role("row").filter(has_text=inside.site.town.parked_number)
        run = page.url

        row.get_by_role("link", name=say("parked.mend.agreement")).click()
        page.get_by_role("button", name=say("agreement.change.attribute")).wait_for()
        page.goto(run)
        page.get_by_role("button", name=say("run.cancel"), exact=True).click()
        page.get_by_label(say("held.reason")).fill("E2E")
        page.get_by_role("dialog").get_by_role("button", name=say("run.cancel")).click()

        expect(page.get_by_text(say("run.CANCELLED"))).to_be_visible()


@pytest.mark.long
class TestExport:
    def test_is_the_list_that_is_shown(self, inside: Screen) -> None:
        page, say = inside.page, inside.say
        inside.open(f"/accounts?number={inside.site.town.account_number}")

        with page.expect_download() as saved:
            page.get_by_role("button", name=say("export.title")).click()
            page.get_by_role("menuitem", name=say("export.CSV")).click()

        with saved.value.path().open(encoding="utf-8-sig", newline="") as content:
            header, *rows = csv.reader(content, delimiter=";")
        assert header[:2] == [say("account.number"), say("account.holder")]
        assert [row[0] for row in rows] == [inside.site.town.account_number]
        assert say("delivery.PAPER") in rows[0], "a word, not its code"


def choose(screen: Screen, label: str, option: str) -> None:
    """A choice of a list that opens; the last of that name, which is the one in a dialog over the page."""
    field_of(screen, label).click()
    screen.page.get_by_role("option", name=option).click()


def field_of(screen: Screen, label: str) -> Locator:
    page = screen.page
    named = [page.get_by_role(role, name=label, exact=True) for role in ("combobox", "textbox")]
    return named[0].or_(named[1]).last
