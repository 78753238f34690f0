"""Neutral cases of usage pricing, proration and tax: other people's, and what their parameters can be combined to."""

import json
from typing import Any

import pytest

from tests.samples import needs_samples, sample_bytes
from tools.price_cases import proration, usage
from tools.price_cases.outcome import Outcome, Verdict

STEPS = [{"from": 0, "to": 10, "per_unit": 10, "flat": 2}, {"from": 11, "to": None, "per_unit": "0.123456789"}]
WIDE = [{"up_to": "100", "flat": "5", "per_unit": "2"}, {"up_to": None, "per_unit": "1.5"}]
FEE = {"rate_percent": 2, "fixed_per_event": "0.5"}


def priced(model: str, params: dict[str, Any], told: Any, expected: Any) -> Outcome:
    document = {"cases": [{"id": "C", "model": model, "params": params, "usage": told, "expected": expected}]}
    assert usage.recognises(document)
    return next(usage.outcomes(document))


def not_passed(outcomes: Any) -> list[str]:
    return [f"{one.case_id}: {one.detail}" for one in outcomes if one.verdict is not Verdict.PASSED]


@needs_samples
class TestOtherPeoplesCases:
    def test_usage_is_priced_as_its_sources_say(self) -> None:
        document = json.loads(sample_bytes("pricing/usage_pricing_cases.json"))

        assert not_passed(usage.outcomes(document)) == []

    def test_proration_and_tax_come_out_as_their_sources_say(self) -> None:
        document = json.loads(sample_bytes("pricing/proration_tax_cases.json"))

        assert not_passed(proration.outcomes(document)) == []


class TestUsageModels:
    @pytest.mark.parametrize(
        ("model", "params", "told", "expected"),
        [
            # 10 × 10 + 2 + 1.5 × 0.123456789: nine decimals of a price
            ("graduated", {"ranges": STEPS}, "11.5", "102.1851851835"),
            # 12345678.123456789 × 0.1: nine decimals of a quantity
            ("standard", {"amount": 0.1}, "12345678.123456789", "1234567.8123456789"),
            # 101 units reach the second tier: 101 × 1.5
            ("tiered_volume", {"tiers": WIDE}, 101, "151.5"),
            # 5 + 2 × 2 = 9, topped up to 20; capped at 7
            ("tiered_graduated", {"tiers": WIDE, "minimum": "20"}, 2, 20),
            ("tiered_graduated", {"tiers": WIDE, "maximum": "7"}, 2, 7),
            # no minimum until the last line: 5 + 10 × 2 less 9 billed
            (
                "tiered_graduated",
                {"tiers": WIDE, "minimum": "100"},
                {"already_billed_units": 2, "this_line_units": 8, "already_billed_amount": 9, "last_line": False},
                16,
            ),
            # 25 - 5 free = 20, in packages of 7: three
            ("package", {"amount": "1.10", "package_size": 7, "free_units": 5}, "25", "3.30"),
            # 2 blocks of 10 at 3, then 6 units in blocks of 5: two at 2
            (
                "block_tiers_all",
                {"tiers": [{"block": 10, "max_blocks": 2, "price": 3}, {"block": 5, "max_blocks": 9, "price": "2"}]},
                26,
                10,
            ),
            # 2 % of 150 over the free 50, and a fee for the one event past the free ones
            (
                "percentage",
                FEE | {"free_amount": 50, "free_events": 2},
                {"total": 200, "events": 3, "running_totals": [20, 60]},
                "4",
            ),
            # 20 × 2 % + 0.5 = 0.9, raised to 1; 2.5; 300 × 2 % + 0.5 = 6.5, brought down to 6
            (
                "percentage",
                FEE | {"min_per_event": 1, "max_per_event": 6},
                {"event_amounts": [20, 100, 300]},
                "9.5",
            ),
            # 8 units of one event held for half: 5 × ½ × 10 + 3 × ½ × 4, and both flats
            (
                "graduated_prorated",
                {"ranges": [{"to": 5, "per_unit": 10, "flat": 1}, {"to": None, "per_unit": 4, "flat": 2}]},
                {"event_units": [8], "event_prorated_units": [4]},
                34,
            ),
            # 5.5 of a and 90 of b: b needs the second tier
            (
                "capacity_tiers",
                {"tiers": [{"price": 10, "limits": {"a": 6, "b": 89.5}}, {"price": "20.05", "limits": {}}]},
                {"a": "5.5", "b": 90},
                "20.05",
            ),
            # 10 for all of 30 days, 6 more for 10 of them
            (
                "time_weighted_sum",
                {"from": "2026-04-01T00:00:00Z", "to": "2026-05-01T00:00:00Z"},
                [["2026-03-01T00:00:00Z", "10"], ["2026-04-21T00:00:00Z", 6]],
                12,
            ),
        ],
    )
    def test_a_combination_is_priced(self, model: str, params: dict[str, Any], told: Any, expected: Any) -> None:
        outcome = priced(model, params, told, expected)

        assert outcome.verdict is Verdict.PASSED, outcome.detail

    def test_a_wrong_expectation_fails(self) -> None:
        outcome = priced("standard", {"amount": "5.12345"}, 10, "51.23")

        assert outcome.verdict is Verdict.FAILED

    def test_an_unknown_model_fails_by_name(self) -> None:
        assert "no such model: barter" in priced("barter", {}, 1, 1).detail


class TestProrationAndTax:
    def test_cycles_on_the_last_day_of_short_months(self) -> None:
        # 10 Jan to 31 Jan is 21 of the 31 days from 31 Dec; then 31 Jan to 28 Feb is whole
        told = {"period": "month", "start": "2026-01-10", "end": None, "billed_up_to": "2026-02-01"}
        case = told | {"bill_cycle_day": 31, "expected_cycles": "21/31 + 1"}

        assert not_passed(proration.outcomes({"cycle_cases": [case]})) == []

    def test_a_whole_february_is_a_whole_month_of_30_days(self) -> None:
        told = {"start": "2026-02-01", "end": "2026-03-01", "bill_cycle_day": 1, "month_counts_as_days": "30"}

        assert not_passed(proration.outcomes({"fixed_30_day_cases": [told | {"full_price": 10, "expected": 10}]})) == []

    def test_tax_is_taken_of_the_unrounded_amount(self) -> None:
        # 28/31 of 0.49 is 0.442580…: 0.44 net; 50 % of it 0.221290… is 0.22
        told = {"plan_amount_minor": 49, "interval": "month", "tax_percent": 50, "start": "2026-03-01"}
        case = told | {"terminated": "2026-03-03", "expected": {"net_minor": 44, "tax_minor": 22, "total_minor": 66}}

        assert not_passed(proration.outcomes({"invoice_cases": [case]})) == []

    def test_a_wrong_expectation_fails(self) -> None:
        told = {"start": "2026-02-01", "end": "2026-03-01", "bill_cycle_day": 1, "month_counts_as_days": 30}
        case = told | {"full_price": 10, "expected": "9.99"}

        assert len(not_passed(proration.outcomes({"fixed_30_day_cases": [case]}))) == 1
