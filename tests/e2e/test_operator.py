"""What an operator does in a day, in Ukrainian by light and in Bosnian by dark."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Screen
from tests.e2e.judging import cut_texts, violations
from tests.e2e.town import PASSWORD

pytestmark = [pytest.mark.real]
LOCKED_AFTER = 5
# A window of 1280 by 720, the same at 200 % zoom, and a small phone.
SIZES = ((1280, 720), (640, 360), (360, 640))
MAIN_PAGES = ("/", "/accounts", "/reading-round", "/bill-runs")
PAGES = (
    "/",
    "/accounts",
    "/parties",
    "/agreements",
    "/bills",
    "/bill-runs",
    "/usage-batches",
    "/suspended",
    "/readings",
    "/reading-round",
    "/held-readings",
    "/receipts",
    "/entries",
    "/jobs",
    "/common-meters",
    "/losses",
    "/cash-desks",
    "/agents",
    "/customers/new",
    "/nowhere",
)


class TestSignIn:
    def test_says_what_is_wrong_and_keeps_the_login(self, screen: Screen) -> None:
        screen.open("/login")

        screen.sign_in(password="not the one")

        expect(screen.page.get_by_role("alert")).to_be_visible()
        expect(screen.page.get_by_label(screen.say("login.login"), exact=True)).to_have_value("obracun-1")
        assert violations(screen.page) == []

    @pytest.mark.long
    def test_waits_after_too_many_failures_and_says_how_long(self, screen: Screen) -> None:
        screen.open("/login")
        login = screen.page.get_by_label(screen.say("login.login"), exact=True)
        nobody = f"nobody-{screen.language}"  # so that the others may sign in meanwhile
        for _try in range(LOCKED_AFTER + 1):
            screen.sign_in(password="not the one", login=nobody)
            expect(screen.page.get_by_role("alert")).to_be_visible()

        screen.sign_in(password="not the one", login=nobody)

        seconds = {"uk": "секунд", "bs": "sekund"}[screen.language]
        expect(screen.page.get_by_role("alert")).to_contain_text(seconds)
        expect(login).to_be_visible()

    def test_leads_to_the_page_that_was_asked_for(self, screen: Screen) -> None:
        screen.page.goto(f"{screen.site.address}/bills?number=X")

        screen.sign_in()

        screen.page.wait_for_url("**/bills?number=X")

    @pytest.mark.long
    def test_a_reload_needs_no_password_and_no_token_is_kept_where_scripts_read(self, inside: Screen) -> None:
        inside.page.reload()

        expect(inside.page.get_by_role("navigation", name=inside.say("rail.label"))).to_be_visible()
        kept = inside.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
        assert "eyJ" not in kept

    def test_an_ended_session_loses_nothing_that_was_typed(self, inside: Screen) -> None:
        inside.open("/bill-runs")
        inside.page.get_by_role("button", name=inside.say("run.new")).click()
        first_day = inside.page.get_by_label(inside.say("run.first_day"))
        first_day.fill("31.02.2026")
        inside.page.context.clear_cookies()
        inside.page.route("**/api/v1/bill-runs", lambda route: route.fulfill(status=401, json={}), times=1)

        inside.page.get_by_role("button", name=inside.say("run.create")).click()
        expect(inside.page.get_by_text(inside.say("expired.kept"))).to_be_visible()
        inside.page.get_by_label(inside.say("login.password"), exact=True).fill(PASSWORD)
        inside.page.get_by_role("button", name=inside.say("login.submit")).click()

        expect(inside.page.get_by_text(inside.say("expired.kept"))).to_be_hidden()
        expect(first_day).to_have_value("31.02.2026")


class TestBillRun:
    def test_from_creation_to_the_issued_bill(self, inside: Screen) -> None:
        page, say = inside.page, inside.say
        month = {"uk": ("01.02.2026", "28.02.2026", "20.03.2026"), "bs": ("01.03.2026", "31.03.2026", "20.04.2026")}
        first, last, due = month[inside.language]
        inside.open("/bill-runs")
        page.get_by_role("button", name=say("run.new")).click()
        for label, day in (("run.first_day", first), ("run.last_day", last), ("bill.date", last), ("bill.due", due)):
            page.get_by_role("dialog").get_by_label(say(label)).fill(day)
        page.get_by_role("button", name=say("run.create")).click()

        page.get_by_role("button", name=say("desk.calculate"), exact=True).click()
        expect(page.get_by_role("cell", name=inside.site.town.account_number)).to_be_visible()
        inside.keep("run-calculated")
        page.get_by_role("tab", name=say("desk.parked")).click()
        expect(page.get_by_role("cell", name=inside.site.town.parked_number)).to_be_visible()
        page.get_by_role("tab", name=say("desk.sheet")).click()
        expect(page.get_by_text(say("sheet.balanced"))).to_be_visible()
        assert violations(page) == []

        page.get_by_role("button", name=say("desk.approve"), exact=True).click()
        page.get_by_role("button", name=say("desk.issue"), exact=True).click()
        expect(page.get_by_text(say("desk.finished"))).to_be_visible()
        inside.keep("run-issued")

        page.get_by_role("link", name=say("desk.finished.next")).click()
        page.get_by_role("table").get_by_role("link").first.click()
        expect(page.get_by_role("heading", name=say("bill.postings"))).to_be_visible()


def barriers(screen: Screen, path: str) -> list[str]:
    screen.open(path)
    screen.keep(path.partition("?")[0].strip("/").replace("/", "-")[:24] or "home")
    wrong = [f"{path} {one}" for one in violations(screen.page)]
    for width, height in SIZES:
        screen.page.set_viewport_size({"width": width, "height": height})
        wrong += [f"{path} at {width}: {one}" for one in cut_texts(screen.page)]
    screen.page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    return wrong


class TestPages:
    def test_no_main_page_has_a_barrier_or_a_cut_text_at_any_size(self, inside: Screen) -> None:
        account, bill = inside.site.town.records[0], inside.site.town.records[-3]

        assert [one for path in (*MAIN_PAGES, account, bill) for one in barriers(inside, path)] == []

    @pytest.mark.long
    def test_nor_has_any_other(self, inside: Screen) -> None:
        others = [path for path in PAGES if path not in MAIN_PAGES]

        assert [one for path in (*others, *inside.site.town.records[1:]) for one in barriers(inside, path)] == []

    @pytest.mark.long
    def test_search_by_keyboard_leads_to_the_account(self, inside: Screen) -> None:
        inside.page.keyboard.press("/")
        inside.page.get_by_placeholder(inside.say("search.hint")).fill(inside.site.town.account_number)
        expect(inside.page.get_by_role("dialog").get_by_text(inside.site.town.account_number).first).to_be_visible()

        inside.page.keyboard.press("Enter")

        inside.page.wait_for_url("**/accounts/*")
        expect(inside.page.get_by_role("heading", level=1)).to_contain_text(inside.site.town.account_number)

    @pytest.mark.long
    def test_filters_stand_in_the_address(self, inside: Screen) -> None:
        inside.open(f"/accounts?number={inside.site.town.parked_number}")

        rows = inside.page.get_by_role("table").get_by_role("link")

        expect(rows).to_have_text([inside.site.town.parked_number])
