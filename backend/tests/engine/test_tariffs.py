"""A tariff that is wrong says where and why."""

from datetime import date
from typing import Any

import pytest
from rachun.engine.tariffs.components import Fixed
from rachun.engine.tariffs.schema import TariffInvalid, load_tariff, validate_tariff
from rachun.engine.tariffs.selection import VersionsNotOrdered, versions_in_force
from worked import ENERGY, fixed, metered, tariff

REBATE = {"code": "rebate", "kind": "percentage", "of": ["fee"], "percent": "-5", "posting_code": "REV"}


class TestValidateTariff:
    def test_accepts_a_sound_tariff(self) -> None:
        assert validate_tariff(document=tariff(fixed("1"), metered(("VT", ENERGY)), REBATE)) == []

    @pytest.mark.parametrize(
        ("document", "pointer", "code"),
        [
            ({"currency": "BAM", "vat": "ON_TOP"}, "", "REQUIRED"),
            (tariff(fixed("1,5")), "/components/0/price", "PATTERN"),
            (tariff(fixed("1") | {"colour": "red"}), "/components/0", "ADDITIONALPROPERTIES"),
            (tariff(fixed("1")) | {"currency": "QQQ"}, "/currency", "UNKNOWN_CURRENCY"),
            (tariff(fixed("1"), fixed("2")), "/components/1/code", "DUPLICATE_CODE"),
            (tariff(REBATE, fixed("1")), "/components/0/of/0", "TARGET_NOT_EARLIER"),
            (
                tariff(metered(("VT", [{"upto": "5", "price": "1"}]))),
                "/components/0/registers/0/blocks/0/upto",
                "LAST_BLOCK_NOT_OPEN",
            ),
            (
                tariff(metered(("VT", [{"price": "1"}, {"price": "2"}]))),
                "/components/0/registers/0/blocks/0",
                "OPEN_BLOCK_NOT_LAST",
            ),
            (
                tariff(metered(("VT", [{"upto": "5", "price": "1"}, {"upto": "5", "price": "1"}, {"price": "2"}]))),
                "/components/0/registers/0/blocks/1/upto",
                "BLOCKS_NOT_ASCENDING",
            ),
            (
                tariff(metered(("VT", ENERGY), ("VT", ENERGY))),
                "/components/0/registers/1/register",
                "DUPLICATE_REGISTER",
            ),
            (tariff(metered(("VT", ENERGY), ("*", ENERGY))), "/components/0/registers", "EVERY_REGISTER_BESIDE_OTHERS"),
        ],
    )
    def test_names_the_place_and_the_fault(self, document: Any, pointer: str, code: str) -> None:
        faults = validate_tariff(document=document)

        assert (pointer, code) in [(fault.pointer, fault.code) for fault in faults]

    def test_raises_with_every_fault_on_loading(self) -> None:
        with pytest.raises(TariffInvalid) as refusal:
            load_tariff(document=tariff(fixed("1"), fixed("2"), fixed("3")))

        assert len(refusal.value.faults) == 2

    def test_parses_prices_exactly(self) -> None:
        [component] = load_tariff(document=tariff(fixed("0.00000001"))).components

        assert component == Fixed(no=1, code="fee", posting_code="REV", price_e8=1)


class TestVersionsInForce:
    SOUND = load_tariff(document=tariff(fixed("1")))

    def test_lets_each_rule_until_the_next_starts(self) -> None:
        starts = [(2, date(2026, 3, 1), self.SOUND), (1, date(2026, 1, 1), self.SOUND)]

        found = [(v.version_ix, v.valid_from, v.valid_to) for v in versions_in_force(plan_ix=1, starts=starts)]

        assert found == [(1, date(2026, 1, 1), date(2026, 3, 1)), (2, date(2026, 3, 1), None)]

    def test_refuses_two_with_the_same_start(self) -> None:
        with pytest.raises(VersionsNotOrdered):
            versions_in_force(plan_ix=1, starts=[(1, date(2026, 1, 1), self.SOUND), (2, date(2026, 1, 1), self.SOUND)])
