"""What a bill rounds once, with pencil and paper: net per line, tax group or bill; tax of exact amounts."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from oracle.worlds import snapshot_of
from rachun.apps.billing.country_rules import roundings_on
from rachun.engine.explain.facts import Amount
from test_explain_lines import codes as steps_of
from test_explain_lines import derivations_of
from worked import APRIL, MARCH, fixed, money, priced, tariff, world

LONG_AGO = date(2025, 1, 1)
CALLS = {"code": "calls", "kind": "traffic", "destination_table": "deck", "posting_code": "REV"}


def calls(*amounts: str, **more: Any) -> Any:
    """One line per destination of an exact amount; VAT 17 % on top."""
    usage = [(7, "calls", f"to {no}", MARCH, Decimal(1), 1, Decimal(amount)) for no, amount in enumerate(amounts)]
    document = tariff(CALLS, vat=more.pop("vat", "ON_TOP")) | {"rounding": more.pop("rounding", "HALF_UP")}
    return world((LONG_AGO, document), usage=usage, **more)


class TestNetOfABill:
    # 0.014 + 0.014 + 0.034 = 0.062: alone 0.01, 0.01 and 0.03 make 0.05; together 0.06
    @pytest.mark.parametrize(("scope", "expected"), [("LINE", [1, 1, 3]), ("GROUP", [1, 1, 4]), ("BILL", [1, 1, 4])])
    def test_leaves_the_difference_to_the_largest_line(self, scope: str, expected: list[int]) -> None:
        answer = priced(calls("0.014", "0.014", "0.034", net_rounding=scope))

        assert [net for (net,) in money(answer, "net_minor")] == expected

    # 0.005 + 0.010 = 0.015: half up 0.02, half even 0.02; alone half even 0.00 + 0.01
    # 0.0025 + 0.0025 = 0.005: half up 0.01, half even 0.00
    @pytest.mark.parametrize(
        ("rounding", "amounts", "expected"),
        [
            ("HALF_UP", ("0.0025", "0.0025"), 1),
            ("HALF_EVEN", ("0.0025", "0.0025"), 0),
            ("HALF_EVEN", ("0.005", "0.010"), 2),
        ],
    )
    def test_is_rounded_the_way_of_its_prices(self, rounding: str, amounts: tuple[str, ...], expected: int) -> None:
        answer = priced(calls(*amounts, net_rounding="BILL", rounding=rounding))

        assert answer.charges["net_minor"].sum() == expected

    def test_is_rounded_for_each_rate_by_itself_in_groups(self) -> None:
        # STANDARD 0.004 × 31/31 twice is 0.008 → 0.01; OUTSIDE 0.004 → 0.00; all together 0.012 → 0.01
        fees = [fixed("0.004", code="a"), fixed("0.004", code="b"), fixed("0.004", code="c", tax_category="OUTSIDE")]
        rates = {"STANDARD": Decimal(17), "OUTSIDE": Decimal(0)}

        groups, whole = (
            priced(world((LONG_AGO, tariff(*fees)), tax_rates=rates, net_rounding=scope)) for scope in ("GROUP", "BILL")
        )

        assert money(groups, "component", "net_minor") == [("a", 1), ("b", 0), ("c", 0)]
        assert money(whole, "component", "net_minor") == [("a", 1), ("b", 0), ("c", 0)]

    def test_with_vat_inside_rounds_what_is_paid(self) -> None:
        # gross 0.014 + 0.014 + 0.034 → 0.06; tax of the largest 0.04 × 17/117 = 0.0058 → 0.01
        answer = priced(calls("0.014", "0.014", "0.034", vat="INSIDE", net_rounding="BILL"))

        assert money(answer, "net_minor", "tax_minor", "gross_minor") == [(1, 0, 1), (1, 0, 1), (3, 1, 4)]

    def test_says_on_the_largest_line_what_it_took(self) -> None:
        made = snapshot_of(calls("0.014", "0.014", "0.034", net_rounding="BILL"))

        *others, largest = derivations_of(made)

        assert "ROUNDED_OF_BILL" in steps_of(largest)
        [step] = [step for step in largest.steps if step.code == "ROUNDED_OF_BILL"]
        assert (step.facts["rest"], step.facts["amount"]) == (Amount(minor=1), Amount(minor=4))
        assert all("ROUNDED_OF_BILL" not in steps_of(one) for one in others)
        assert all(one.agrees for one in (*others, largest))

    def test_sums_thirds_exactly(self) -> None:
        # 3 × 0.01 × 10/30 = 0.01 in April: alone 0.00 each
        fees = [fixed("0.01", code=code) for code in ("a", "b", "c")]
        ten_days = [(7, 3, APRIL, date(2026, 4, 11))]
        made = world((LONG_AGO, tariff(*fees)), agreements=ten_days, net_rounding="BILL")
        made.start, made.end = APRIL, date(2026, 5, 1)

        assert priced(made).charges["net_minor"].to_list() == [1, 0, 0]


class TestExactTax:
    def test_of_calls_is_taken_before_they_are_rounded(self) -> None:
        # 0.4426 → 0.44; 17 % of 0.4426 = 0.0752 → 0.08, of 0.44 it would be 0.07
        document = tariff(CALLS) | {"taxed": "EXACT"}
        usage = [(7, "calls", "BiH", MARCH, Decimal(1), 1, Decimal("0.4426"))]

        assert money(priced(world((LONG_AGO, document), usage=usage))) == [(44, 8, 52)]

    def test_of_an_estimate_taken_back_leaves_nothing(self) -> None:
        energy = {"code": "energy", "kind": "metered", "unit": "kWh", "posting_code": "REV"}
        energy |= {"registers": [{"register": "VT", "blocks": [{"price": "0.07377"}]}]}
        february = date(2026, 2, 1)
        rows = [
            (0, 7, "VT", february, MARCH, Decimal(6), "MEASURED"),
            (1, 7, "VT", MARCH, APRIL, Decimal(0), "MEASURED"),
        ]
        taken = [(2, 7, "VT", february, MARCH, Decimal("6.1"), "ESTIMATED")]
        document = tariff(energy) | {"taxed": "EXACT"}
        back = snapshot_of(world((LONG_AGO, document), consumption=taken)).consumption
        snapshot = replace(snapshot_of(world((LONG_AGO, document), consumption=rows)), reversed_consumption=back)

        derived = derivations_of(snapshot)

        # 6 × 0.07377 = 0.44262, tax 0.0752 → 0.08; 6.1 × 0.07377 = 0.449997, tax 0.0765 → 0.08
        assert [(one.line.net_minor, one.line.tax_minor) for one in derived] == [(44, 8), (-45, -8)]
        assert all(one.agrees for one in derived)

    def test_of_a_minimum_is_not_taken_of_the_difference_that_it_carries(self) -> None:
        # minimum 57.91 and twice 0.004: 57.918 → 57.92, the minimum takes 0.01; its tax stays 17 % of 57.91
        floor = {"code": "floor", "kind": "minimum", "of": ["calls"], "amount": "57.91", "posting_code": "REV"}
        usage = [(7, "calls", place, MARCH, Decimal(1), 1, Decimal("0.004")) for place in ("BiH", "Ukraine")]
        made = world((LONG_AGO, tariff(CALLS, floor) | {"taxed": "EXACT"}), usage=usage, net_rounding="BILL")

        derived = derivations_of(snapshot_of(made))

        # 17 % of 57.91 = 9.8447, of 57.92 it would be 9.8464
        assert (derived[-1].line.net_minor, derived[-1].line.tax_minor) == (5792, 984)
        assert all(one.agrees for one in derived)


class TestCountryRule:
    def test_says_what_a_bill_rounds_once(self) -> None:
        assert roundings_on(country_pack="BA", tax_date=MARCH) == {"net_rounding": "LINE", "tax_rounding": "GROUP"}
        assert roundings_on(country_pack="UA", tax_date=MARCH) == {"net_rounding": "LINE", "tax_rounding": "LINE"}
