"""Calendars of bands: what a version may say, and what each hour of the year then is."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rachun.engine.tariffs.schema import load_tariff, validate_tariff
from rachun.engine.tariffs.time_bands import DAY_KINDS, band_rule_rows, parse_time_bands

WORKDAYS = ["MON", "TUE", "WED", "THU", "FRI", "SAT"]
BRCKO: dict[str, Any] = {
    "profile": "LOAD",
    "clock": "STANDARD",
    "rules": [
        {"band": "VT", "days": WORKDAYS, "from": "07:00", "to": "13:00"},
        {"band": "VT", "days": WORKDAYS, "from": "16:00", "to": "22:00"},
    ],
    "otherwise": "MT",
}


def tariff(bands: dict[str, Any], *registers: str) -> dict[str, Any]:
    priced = [{"register": name, "blocks": [{"price": "1"}]} for name in registers or ("VT", "MT")]
    energy = {"code": "energy", "kind": "metered", "unit": "kWh", "registers": priced, "posting_code": "REV"}
    return {"currency": "BAM", "vat": "ON_TOP", "time_bands": bands, "components": [energy]}


def rule(**changes: Any) -> dict[str, Any]:
    return {"band": "VT", "days": ["MON"], "from": "07:00", "to": "13:00", **changes}


class TestACalendar:
    def test_of_the_house_is_sound(self) -> None:
        found = load_tariff(document=tariff(BRCKO)).time_bands

        assert found is not None
        assert (found.bands, found.clock) == (("VT", "MT"), "STANDARD")
        monday = [row[0:1] + row[4:] for row in band_rule_rows(found) if row[1] == DAY_KINDS["MON"]]
        assert monday == [("MT", 0, 420), ("VT", 420, 780), ("MT", 780, 960), ("VT", 960, 1320), ("MT", 1320, 1440)]
        sunday = [row[0:1] + row[4:] for row in band_rule_rows(found) if row[1] == DAY_KINDS["SUN"]]
        assert sunday == [("MT", 0, 1440)]

    @pytest.mark.parametrize(
        ("changes", "pointer", "code"),
        [
            ({"rules": [rule(to="07:00")]}, "/time_bands/rules/0/to", "BAND_ENDS_BEFORE_START"),
            (
                {"rules": [rule(), rule(**{"from": "12:00", "to": "14:00"})]},
                "/time_bands/rules/1/from",
                "BANDS_OVERLAP",
            ),
            ({"rules": [rule(band="PEAK")]}, "/time_bands", "BAND_NOT_PRICED"),
            ({"profile": "VT"}, "/time_bands/profile", "PROFILE_IS_BAND"),
            ({"rules": [rule(days=["MONDAY"])]}, "/time_bands/rules/0/days/0", "ENUM"),
            ({"rules": [rule(to="25:00")]}, "/time_bands/rules/0/to", "PATTERN"),
        ],
    )
    def test_is_refused_with_the_place_of_its_fault(self, changes: dict[str, Any], pointer: str, code: str) -> None:
        faults = validate_tariff(document=tariff({**BRCKO, **changes}))

        assert (pointer, code) in [(fault.pointer, fault.code) for fault in faults]

    def test_that_leaves_hours_out_needs_a_band_for_the_rest(self) -> None:
        bands = {name: value for name, value in BRCKO.items() if name != "otherwise"}

        assert [fault.code for fault in validate_tariff(document=tariff(bands, "VT"))] == ["BANDS_LEAVE_A_GAP"]

    def test_may_overlap_in_different_seasons(self) -> None:
        seasons = [{"from": "04-01", "to": "10-01"}, {"from": "10-01", "to": "04-01"}]

        rules = [rule(season=season) for season in seasons]

        assert validate_tariff(document=tariff({**BRCKO, "rules": rules})) == []

    @given(
        day_of=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        minute=st.integers(0, 1439),
        summer=st.tuples(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(1, 300)),
    )
    def test_gives_each_minute_the_band_that_its_rules_say(
        self, day_of: date, minute: int, summer: tuple[date, int]
    ) -> None:
        start, end = summer[0], summer[0] + timedelta(days=summer[1])
        season = {"from": f"{start:%m-%d}", "to": f"{end:%m-%d}"}
        rules = [rule(days=WORKDAYS, season=season), rule(days=["HOLIDAY"], **{"from": "00:00", "to": "24:00"})]
        rows = band_rule_rows(parse_time_bands({"profile": "LOAD", "rules": rules, "otherwise": "MT"}))

        day = f"{day_of:%m-%d}"
        first, after = season["from"], season["to"]
        is_summer = first <= day < after if first < after else day >= first or day < after
        is_high = day_of.isoweekday() < 7 and is_summer and 420 <= minute < 780
        number = day_of.month * 100 + day_of.day
        met = [
            band
            for band, kind, low, high, begins, ends in rows
            if kind == day_of.isoweekday() and begins <= minute < ends
            if (low <= number < high if low < high else number >= low or number < high)
        ]
        assert met == ["VT" if is_high else "MT"]
