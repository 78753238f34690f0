"""A benefit is a percent of what the household pays: beside an allowance, a cap, a rebate; worked by hand.

The rule of the register (ukraine.md §4): the discount applies to the covered persons' share of the consumption that is
paid for, inside the norm. What nobody pays, no budget gives back.
"""

import dataclasses
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle.worlds import snapshot_of
from rachun.engine.billing.pipeline import price
from rachun.engine.billing.snapshot import BENEFITS, Priced
from worked import APRIL, MARCH, metered, tariff, world

LONG_AGO = date(2025, 1, 1)
CALM: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}
WATER = metered(("WATER", [{"upto": "5", "price": "10.00"}, {"price": "20.00"}]), unit="m3", benefits_apply=True)


def beside(kind: str, **more: Any) -> dict[str, Any]:
    return {"code": "other", "kind": kind, "of": ["energy"], "posting_code": "REV", **more}


def bill(
    *components: dict[str, Any], used: str, percent: str = "75", norm: str | None = None, household: int = 1
) -> Priced:
    made = world((LONG_AGO, tariff(WATER, *components)))
    made.consumption = [(0, 7, "WATER", MARCH, APRIL, Decimal(used), "MEASURED")]
    millionths = None if norm is None else int(Decimal(norm) * 10**6)
    rate = int(Decimal(percent) * 10**6)
    rights = [
        (1, 7, n, household, "C", rate, millionths, "IN_KIND", "BUDGET", LONG_AGO, None) for n in range(household)
    ]
    frame = pl.DataFrame(rights, schema=dict(BENEFITS), orient="row")
    return price(dataclasses.replace(snapshot_of(made), benefits=frame))


def nets(answer: Priced) -> dict[str, int]:
    sums = answer.charges.group_by("kind").agg(pl.col("net_minor").sum())
    return dict(sums.rows())


class TestABenefit:
    def test_discounts_the_units_that_an_allowance_leaves_to_pay(self) -> None:
        # 8 m3: 5 × 10.00 + 3 × 20.00 = 110.00; 5 included: 50.00 off; 75 % of the 60.00 to pay = 45.00
        answer = bill(beside("allowance", quantity="5", unit="m3"), used="8")

        assert nets(answer) == {"metered": 11000, "allowance": -5000, "benefit": -4500}

    def test_counts_the_norm_in_units_to_pay(self) -> None:
        # 3 m3 to pay at 20.00, norm 2: 75 % × 40.00 = 30.00
        answer = bill(beside("allowance", quantity="5", unit="m3"), used="8", norm="2")

        assert nets(answer)["benefit"] == -3000

    def test_takes_nothing_off_what_an_allowance_covers_whole(self) -> None:
        answer = bill(beside("allowance", quantity="50", unit="m3"), used="8")

        assert nets(answer) == {"metered": 11000, "allowance": -11000}

    def test_discounts_what_a_cap_leaves_to_pay(self) -> None:
        # 110.00 capped at 60.00: 75 % of it
        answer = bill(beside("cap", amount="60.00"), used="8")

        assert nets(answer) == {"metered": 11000, "cap": -5000, "benefit": -4500}

    def test_discounts_what_a_rebate_leaves_to_pay(self) -> None:
        # 10 % off 110.00; 100 % of the other 99.00
        answer = bill(beside("percentage", percent="-10"), used="8", percent="100")

        assert nets(answer) == {"metered": 11000, "percentage": -1100, "benefit": -9900}

    def test_leaves_a_surcharge_whole(self) -> None:
        answer = bill(beside("percentage", percent="10"), used="8", percent="100")

        assert nets(answer) == {"metered": 11000, "percentage": 1100, "benefit": -11000}

    def test_follows_an_allowance_a_rebate_and_a_cap_in_their_order(self) -> None:
        # 110.00 less 5 m3 (50.00) = 60.00; less 10 % = 54.00; capped at 40.00: 75 % = 30.00
        free = beside("allowance", code="free", quantity="5", unit="m3")
        less = beside("percentage", code="less", percent="-10", of=["energy", "free"])
        lid = beside("cap", code="lid", amount="40.00", of=["energy", "free", "less"])

        answer = bill(free, less, lid, used="8")

        assert nets(answer) == {
            "metered": 11000,
            "allowance": -5000,
            "percentage": -600,
            "cap": -1400,
            "benefit": -3000,
        }

    @settings(max_examples=60, **CALM)
    @given(
        used=st.integers(1, 40 * 10**6).map(lambda n: f"{Decimal(n).scaleb(-6)}"),
        included=st.integers(1, 30),
        limit=st.integers(1, 90_000).map(lambda n: f"{Decimal(n).scaleb(-2)}"),
        rebate=st.sampled_from(["-10", "-33.333333", "-99"]),
        percent=st.sampled_from(["25", "50", "100", "33.333333"]),
        norm=st.sampled_from([None, "3.6", "0.5"]),
        household=st.integers(1, 4),
    )
    def test_never_makes_a_bill_negative(  # noqa: PLR0917 (what hypothesis varies)
        self, used: str, included: int, limit: str, rebate: str, percent: str, norm: str | None, household: int
    ) -> None:
        free = beside("allowance", code="free", quantity=str(included), unit="m3")
        less = beside("percentage", code="less", percent=rebate, of=["energy", "free"])
        lid = beside("cap", code="lid", amount=limit, of=["energy", "free", "less"])

        answer = bill(free, less, lid, used=used, percent=percent, norm=norm, household=household)

        assert answer.refusals.is_empty()
        assert answer.charges["net_minor"].sum() >= 0
        assert answer.budget["net_minor"].sum() == -nets(answer).get("benefit", 0)
