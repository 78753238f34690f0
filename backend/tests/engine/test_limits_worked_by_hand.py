"""Minimum and cap with pencil and paper; the working stands beside each."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rachun.engine.tariffs.schema import validate_tariff
from worked import APRIL, MARCH, fixed, metered, money, priced, tariff, world

LONG_AGO = date(2025, 1, 1)
FLAT = [{"price": "0.10"}]


def limit(kind: str, amount: str, *of: str, code: str = "limit", **more: Any) -> dict[str, Any]:
    return {"code": code, "kind": kind, "of": list(of), "amount": amount, "posting_code": "REV", **more}


def energy(quantity: str) -> dict[str, Any]:
    return {"consumption": [(0, 7, "VT", MARCH, APRIL, Decimal(quantity), "MEASURED")]}


class TestMinimum:
    # A price list with "minimum monthly charge" as in the neutral sample of usage pricing: sum below → topped up.
    def test_tops_the_named_components_up(self) -> None:
        document = tariff(metered(("VT", FLAT)), limit("minimum", "20.00", "energy"))

        answer = priced(world((LONG_AGO, document), **energy("123")))

        assert money(answer, "kind", "net_minor") == [("metered", 1230), ("minimum", 770)]  # 20.00 - 12.30

    def test_is_silent_when_they_reach_it(self) -> None:
        document = tariff(metered(("VT", FLAT)), limit("minimum", "20.00", "energy"))

        assert money(priced(world((LONG_AGO, document), **energy("200"))), "net_minor") == [(2000,)]

    def test_charges_the_whole_where_nothing_was_used(self) -> None:
        document = tariff(metered(("VT", FLAT)), limit("minimum", "20.00", "energy"))

        [line] = priced(world((LONG_AGO, document), **energy("0"))).charges.to_dicts()

        assert (line["quantity_micro"], line["unit_price_e8"], line["net_minor"]) == (10**6, 20 * 10**8, 2000)

    @pytest.mark.parametrize(("rule", "expected"), [("DAYS", 1000), ("FULL", 3100), ("NONE", 0)])
    def test_prorates_by_its_rule(self, rule: str, expected: int) -> None:
        # served 10 of 31 days: 31.00 × 10 / 31
        document = tariff(fixed("0"), limit("minimum", "31.00", "fee", proration=rule))
        served = [(7, 3, LONG_AGO, date(2026, 3, 11))]

        assert priced(world((LONG_AGO, document), agreements=served)).charges["net_minor"].sum() == expected

    def test_measures_each_version_by_its_own_days(self) -> None:
        # 15 of 31 days of 31.00 = 15.00, fee 3.10 × 15/31 = 1.50; then 16.00 against 62.00 × 16/31 = 32.00
        floor = limit("minimum", "31.00", "fee")
        documents = (LONG_AGO, tariff(fixed("3.10"), floor)), (date(2026, 3, 16), tariff(fixed("62.00"), floor))

        answer = priced(world(*documents))

        assert money(answer, "version_ix", "kind", "net_minor") == [
            (0, "fixed", 150),
            (1, "fixed", 3200),
            (0, "minimum", 1350),
        ]

    def test_measures_a_minimum_of_the_period_by_the_lines_of_both_versions(self) -> None:
        # 40.00 for the period; fees 1.50 + 32.00 = 33.50
        floor = limit("minimum", "40.00", "fee", proration="FULL")
        documents = (LONG_AGO, tariff(fixed("3.10"), floor)), (date(2026, 3, 16), tariff(fixed("62.00"), floor))

        assert sorted(money(priced(world(*documents)), "kind", "net_minor")) == [
            ("fixed", 150),
            ("fixed", 3200),
            ("minimum", 650),
        ]

    def test_explains_itself(self) -> None:
        document = tariff(metered(("VT", FLAT)), limit("minimum", "20.00", "energy"))

        line = priced(world((LONG_AGO, document), **energy("123"))).charges.to_dicts()[-1]

        said = json.loads(line["inputs"])
        assert (said["of"], said["limit_minor"], said["base_minor"]) == (["energy"], "2000", "1230")


class TestCap:
    def test_takes_off_what_exceeds_it(self) -> None:
        document = tariff(metered(("VT", FLAT)), limit("cap", "10.00", "energy"))

        answer = priced(world((LONG_AGO, document), **energy("123")))

        # VAT 17 % on top: 12.30 → 2.09, -2.30 → -0.39
        assert money(answer, "kind", "net_minor", "tax_minor") == [("metered", 1230, 209), ("cap", -230, -39)]

    def test_splits_over_the_tax_categories_it_reduces(self) -> None:
        # 12.30 STANDARD + 20.00 OUTSIDE = 32.30, cap 30.00: 2.30 × 20.00 / 32.30 = 1.424… OUTSIDE, the rest 0.88
        components = metered(("VT", FLAT)), fixed("20.00", tax_category="OUTSIDE"), limit("cap", "30", "energy", "fee")
        made = world((LONG_AGO, tariff(*components)), **energy("123"))
        made.tax_rates["OUTSIDE"] = Decimal(0)

        answer = priced(made)

        assert money(answer, "tax_category", "net_minor", "tax_minor")[2:] == [
            ("OUTSIDE", -142, 0),
            ("STANDARD", -88, -15),
        ]

    def test_is_silent_below(self) -> None:
        document = tariff(metered(("VT", FLAT)), limit("cap", "12.30", "energy"))

        assert money(priced(world((LONG_AGO, document), **energy("123"))), "net_minor") == [(1230,)]

    def test_limits_a_sum_that_a_minimum_is_part_of(self) -> None:
        # fee 5.00, minimum 20.00 → +15.00; cap 12.00 → -8.00: what comes later rules
        floor, ceiling = limit("minimum", "20", "fee"), limit("cap", "12", "fee", "limit", code="ceiling")

        answer = priced(world((LONG_AGO, tariff(fixed("5"), floor, ceiling))))

        assert money(answer, "net_minor") == [(500,), (1500,), (-800,)]

    @settings(max_examples=60, deadline=None)
    @given(sums=st.lists(st.integers(1, 10**6), min_size=1, max_size=3), cap=st.integers(1, 3 * 10**6))
    def test_leaves_exactly_the_cap_or_what_was_less(self, sums: list[int], cap: int) -> None:
        names = [f"f{n}" for n, _ in enumerate(sums)]
        fees = [fixed(f"{Decimal(s).scaleb(-2)}", tax_category=f"C{n}") | {"code": f"f{n}"} for n, s in enumerate(sums)]
        made = world((LONG_AGO, tariff(*fees, limit("cap", f"{Decimal(cap).scaleb(-2)}", *names))))
        made.tax_rates = {f"C{n}": Decimal(0) for n, _ in enumerate(sums)}

        assert priced(made).charges["net_minor"].sum() == min(cap, sum(sums))


class TestValidation:
    @pytest.mark.parametrize(
        ("component", "pointer", "code"),
        [
            (limit("cap", "0.00", "fee"), "/components/1/amount", "PATTERN"),
            (limit("minimum", "5", "later"), "/components/1/of/0", "TARGET_NOT_EARLIER"),
            (limit("cap", "5", "fee", tax_category="REDUCED"), "/components/1", "ADDITIONALPROPERTIES"),
        ],
    )
    def test_refuses(self, component: dict[str, Any], pointer: str, code: str) -> None:
        faults = validate_tariff(document=tariff(fixed("1"), component))

        assert (pointer, code) in [(fault.pointer, fault.code) for fault in faults]
