"""Readings as an operator types them, and those that wait for a decision: without touching the mouse."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Screen
from tests.e2e.judging import violations

pytestmark = [pytest.mark.real]


class TestReadingRound:
    def test_judges_at_the_keystroke_sends_by_enter_and_goes_on(self, inside: Screen) -> None:
        serial = inside.site.town.metered[inside.language].serial
        inside.open(f"/reading-round?read_date=2026-01-31&search={serial}")
        page, say = inside.page, inside.say
        dial = page.get_by_label(say("reading.dial").replace("{meter}", serial).replace("{register}", "T1"))

        dial.fill("42")
        dial.press("Enter")
        expect(page.get_by_text(say("reading.again"))).to_be_visible()
        assert violations(page) == []
        inside.keep("reading-below")
        dial.fill("142,5")
        dial.press("Enter")

        expect(page.get_by_text(say("reading.taken"))).to_be_visible()
        expect(dial).not_to_be_focused()
        page.reload()
        expect(dial).to_have_value("142,5")

    @pytest.mark.long
    def test_keeps_what_no_dial_shows_and_sends_nothing(self, inside: Screen) -> None:
        serial = inside.site.town.metered[inside.language].serial
        inside.open(f"/reading-round?read_date=2026-03-31&search={serial}")
        page, say = inside.page, inside.say
        dial = page.get_by_label(say("reading.dial").replace("{meter}", serial).replace("{register}", "T1"))

        dial.fill("1o5")
        dial.press("Enter")

        expect(page.get_by_text(say("reading.digits"))).to_be_visible()
        expect(dial).to_be_focused()
        expect(page.get_by_text(say("reading.taken"))).to_be_hidden()


@pytest.mark.long
class TestHeldReadings:
    def test_are_decided_by_keyboard_alone(self, inside: Screen) -> None:
        serial = inside.site.town.metered[inside.language].held_serial
        page = inside.page
        inside.open("/held-readings")
        row = page.get_by_role("row").filter(has_text=serial)
        expect(row).to_be_visible()

        page.keyboard.press("j")
        while row.get_attribute("aria-current") != "true":
            page.keyboard.press("j")
        page.keyboard.press("a")
        expect(page.get_by_role("dialog").get_by_text(serial)).to_be_visible()
        expect(page.get_by_role("img", name=inside.say("held.photo"))).to_be_visible()
        assert violations(page) == []
        inside.keep("held-accept")
        page.keyboard.press("Enter")

        expect(row).to_be_hidden()
        inside.open(f"/readings?meter_serial={serial}")
        thousands = {"uk": "4\u00a0200", "bs": "4.200"}[inside.language]
        expect(page.get_by_role("cell", name=thousands, exact=True)).to_be_visible()
