"""Billing power with a default, and reactive energy above its free share, with pencil and paper."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle.worlds import snapshot_of
from rachun.engine.billing.pipeline import price
from rachun.engine.tariffs.parsing import tan_of
from rachun.engine.tariffs.schema import validate_tariff
from test_explain_lines import codes as steps_of
from test_explain_lines import derivations_of
from worked import APRIL, MARCH, codes, money, priced, tariff, world

LONG_AGO, MID_MARCH = date(2025, 1, 1), date(2026, 3, 16)
POWER = {"code": "power", "kind": "capacity", "charge": "PEAK", "register": "KW", "unit": "kW", "posting_code": "REV"}
POWER |= {"tiers": [{"price": "3.10"}]}
REACTIVE = {"code": "kvarh", "kind": "reactive", "reactive": ["RE"], "active": ["VT", "MT"], "price": "0.0302"}
REACTIVE |= {"posting_code": "REV", "tan_phi": "0.33"}
ENERGY = {"code": "energy", "kind": "metered", "unit": "kWh", "posting_code": "REV"}
ENERGY |= {"registers": [{"register": "*", "blocks": [{"price": "0.10"}]}]}


def used(*rows: tuple[str, str], start: date = MARCH, end: date = APRIL) -> list[tuple]:
    return [(ix, 7, register, start, end, Decimal(q), "MEASURED") for ix, (register, q) in enumerate(rows)]


def billed(document: dict[str, Any], **more: Any) -> Any:
    return priced(world((LONG_AGO, document), **more))


class TestBillingPower:
    def test_asks_for_every_kw_of_the_peak(self) -> None:
        answer = billed(tariff(POWER), consumption=used(("KW", "7.4")))

        assert money(answer, "quantity_micro", "net_minor") == [(7_400_000, 2294)]  # 7.4 × 3.10

    def test_takes_the_tier_of_the_peak_by_the_kw(self) -> None:
        tiers = [{"price": "3.10", "limits": {"KW": "10"}}, {"price": "2.00"}]

        answer = billed(tariff(POWER | {"tiers": tiers}), consumption=used(("KW", "12")))

        assert money(answer, "block_no", "net_minor") == [(2, 2400)]

    @pytest.mark.parametrize(
        ("default", "attributes", "expected"),
        [
            ({"value": "5"}, [], 1550),  # 5 kW × 3.10, as the decision of 2011 has it for unmeasured households
            ({"attribute": "contracted_kw", "value": "5"}, [], 1550),
            ({"attribute": "contracted_kw"}, [(7, "contracted_kw", Decimal("6.9"), LONG_AGO, None)], 2139),
        ],
    )
    def test_takes_the_default_where_nobody_measured(
        self, default: dict[str, str], attributes: list[tuple], expected: int
    ) -> None:
        answer = billed(tariff(POWER | {"default": default}), attributes=attributes)

        assert money(answer, "register", "net_minor") == [("KW", expected)]

    def test_takes_the_default_for_the_days_that_no_measurement_covers(self) -> None:
        # 8 kW for 15 of 31 days: 8 × 3.10 × 15/31 = 12.00; 5 kW for 16: 8.00
        document = tariff(POWER | {"default": {"value": "5"}})

        answer = billed(document, consumption=used(("KW", "8"), end=MID_MARCH))

        assert money(answer, "service_from", "net_minor") == [(MARCH, 1200), (MID_MARCH, 800)]

    def test_parks_an_account_without_a_peak_and_without_the_attribute(self) -> None:
        assert codes(billed(tariff(POWER))) == ["MISSING_CONSUMPTION"]
        assert codes(billed(tariff(POWER | {"default": {"attribute": "kw"}}))) == ["MISSING_ATTRIBUTE"]

    def test_is_no_part_of_the_sum_of_registers(self) -> None:
        answer = billed(tariff(ENERGY, POWER), consumption=used(("VT", "100"), ("KW", "8")))

        assert money(answer, "component", "net_minor") == [("energy", 1000), ("power", 2480)]

    def test_says_what_it_took_and_why(self) -> None:
        document = tariff(POWER | {"default": {"attribute": "contracted_kw", "value": "5"}})
        own = [(7, "contracted_kw", Decimal("6.9"), LONG_AGO, None)]

        by_number, by_attribute = (
            derivations_of(snapshot_of(world((LONG_AGO, document), attributes=attributes))) for attributes in ([], own)
        )

        assert steps_of(by_number[0])[:3] == ["PEAK_BY_DEFAULT", "VERSION", "SERVED_DAYS"]
        assert steps_of(by_attribute[0])[0] == "PEAK_BY_ATTRIBUTE"
        assert by_attribute[0].steps[0].facts["attribute"] == "contracted_kw"
        assert by_attribute[0].agrees


class TestReactiveEnergy:
    def test_is_free_up_to_its_share_of_the_active_energy(self) -> None:
        # 28,000 kWh × 0.33 = 9,240 free; 11,000 - 9,240 = 1,760 × 0.0302 = 53.152
        answer = billed(tariff(REACTIVE), consumption=used(("VT", "18400"), ("MT", "9600"), ("RE", "11000")))

        assert money(answer, "quantity_micro", "net_minor") == [(1_760_000_000, 5315)]

    def test_takes_the_share_of_a_power_factor(self) -> None:
        # cos φ 0.95: √(1 - 0.9025) / 0.95 = 0.328684…; 1,000 kWh: 328.684 free; 71.316 × 0.0302 = 2.1537…
        shared = {name: value for name, value in REACTIVE.items() if name != "tan_phi"} | {"cos_phi": "0.95"}

        answer = billed(tariff(shared), consumption=used(("VT", "600"), ("MT", "400"), ("RE", "400")))

        assert money(answer, "quantity_micro", "net_minor") == [(71_316_000, 215)]

    @pytest.mark.parametrize("kvarh", ["0", "330"])
    def test_asks_nothing_within_its_share(self, kvarh: str) -> None:
        answer = billed(tariff(REACTIVE), consumption=used(("VT", "600"), ("MT", "400"), ("RE", kvarh)))

        assert (codes(answer), money(answer)) == ([], [])

    def test_compares_what_falls_to_the_days_of_each_version(self) -> None:
        # RE is known by halves: 15 days 300, 16 days 0; active 310 in each band over 31 days, 300 in the first 15
        rows = [*used(("VT", "310"), ("MT", "310")), (2, 7, "RE", MARCH, MID_MARCH, Decimal(300), "MEASURED")]
        rows.append((3, 7, "RE", MID_MARCH, APRIL, Decimal(0), "MEASURED"))
        dearer = tariff(REACTIVE | {"price": "1"})

        answer = priced(world((LONG_AGO, tariff(REACTIVE)), (MID_MARCH, dearer), consumption=rows))

        # 300 - 0.33 × 300 = 201 × 0.0302 = 6.0702; nothing after the change
        assert money(answer, "version_ix", "net_minor") == [(0, 607)]

    def test_parks_an_account_with_one_register_unread(self) -> None:
        answer = billed(tariff(ENERGY, REACTIVE), consumption=used(("VT", "600"), ("RE", "400")))

        assert codes(answer) == ["MISSING_CONSUMPTION"]
        assert '"register":"MT"' in answer.refusals["params"][0]

    def test_is_corrected_with_the_readings_of_both_sides(self) -> None:
        # February was estimated at 100, 100 and 166 (100 above); the readings say 100, 100 and 266 (200 above)
        february = date(2026, 2, 1)
        then = used(("VT", "100"), ("MT", "100"), ("RE", "166"), start=february, end=MARCH)
        now = used(("VT", "100"), ("MT", "100"), ("RE", "266"), start=february, end=MARCH)
        march = [(10 + row[0], *row[1:]) for row in used(("VT", "0"), ("MT", "0"), ("RE", "0"))]
        document = tariff(ENERGY, REACTIVE | {"price": "0.50"})
        made = snapshot_of(world((LONG_AGO, document), consumption=[*now, *march]))
        taken_back = snapshot_of(world((LONG_AGO, document), consumption=then)).consumption

        answer = billed_with(made, taken_back)

        assert [row for row in money(answer, "component", "net_minor") if row[0] == "kvarh"] == [
            ("kvarh", 10000),
            ("kvarh", -5000),
        ]

    def test_says_both_energies_and_what_is_free(self) -> None:
        used_both = used(("VT", "600"), ("MT", "400"), ("RE", "400"))

        [one] = derivations_of(snapshot_of(world((LONG_AGO, tariff(REACTIVE)), consumption=used_both)))

        assert steps_of(one)[:4] == ["BOTH_ENERGIES", "FREE_SHARE", "REACTIVE_EXCESS", "VERSION"]
        assert one.agrees


def billed_with(snapshot: Any, taken_back: Any) -> Any:
    return price(replace(snapshot, reversed_consumption=taken_back))


class TestTangent:
    @given(cosine=st.integers(1, 10**6))
    def test_is_the_nearest_millionth(self, cosine: int) -> None:
        found = tan_of(cos_micro=cosine)

        # (found ± 1/2)² bounds (10^12 - c²) × 10^12 / c², all times 4 c²
        wanted = 4 * (10**12 - cosine**2) * 10**12
        assert (2 * found - 1) ** 2 * cosine**2 <= wanted or found == 0
        assert wanted < (2 * found + 1) ** 2 * cosine**2

    @pytest.mark.parametrize(("cosine", "tangent"), [(950_000, 328_684), (1_000_000, 0), (800_000, 750_000)])
    def test_of_known_factors(self, cosine: int, tangent: int) -> None:
        assert tan_of(cos_micro=cosine) == tangent


class TestValidation:
    @pytest.mark.parametrize(
        ("component", "pointer", "code"),
        [
            (POWER | {"register": None}, "/components/0/register", "TYPE"),
            ({k: v for k, v in POWER.items() if k != "register"}, "/components/0", "CAPACITY_NEEDS_REGISTER"),
            (
                POWER | {"tiers": [{"price": "1", "limits": {"RE": "5"}}, {"price": "2"}]},
                "/components/0/tiers/0/limits/RE",
                "LIMIT_OF_OTHER_REGISTER",
            ),
            (REACTIVE | {"cos_phi": "0.95"}, "/components/0", "FREE_SHARE_ONCE"),
            (REACTIVE | {"cos_phi": "0"}, "/components/0/cos_phi", "PATTERN"),
            (REACTIVE | {"active": ["VT", "RE"]}, "/components/0/active/1", "REGISTER_ON_BOTH_SIDES"),
        ],
    )
    def test_refuses(self, component: dict[str, Any], pointer: str, code: str) -> None:
        faults = validate_tariff(document=tariff(component))

        assert (pointer, code) in [(fault.pointer, fault.code) for fault in faults]
