"""What a tariff may say but hardly means is told, with its place; what it cannot say is refused."""

from typing import Any

import pytest
from rachun.engine.tariffs.schema import validate_tariff
from rachun.engine.tariffs.warnings import tariff_warnings
from test_peaks_worked_by_hand import POWER
from test_seasons_worked_by_hand import BRCKO, HEATING
from worked import ENERGY, fixed, metered, tariff

FALLING = [{"upto": "100", "price": "0.20"}, {"price": "0.10"}]


def by_volume(blocks: list[dict[str, str]]) -> dict[str, Any]:
    component = metered(("VT", blocks))
    component["registers"][0]["mode"] = "VOLUME"
    return component


def found(document: dict[str, Any]) -> list[tuple[str, str]]:
    assert validate_tariff(document=document) == []
    return [(one.pointer, one.code) for one in tariff_warnings(document=document)]


class TestWarnings:
    def test_tell_that_a_little_more_use_costs_less(self) -> None:
        # 100 kWh cost 20.00, 101 cost 10.10
        assert found(tariff(by_volume(FALLING))) == [
            ("/components/0/registers/0/blocks/1/price", "VOLUME_PRICE_FALLS"),
        ]

    def test_leave_falling_prices_by_block_alone(self) -> None:
        assert found(tariff(metered(("VT", FALLING)))) == []
        assert found(tariff(by_volume(ENERGY))) == []

    def test_look_into_seasons(self) -> None:
        component = by_volume(ENERGY)
        component["by_season"] = {"high": {"registers": [component["registers"][0] | {"blocks": FALLING}]}}

        assert found(tariff(component) | {"seasons": BRCKO}) == [
            ("/components/0/by_season/high/registers/0/blocks/1/price", "VOLUME_PRICE_FALLS"),
        ]

    def test_tell_from_which_day_there_is_no_season(self) -> None:
        document = tariff(fixed("1", by_season={"heating": {"price": "2"}})) | {"seasons": HEATING}

        [warning] = tariff_warnings(document=document)

        assert (warning.pointer, warning.code, warning.params) == ("/seasons", "DAYS_WITHOUT_SEASON", {"day": "03-16"})

    def test_tell_of_a_tier_that_no_peak_reaches(self) -> None:
        tiers = [{"price": "1", "limits": {"KW": "10"}}, {"price": "2", "limits": {"KW": "5"}}, {"price": "3"}]

        assert found(tariff(POWER | {"tiers": tiers})) == [("/components/0/tiers/1", "TIER_NEVER_REACHED")]


class TestBothEndsOfABlock:
    @pytest.mark.parametrize(
        ("above", "code"), [("100", None), ("99", "BLOCKS_OVERLAP"), ("101", "BLOCKS_GAP"), ("0", "BLOCKS_OVERLAP")]
    )
    def test_must_meet(self, above: str, code: str | None) -> None:
        blocks = [{"above": "0", "upto": "100", "price": "1"}, {"above": above, "price": "2"}]

        faults = [(fault.pointer, fault.code) for fault in validate_tariff(document=tariff(metered(("VT", blocks))))]

        assert faults == ([] if code is None else [("/components/0/registers/0/blocks/1/above", code)])
