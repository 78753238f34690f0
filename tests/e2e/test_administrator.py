"""What an administrator sets up: the computer of a desk by a code, the desk itself, who shares a main meter."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import Screen
from tests.e2e.judging import cut_texts, violations
from tests.e2e.test_month import choose, field_of
from tests.faults.desk import desk_at

pytestmark = [pytest.mark.long, pytest.mark.real]


class TestTheComputerOfADesk:
    def test_joins_by_a_code_is_seen_and_loses_its_key(self, inside: Screen, tmp_path: Path) -> None:
        page, say = inside.page, inside.say
        name = f"Computer {inside.language}"
        inside.open("/agents")
        page.keyboard.press("n")
        page.get_by_role("dialog").get_by_label(say("agent.name")).fill(name)
        page.keyboard.press("Enter")
        code = page.get_by_test_id("code").inner_text()
        assert [*violations(page), *cut_texts(page)] == []
        inside.keep("agent-code")
        page.keyboard.press("Enter")
        page.get_by_role("link", name=name).click()
        inside.shows("agent.state.AWAITED")

        with desk_at(tmp_path / "agent") as desk:
            desk.point_at(inside.site.address)
            with desk.program("enrol", "--code", code) as enrolling:
                assert enrolling.wait() == 0, enrolling.told()
            desk.start()
            inside.shows("agent.state.CONNECTED")
            expect(page.get_by_role("cell", name=say("device.kind.REGISTER"), exact=True)).to_be_visible()
            expect(page.get_by_role("cell", name=say("device.kind.SCANNER"), exact=True)).to_be_visible()
            assert [*violations(page), *cut_texts(page)] == []
            inside.keep("agent")
            self.becomes_a_desk(inside, computer=name)

            page.go_back()
            page.get_by_role("button", name=say("agent.revoke"), exact=True).click()
            page.get_by_role("dialog").get_by_role("button", name=say("agent.revoke.do"), exact=True).click()
            inside.shows("agent.state.REVOKED")

    def becomes_a_desk(self, inside: Screen, *, computer: str) -> None:
        page, say = inside.page, inside.say
        page.get_by_role("link", name=say("place.desks")).click()
        page.get_by_role("heading", name=say("place.desks"), level=1).wait_for()
        page.keyboard.press("n")
        dialog = page.get_by_role("dialog")
        dialog.get_by_label(say("till.code")).fill(f"A-{inside.language}")
        dialog.get_by_label(say("till.name")).fill(f"Desk {inside.language}")
        choose(inside, say("till.register"), computer)
        inside.keep("desk-new")
        assert violations(page) == []
        dialog.get_by_role("button", name=say("till.new.do")).click()
        expect(page.get_by_role("row").filter(has_text=f"A-{inside.language}")).to_contain_text(computer)


class TestACommonMeter:
    def test_is_a_dated_rule_that_tells_losses_and_ends(self, inside: Screen) -> None:
        """500 kWh went in, 420 were measured behind: 80 are lost, 16 % of what went in."""
        page, say = inside.page, inside.say
        main, member = inside.site.town.points[inside.language]
        inside.open("/common-meters")
        page.keyboard.press("n")
        find(inside, say("common.main"), main)
        find(inside, say("common.members.add"), main)
        find(inside, say("common.members.add"), member)
        page.get_by_role("button", name=say("common.members.remove").replace("{point}", main)).click()
        inside.keep("common-shared")
        choose(inside, say("common.method"), say("common.method.LOSS"))
        expect(page.get_by_role("checkbox", name=member)).to_be_checked()
        page.get_by_label(say("common.register")).fill("T1")
        page.get_by_label(say("agreement.from_day")).fill("01.01.2026")
        page.get_by_label(say("common.source")).fill("Protocol")
        inside.keep("common-new")
        assert [*violations(page), *cut_texts(page)] == []
        page.get_by_role("dialog").get_by_role("button", name=say("action.save")).click()

        row = page.get_by_role("row").filter(has_text=main)
        expect(row).to_contain_text(say("common.members.count").format(subtracted=1, sharing=0))
        inside.keep("common-listed")
        assert [*violations(page), *cut_texts(page)] == []
        self.tells_what_was_lost(inside, row.get_by_role("link", name=say("common.method.LOSS")))
        inside.open("/common-meters")
        row.get_by_role("button", name=say("common.end")).click()
        page.get_by_label(say("agreement.last_day")).fill("31.12.2027")
        page.get_by_role("dialog").get_by_role("button", name=say("common.end"), exact=True).click()
        expect(row).to_contain_text("31.12.2027")

    def tells_what_was_lost(self, inside: Screen, link: Locator) -> None:
        page = inside.page
        link.click()
        page.wait_for_url("**/losses?*")
        inside.open(f"/losses?{page.url.partition('?')[2]}&from=2026-01&to=2026-01")
        cells = page.get_by_role("row").nth(1).get_by_role("cell")
        expect(cells).to_contain_text([inside.site.town.points[inside.language][0], "01.2026", "500", "0", "420", "80"])
        expect(cells.nth(6)).to_contain_text("16")
        inside.keep("losses")
        assert [*violations(page), *cut_texts(page)] == []


class TestAParty:
    def test_is_changed_by_the_key_e(self, inside: Screen) -> None:
        page, say = inside.page, inside.say
        number = inside.site.town.payers[inside.language]
        inside.open(f"/accounts?number={number}")
        page.get_by_role("table").get_by_role("link").first.click()
        page.get_by_role("main").locator("a[href*='/parties/']").first.click()
        page.get_by_role("button", name=say("party.edit")).wait_for()
        page.keyboard.press("e")
        page.get_by_label(say("contact.PHONE")).fill("+38765000111")
        page.keyboard.press("Enter")

        expect(page.get_by_text("+38765000111")).to_be_visible()


def find(screen: Screen, label: str, text: str) -> None:
    """A choice that is looked for by typing."""
    field_of(screen, label).fill(text)
    screen.page.get_by_role("option", name=text).first.click()
