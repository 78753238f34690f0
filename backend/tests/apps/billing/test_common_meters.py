"""Months of a building behind a main meter (tests/factories/buildings.py). Shares are worked out beside the numbers.

The cases of one window are in tests/apps/metering/test_common_shares.py.
"""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from rachun.apps.agreements.models import TariffAssignment
from rachun.apps.billing.models import Bill, BillRun, Charge, ParkedAccount
from rachun.apps.billing.reasons import reason_of
from rachun.apps.billing.selectors.changed_inputs import list_changed_accounts
from rachun.apps.billing.selectors.explanation import get_explanation
from rachun.apps.documents.rendering.sentences import Sentences
from rachun.apps.metering.models import EstimationRule, Meter
from tests.factories.billing import FEBRUARY, Town, bill_month, calculate, make_plan, make_run, make_town
from tests.factories.buildings import Building, make_building
from tests.factories.metering import LONG_AGO, read_meter

pytestmark = pytest.mark.usefixtures("fresh_database")
MARCH = (date(2026, 3, 1), date(2026, 4, 1))
OWN = {"register": "T1", "blocks": [{"price": "0.50"}]}
COMMON = {"register": "COMMON", "blocks": [{"price": "0.20"}]}
PRICED = {"a": [OWN, COMMON], "b": [OWN, COMMON], "c": [COMMON], "shop": [OWN]}


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture
def building(town: Town) -> Building:
    building = make_building(branch=town.branch)
    for name, registers in PRICED.items():
        water: dict[str, Any] = {"code": "water", "kind": "metered", "unit": "m3", "registers": registers}
        body = {"currency": "BAM", "vat": "ON_TOP", "components": [{**water, "posting_code": "REVENUE_WATER"}]}
        TariffAssignment.objects.create(
            agreement=building.agreements[name],
            plan=make_plan(entity=town.entity, service=f"WATER_{name.upper()}", body=body),
            valid_from=date(2025, 1, 1),
            recorded_at=LONG_AGO,
        )
    return building


def shares(run: BillRun, building: Building) -> dict[str, float]:
    names = {agreement.id: name for name, agreement in building.agreements.items()}
    found: dict[str, int] = {}
    for one in Charge.objects.filter(load_key=run.id, register="COMMON").order_by("agreement_id"):
        found[names[one.agreement_id]] = found.get(names[one.agreement_id], 0) + one.quantity_micro
    return {name: micro / 10**6 for name, micro in found.items()}


class TestAShare:
    def test_is_billed_by_persons_and_explained(self, town: Town, building: Building) -> None:
        """29.5 over six persons."""
        building.share()

        run = bill_month(town=town)

        assert shares(run, building) == {"a": 9.833333, "b": 14.75, "c": 4.916667}
        line = Charge.objects.get(load_key=run.id, agreement=building.agreements["c"])
        assert (line.basis, line.net_minor) == ("COMMON_SHARE", 98)  # 4.916667 × 0.20 = 0.983333
        bill = Bill.objects.get(run_id=run.id, account=building.agreements["c"].account)
        derivation = get_explanation(bill=bill, language="en").derivations[0]
        assert Sentences(language="en", currency="BAM").of(derivation.steps[0]).replace("\u00a0", " ") == (
            f"Common meter {building.main.code}, 01.–31.01.2026: 90 m³ − 60.5 m³ of the sub-meters "
            "= 29.5 m³ to share by persons and days; 31 of 186 are yours: 4.916667 m³."
        )
        assert derivation.agrees

    def test_parks_everybody_for_a_lacking_reading_and_is_billed_with_the_next_month(
        self, town: Town, building: Building
    ) -> None:
        """January and February together: 150 - 20 - 30.5 - 58 = 41.5, a sixth of it for c: 6.916667."""
        building.share()
        building.forget("2026-01-31", "shop")

        january = bill_month(town=town)

        parked = ParkedAccount.objects.filter(run=january)
        assert sorted(one.code for one in parked) == ["MISSING_CONSUMPTION", *["SUB_NOT_READ"] * 3]
        told = parked.filter(code="SUB_NOT_READ").first()
        assert told is not None
        assert reason_of(code=told.code, params=told.params) == (
            f"Behind the common meter at {building.main.code}, meters have no reading at the end of 31.01.2026: "
            f"{building.point('shop').code}. Enter it; until then nobody's share is known."
        )
        building.read("2026-02-28", main="250", a="25", b="37.5", shop="58")
        assert round(shares(bill_month(town=town, period=FEBRUARY), building)["c"], 6) == 6.916667


class TestAnUnreadSubMeter:
    def test_is_taken_at_its_estimate_and_settled_when_it_is_read(self, town: Town, building: Building) -> None:
        """February: main 60, a 10, shop 28; b unread, estimated like January: 20.5 × 28 / 31 = 18.516129.

        So 3.483871 are shared. In March the main meter shows 50, a 10, shop 12, b since January 30.5, of which
        18.516129 are billed: 50 - 10 - 12 - 11.983871 = 16.016129. Together 19.5 = 110 - 20 - 40 - 30.5, which is what
        it would have been.
        """
        building.share(when_unread="ESTIMATE")
        EstimationRule.objects.create(
            legal_entity=town.entity,
            service=building.agreements["b"].service,
            steps=[{"method": "LAST_PERIODS", "periods": 1}],
            max_days=90,
            source_document="Rules of supply",
            valid_from=date(2025, 1, 1),
            recorded_at=LONG_AGO,
        )
        bill_month(town=town)
        building.read("2026-02-28", main="250", a="25", shop="58")
        february = bill_month(town=town, period=FEBRUARY)
        building.read("2026-03-31", main="300", a="35", b="58", shop="70")

        march = bill_month(town=town, period=MARCH)

        assert shares(february, building) == {"a": 1.16129, "b": 1.741936, "c": 0.580645}
        assert shares(march, building) == {"a": 5.338710, "b": 8.008064, "c": 2.669355}


class TestAReviewedRun:
    def test_is_stale_for_everybody_behind_a_meter_that_is_read_anew(self, town: Town, building: Building) -> None:
        building.share()
        run = calculate(make_run(town=town))
        assert list_changed_accounts(run=run) == []

        later = datetime(2026, 2, 3, tzinfo=UTC)
        read_meter(meter=Meter.objects.get(serial="shop"), on="2026-01-20", value="20", recorded_at=later)

        owners = [agreement.account_id for agreement in building.agreements.values()]
        assert list_changed_accounts(run=run) == sorted(owners)
