"""Neutral cases of calls, data and messages: other people's, and what their parameters can be combined to."""

import json
from typing import Any

from tests.samples import needs_samples, sample_bytes
from tools.price_cases import telecom
from tools.price_cases.outcome import Outcome, Verdict

WORKDAYS = [1, 2, 3, 4, 5]


def document(*cases: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """A plan P of one row to ANY at 1 a minute by the second, unless `parts` say otherwise."""
    plain = {"from_s": 0, "connect_fee": "0", "rate": "1", "rate_unit": 60, "increment": 1}
    row = {"destination": "ANY", "rate": "R", "timing": "ALWAYS", "weight": 10, "round": "half_up", "decimals": 4}
    return {
        "destinations": {"ANY": [""], "MOBILE": ["067"]},
        "timings": {"ALWAYS": {"start": "00:00:00"}},
        "rates": {"R": [plain | parts.get("rate", {})], **parts.get("rates", {})},
        "plans": {"P": [row | parts.get("row", {}), *({**row, **more} for more in parts.get("rows", []))]},
        "cases": [case("C", **one) for one in cases],
        **{name: parts[name] for name in ("timings", "prepaid_cases") if name in parts},
    }


def case(name: str, **told: Any) -> dict[str, Any]:
    asked = {"id": name, "plan": "P", "destination": "0671112233", "start": "2026-03-02T10:00:00", "unit": "s"}
    return {**asked, **told}


def outcomes(told: dict[str, Any]) -> list[Outcome]:
    assert telecom.recognises(told)
    return list(telecom.outcomes(told))


def assert_passes(told: dict[str, Any]) -> None:
    assert [one.detail for one in outcomes(told) if one.verdict is not Verdict.PASSED] == []


class TestTelecomCases:
    @needs_samples
    def test_all_pass_but_the_prepaid_ones(self) -> None:
        found = outcomes(json.loads(sample_bytes("pricing/telecom_rating_cases.json")))

        assert {one.case_id: one.detail for one in found if one.verdict is Verdict.FAILED} == {}
        assert {one.detail for one in found if one.verdict is Verdict.SKIPPED} == {"prepaid: we bill after use"}

    def test_does_not_cut_a_repeating_fraction(self) -> None:
        assert_passes(document({"usage": 60, "expected_cost": "0.1"}, rate={"rate": "0.1"}, row={"round": "up"}))

    def test_rounds_as_the_row_says(self) -> None:
        # 3 s at 0.05 a minute = 0.0025
        for mode, cost in (("up", "0.003"), ("half_up", "0.003"), ("half_even", "0.002"), ("down", "0.002")):
            assert_passes(
                document({"usage": 3, "expected_cost": cost}, rate={"rate": "0.05"}, row={"round": mode, "decimals": 3})
            )

    def test_counts_rate_groups_by_what_is_consumed(self) -> None:
        # 45 + 45 at 1 a second reach 90; then 2 × 10 at 0.5
        groups = [
            {"from_s": 0, "connect_fee": "0.2", "rate": "1", "rate_unit": 1, "increment": 45},
            {"from_s": 60, "connect_fee": "9", "rate": "0.5", "rate_unit": 1, "increment": 10},
        ]

        told = {"usage": 101, "expected_cost": "100.2", "expected_connect_fee": "0.2"}

        assert_passes(document(told, rates={"R": groups}))

    def test_lets_the_heavier_row_stand_and_then_the_later(self) -> None:
        timings = {
            "ALWAYS": {"start": "00:00:00"},
            "EVENING": {"weekdays": WORKDAYS, "start": "18:00:00"},
            "FEAST": {"months": [3], "monthdays": [8], "start": "00:00:00"},
        }
        rates = {
            name: [{"from_s": 0, "connect_fee": "0", "rate": price, "rate_unit": 60, "increment": 1}]
            for name, price in (("HALF", "0.5"), ("FREE", "0"))
        }
        rows = [
            {"timing": "EVENING", "rate": "HALF"},
            {"timing": "FEAST", "rate": "FREE", "weight": 20},
        ]

        assert_passes(
            document(
                {"start": "2026-03-06T17:59:00", "usage": 120, "expected_cost": "1.5"},
                {"start": "2026-03-08T19:00:00", "usage": 60, "expected_cost": "0"},
                {"start": "2026-03-07T23:59:30", "usage": 60, "expected_cost": "0.5"},
                timings=timings,
                rates=rates,
                rows=rows,
            )
        )

    def test_caps_only_what_is_free_beyond(self) -> None:
        for strategy, cost in (("free", "2.5"), ("disconnect", "10"), (None, "10")):
            assert_passes(
                document({"usage": 600, "expected_cost": cost}, row={"max_cost": "2.5", "max_cost_strategy": strategy})
            )

    def test_does_not_move_the_clock_by_bytes(self) -> None:
        timings = {"ALWAYS": {"start": "00:00:00"}, "LATE": {"start": "10:00:05"}}
        rates = {"DEAR": [{"from_s": 0, "connect_fee": "0", "rate": "9", "rate_unit": 1, "increment": 1}]}

        assert_passes(
            document(
                {"usage": 600, "unit": "bytes", "expected_cost": "10"},
                timings=timings,
                rates=rates,
                rows=[{"timing": "LATE", "rate": "DEAR"}],
            )
        )

    def test_never_takes_a_missing_rate_for_zero(self) -> None:
        abroad = {"destination": "49301112233", "usage": 0, "expected_cost": "UNRATED"}

        assert_passes(document(abroad, row={"destination": "MOBILE"}))

    def test_fails_on_a_cost_that_differs(self) -> None:
        [one] = outcomes(document({"usage": 60, "expected_cost": "1.0001"}))

        assert (one.verdict, one.detail) == (Verdict.FAILED, "expected_cost: expected 1.0001, came 1")

    def test_fails_on_a_plan_it_cannot_translate(self) -> None:
        [one] = outcomes(document({"usage": 60, "expected_cost": "1"}, row={"round": "sideways"}))

        assert one.verdict is Verdict.FAILED
        assert "unknown rounding" in one.detail
