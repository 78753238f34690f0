"""A fee collected for somebody else: on the bill like any other line, in the books owed to its principal."""

from dataclasses import replace
from typing import Any

import pytest
from django.db.models import Sum
from rachun.apps.ledger.models import Posting
from tests.factories.billing import POWER, Town, bill_month, make_plan, make_town, take_power

pytestmark = pytest.mark.usefixtures("fresh_database")


def fee(*, of: str, price: str, **more: Any) -> dict[str, Any]:
    """Renewables fee of the District: 0.001 KM/kWh, remitted quarterly (biznis.ba, 2023-12)."""
    registers = [{"register": "*", "blocks": [{"price": price}]}]
    return {"code": "fee", "kind": "metered", "unit": "kWh", "registers": registers, "posting_code": of, **more}


def town_with(*components: dict[str, Any]) -> Town:
    town = make_town()
    body = POWER | {"components": [*POWER["components"], *components]}
    return replace(town, power=make_plan(entity=town.entity, service="FEES", body=body))


def credited(posting_code: str) -> int:
    """What the account stands at, in minor units of credit."""
    credit, debit = (
        Posting.objects.filter(**{f"{side}__posting_code": posting_code}).aggregate(all=Sum("amount_minor"))["all"] or 0
        for side in ("credit_account", "debit_account")
    )
    return credit - debit


class TestPassThrough:
    def test_owes_the_fee_to_its_principal_and_earns_the_rest(self) -> None:
        # 1300 kWh: 225.55 + 4.85 earned; 1.30 for the District; 17 % of 231.70 = 39.389 → 39.39
        town = town_with(fee(of="PAYABLE_OIE", price="0.001"))
        take_power(town=town, readings={"2025-12-31": "0", "2026-01-31": "1300"})

        run = bill_month(town=town)

        assert credited("PAYABLE_OIE") == 130
        assert credited("REVENUE_ELECTRICITY") == 23040
        assert credited("VAT_OUTPUT") == 3939
        assert (credited("RECEIVABLE"), credited("BILLED")) == (-run.bills.get().gross_minor, 0)

    def test_owes_a_fee_outside_the_vat_base_without_tax(self) -> None:
        # 1300 × 0.001 = 1.30 outside; 17 % of 230.40 = 39.168 → 39.17
        town = town_with(fee(of="PAYABLE_WATER_FEE", price="0.001", tax_category="OUTSIDE"))
        take_power(town=town, readings={"2025-12-31": "0", "2026-01-31": "1300"})

        bill_month(town=town)

        assert (credited("PAYABLE_WATER_FEE"), credited("VAT_OUTPUT")) == (130, 3917)
