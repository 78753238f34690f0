"""Prices of calls were wrong and are corrected: what would change is seen before it changes."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Screen, Site
from tests.e2e.judging import cut_texts, violations

pytestmark = [pytest.mark.long, pytest.mark.real]
MONTHS = {"uk": ("01.01.2026", "31.01.2026"), "bs": ("01.02.2026", "28.02.2026")}  # one for each language


@pytest.fixture(scope="module")
def calls(site: Site) -> Any:
    """In either month two calls of 0.96, one of them billed; now a minute costs 0.48 less."""
    from rachun.apps.catalog.models import DestinationTable
    from rachun.apps.identity.models import Branch
    from rachun.apps.usage.models import UsageRecord
    from tests.factories.rating import make_price_table, make_subscriber
    from tests.factories.rerating import KOVAL, call, correct, load
    from tests.factories.usage import make_source

    branch = Branch.objects.order_by("id")[0]
    make_price_table(legal_entity=branch.legal_entity)
    DestinationTable.objects.update(currency="BAM")
    agreement = make_subscriber(branch=branch, number=KOVAL)
    source = make_source(legal_entity=branch.legal_entity)
    load(source, *[call(f"{day}.0{month}.2026 12:00:00") for month in (1, 2) for day in ("05", "06")])
    bill_id = site.town.records[6].removeprefix("/bills/")
    UsageRecord.objects.filter(usage_date__day=6).update(state="BILLED", bill_id=bill_id)
    correct("38067", price="0.48")
    return agreement


class TestARerating:
    def test_is_rehearsed_looked_at_and_applied(self, inside: Screen, calls: Any) -> None:
        page, say = inside.page, inside.say
        inside.open("/reratings")
        page.keyboard.press("n")
        dialog = page.get_by_role("dialog")
        first, last = MONTHS[inside.language]
        dialog.get_by_label(say("run.first_day")).fill(first)
        dialog.get_by_label(say("run.last_day")).fill(last)
        dialog.get_by_label(say("rerating.why")).fill("14/2026")
        assert violations(page) == []
        inside.keep("rerating-new")
        dialog.get_by_role("button", name=say("rerating.rehearse")).click()

        inside.shows("rerating.REHEARSED")
        row = page.get_by_role("row").filter(has_text=calls.number)
        expect(row).to_contain_text("−0,48")
        assert [*violations(page), *cut_texts(page)] == []
        inside.keep("rerating-rehearsed")
        page.get_by_role("tab", name=say("rerating.by_call")).click()
        expect(page.get_by_role("row").filter(has_text=say("standing.BILLED"))).to_contain_text(
            say("rerating.open_bill")
        )
        assert [*violations(page), *cut_texts(page)] == []
        inside.keep("rerating-calls")

        page.get_by_role("button", name=say("rerating.apply"), exact=True).click()
        inside.keep("rerating-apply")
        assert violations(page) == []
        page.get_by_role("dialog").get_by_role("button", name=say("rerating.apply"), exact=True).click()
        inside.shows("rerating.finished")
        inside.shows("rerating.APPLIED")
        assert [*violations(page), *cut_texts(page)] == []
        inside.keep("rerating-applied")
        inside.open("/reratings")
        expect(page.get_by_role("row").filter(has_text="14/2026").first).to_contain_text(say("rerating.APPLIED"))
        assert [*violations(page), *cut_texts(page)] == []
        inside.keep("reratings")
