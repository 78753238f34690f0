"""Quotes: any version on any usage, to the cent of the bill, and nothing left behind."""

from typing import Any
from uuid import uuid4

import pytest
from rachun.apps.agreements.models import ServiceAgreement
from rachun.apps.billing.models import Bill, Charge
from rachun.apps.catalog.models import TariffVersion
from rachun.apps.identity.models import Principal
from tests.apps.identity.makers import client_of, make_operator
from tests.factories.billing import POWER, Town, bill_month, make_town, take_power, take_waste

pytestmark = pytest.mark.usefixtures("fresh_database")
JANUARY = {"period_from": "2026-01-01", "period_to": "2026-02-01"}


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture
def operator(town: Town) -> Principal:
    return make_operator(entity=town.entity)


def ask(operator: Principal, **body: Any) -> Any:
    return client_of(operator).post("/api/v1/quotes", {**JANUARY, **body}, format="json")


class TestQuote:
    def test_prices_a_stored_version_on_given_usage(self, town: Town, operator: Principal) -> None:
        version = TariffVersion.objects.get(plan=town.power)

        told = ask(
            operator, tariff_version_id=str(version.id), consumption=[{"register": "T1", "quantity": "130"}]
        ).json()

        # 4.85 + 130 × 0.1735 = 22.555 → 22.56; 17 % once of 27.41 = 4.6597 → 4.66
        assert (told["net"], told["tax"], told["gross"]) == ("27.41", "4.66", "32.07")
        energy = told["lines"][1]
        assert [step["text"].replace("\u00a0", " ") for step in energy["steps"]][
            2
        ] == "130 kWh × 0.1735 KM = 22.555 KM."

    def test_of_more_days_than_the_engine_prices_at_once_is_refused(self, town: Town, operator: Principal) -> None:
        version = TariffVersion.objects.get(plan=town.power)

        told = [ask(operator, tariff_version_id=str(version.id), period_to=day) for day in ("2028-09-28", "2028-09-27")]

        assert (told[0].status_code, told[0].json()["code"]) == (400, "bill_run_period_invalid")
        assert told[1].json().get("code") != "bill_run_period_invalid"

    def test_prices_a_draft_on_what_an_agreement_really_used_and_stores_nothing(
        self, town: Town, operator: Principal
    ) -> None:
        account = take_power(town=town, readings={"2025-12-31": "500", "2026-01-31": "630"})
        bill_month(town=town)
        [agreement] = ServiceAgreement.objects.filter(account=account)
        before = (Bill.objects.count(), Charge.objects.count())
        energy = {**POWER["components"][1], "registers": [{"register": "T1", "blocks": [{"price": "0.20"}]}]}
        draft = {**POWER, "components": [POWER["components"][0], energy]}

        told = ask(operator, tariff=draft, agreement_id=str(agreement.id)).json()

        # 4.85 + 130 × 0.20 = 30.85; 17 % = 5.2445 → 5.24
        assert (told["net"], told["gross"]) == ("30.85", "36.09")
        assert (Bill.objects.count(), Charge.objects.count()) == before

    def test_gives_the_very_amounts_of_the_bill(self, town: Town, operator: Principal) -> None:
        account = take_power(town=town, readings={"2025-12-31": "500", "2026-01-31": "630.5"})
        bill_month(town=town)
        [agreement] = ServiceAgreement.objects.filter(account=account)
        version = TariffVersion.objects.get(plan=town.power)

        told = ask(operator, tariff_version_id=str(version.id), agreement_id=str(agreement.id)).json()

        charged = Charge.objects.filter(account=account).order_by("line_no").values_list("gross_minor", flat=True)
        assert [line["gross"] for line in told["lines"]] == [f"{minor / 100:.2f}" for minor in charged]

    def test_takes_attributes_and_days_that_are_asked_for(self, town: Town, operator: Principal) -> None:
        version = TariffVersion.objects.get(plan=town.waste)
        account = take_waste(town=town, members="2")
        [agreement] = ServiceAgreement.objects.filter(account=account)
        asked = {"tariff_version_id": str(version.id), "agreement_id": str(agreement.id)}

        own = ask(operator, **asked).json()
        five = ask(operator, **asked, attributes={"members": "5"}, service_from="2026-01-17").json()

        assert (own["net"], five["net"]) == ("5.00", "6.05")  # 5 × 2.50 × 15 / 31 = 6.0483…

    def test_refuses_with_every_reason_and_every_fault(self, town: Town, operator: Principal) -> None:
        version = TariffVersion.objects.get(plan=town.power)
        faulty = {**POWER, "components": [{**POWER["components"][0], "price": "cheap"}]}

        unread = ask(operator, tariff_version_id=str(version.id), consumption=[])
        wrong = ask(operator, tariff=faulty, legal_entity_id=str(town.entity.id))
        nothing = ask(operator)

        assert (unread.status_code, unread.json()["code"]) == (422, "quote_not_priced")
        assert [one["code"] for one in unread.json()["errors"]] == ["missing_consumption"]
        assert (wrong.json()["code"], wrong.json()["errors"][0]["pointer"]) == (
            "tariff_not_valid",
            "/tariff/components/0/price",
        )
        assert nothing.json()["code"] == "quote_unclear"

    def test_does_not_reach_into_another_enterprise(self, town: Town) -> None:
        stranger = make_operator(entity=make_town().entity)
        version = TariffVersion.objects.get(plan=town.power)
        account = take_waste(town=town, members="2")
        [agreement] = ServiceAgreement.objects.filter(account=account)

        by_version = ask(stranger, tariff_version_id=str(version.id))
        by_agreement = ask(stranger, tariff=POWER, agreement_id=str(agreement.id))
        by_entity = ask(stranger, tariff=POWER, legal_entity_id=str(town.entity.id))
        unknown = ask(stranger, tariff_version_id=str(uuid4()))

        answers = (by_version, by_agreement, by_entity, unknown)
        assert [answer.status_code for answer in answers] == [404, 404, 404, 404]
