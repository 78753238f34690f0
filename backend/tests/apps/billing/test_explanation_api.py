"""A bill explained through the API: what is told, in which words, and to whom."""

import io
from decimal import Decimal
from typing import Any

import pypdf
import pytest
from rachun.apps.billing.models import Bill
from rachun.apps.customers.models import Account
from rachun.apps.identity.models import SubscriberAccess
from tests.apps.billing.test_billing_api import get
from tests.apps.identity.makers import client_of, make_operator, make_subscriber
from tests.factories.billing import FEBRUARY, NOW, Town, bill_month, make_town, take_power

pytestmark = pytest.mark.usefixtures("fresh_database")
READINGS = {"2025-12-31": "100", "2026-01-31": "150.5", "2026-02-28": "250.5"}


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture
def account(town: Town) -> Account:
    """Billed for January and February."""
    holder = take_power(town=town, readings=READINGS)
    bill_month(town=town)
    bill_month(town=town, period=FEBRUARY)
    return holder


def texts(line: dict[str, Any]) -> list[str]:
    return [step["text"].replace("\u00a0", " ") for step in line["steps"]]


class TestBillExplanation:
    def test_tells_readings_price_and_tax_in_sentences_that_can_be_checked(self, town: Town, account: Account) -> None:
        client = client_of(make_operator(entity=town.entity))
        bill = Bill.objects.get(account=account, period_from="2026-01-01")

        told = get(client, f"bills/{bill.id}/explanation?language=bs")

        energy = next(line for line in told["lines"] if line["component"] == "energy")
        assert energy["agrees"]
        meter = energy["steps"][0]["facts"]["meter"]
        # (150.5 - 100) × 1 = 50.5 kWh; 50.5 × 0.1735 = 8.76175 → 8.76; 17 % of 8.76 = 1.4892 → 1.49
        assert texts(energy) == [
            f"Brojilo {meter}, registar T1: 100 dana 31.12.2025, 150,5 dana 31.01.2026. (150,5 − 100) × 1 = 50,5 kWh.",
            "Cijena je iz cjenovnika „POWER”, na snazi od 01.01.2025: Gazette 1; odobrio: Council.",
            "50,5 kWh × 0,1735 KM = 8,76175 KM.",
            "Zaokruženo na 8,76 KM.",
            "PDV: 8,76 KM × 17 % = 1,4892 KM, zaokruženo 1,49 KM.",
            "Bez PDV-a 8,76 KM, PDV 1,49 KM, ukupno 10,25 KM.",
        ]

    def test_counts_days_as_the_language_does(self, town: Town, account: Account) -> None:
        client = client_of(make_operator(entity=town.entity))
        bill = Bill.objects.get(account=account, period_from="2026-01-01")

        said = {
            language: texts(get(client, f"bills/{bill.id}/explanation?language={language}")["lines"][0])[1]
            for language in ("uk", "bs", "en")
        }

        assert said == {
            "uk": "Послуга надавалася 31 день (01.–31.01.2026); розрахунковий період має 31 день.",
            "bs": "Usluga je pružana 31 dan (01.–31.01.2026); obračunski period ima 31 dan.",
            "en": "The service was given for 31 days (01.–31.01.2026); the billing period has 31 days.",
        }

    def test_bridges_to_the_bill_before_to_the_cent(self, town: Town, account: Account) -> None:
        client = client_of(make_operator(entity=town.entity))
        january, february = Bill.objects.filter(account=account).order_by("period_from")

        told = get(client, f"bills/{february.id}/explanation?language=en")
        first = get(client, f"bills/{january.id}/explanation?language=en")

        bridge = told["bridge"]
        assert first["bridge"] is None
        assert bridge["previous_number"] == january.number
        # energy 8.76 + 1.49 = 10.25 → 17.35 + 2.95 = 20.30
        assert bridge["difference"] == "10.05"
        assert sum(Decimal(one["amount"]) for one in bridge["effects"]) == Decimal("10.05")
        [part] = bridge["parts"]
        assert {one["effect"] for one in part["effects"]} == {"VOLUME", "DAYS"}
        assert part["text"].replace("\u00a0", " ").startswith("49.5 kWh more than before (50.5 kWh, now 100 kWh)")

    @pytest.mark.parametrize(
        ("language", "words"),
        [("uk", "Як обчислено рахунок"), ("bs", "Kako je račun obračunat"), ("en", "How the bill was worked out")],
    )
    def test_comes_on_paper(self, town: Town, account: Account, language: str, words: str) -> None:
        client = client_of(make_operator(entity=town.entity))
        bill = Bill.objects.get(account=account, period_from="2026-02-01")

        answer = client.get(f"/api/v1/bills/{bill.id}/explanation/document?language={language}")

        text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages)
        assert words in " ".join(text.split())
        assert bill.number in text

    def test_is_told_to_the_subscriber_of_the_account_alone(self, town: Town, account: Account) -> None:
        bill = Bill.objects.get(account=account, period_from="2026-01-01")
        owner, stranger = make_subscriber(), make_subscriber()
        SubscriberAccess.objects.create(principal=owner, account_id=account.id, granted_at=NOW)

        mine = client_of(owner).get(f"/api/v1/own/bills/{bill.id}/explanation")
        theirs = client_of(stranger).get(f"/api/v1/own/bills/{bill.id}/explanation")

        assert (mine.status_code, theirs.status_code) == (200, 404)
        assert all(line["agrees"] for line in mine.json()["lines"])
