"""Benefits with pencil and paper (rules: list of categories of a community's social department, 2021; norms of the
Cabinet's decision 409 of 06.08.2014) and against the day-by-day judge.
"""

import dataclasses
import json
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle.benefits import Group, Right, discounts, nearest, taken_off
from oracle.worlds import snapshot_of
from rachun.engine.billing.pipeline import price
from rachun.engine.billing.snapshot import BENEFITS, Priced, SnapshotInvalid
from worked import APRIL, ENERGY, MARCH, fixed, metered, money, tariff, world

LONG_AGO = date(2025, 1, 1)
MONEY = ("net_minor", "tax_minor", "gross_minor")


def benefit(ix: int = 1, person: int = 1, *, household: int = 1, percent: str = "75", **more: Any) -> tuple:
    said = {"norm": None, "mode": "IN_KIND", "start": LONG_AGO, "end": None} | more
    norm = None if said["norm"] is None else int(Decimal(said["norm"]) * 10**6)
    rate = int(Decimal(percent) * 10**6)
    return (ix, 7, person, household, f"C{ix}", rate, norm, said["mode"], "BUDGET", said["start"], said["end"])


def priced(document: dict[str, Any], *benefits: tuple, used: str | None = None, **more: Any) -> Priced:
    made = world((LONG_AGO, document), **more)
    if used is not None:
        made.consumption = [(0, 7, "WATER", MARCH, APRIL, Decimal(used), "MEASURED")]
    frame = pl.DataFrame(list(benefits), schema=dict(BENEFITS), orient="row")
    return price(dataclasses.replace(snapshot_of(made), benefits=frame))


WATER = metered(("WATER", [{"price": "20.00"}]), unit="m3", benefits_apply=True)


def taken(answer: Priced) -> list[int]:
    return answer.charges.filter(pl.col("kind") == "benefit")["net_minor"].to_list()


class TestBenefits:
    def test_discounts_the_share_of_the_covered_person(self) -> None:
        # a combatant (75 %) in a household of 4, 12 m3 × 20.00 = 240.00: a quarter is 60.00, 75 % of it 45.00
        answer = priced(tariff(WATER), benefit(household=4, norm="3.6"), used="12")

        assert taken(answer) == [-4500]

    def test_discounts_only_inside_the_norm(self) -> None:
        # cold water 3.6 m3 a person: of 5 m3 used alone 3.6 × 20.00 = 72.00, 75 % = 54.00
        answer = priced(tariff(WATER), benefit(norm="3.6"), used="5")

        assert taken(answer) == [-5400]

    def test_knows_benefits_without_a_norm(self) -> None:
        # special merits: 100 % without norms
        answer = priced(tariff(WATER), benefit(percent="100"), used="50")

        assert answer.charges["gross_minor"].sum() == 0

    def test_covers_family_members_beside_the_holder(self) -> None:
        # 2 of 3 persons at 50 %: 9 m3 × 20.00 = 180.00 × 2/3 × 50 % = 60.00 on one line
        covered = benefit(1, 1, household=3, percent="50"), benefit(1, 2, household=3, percent="50")

        assert taken(priced(tariff(WATER), *covered, used="9")) == [-6000]

    def test_takes_the_best_benefit_of_a_person_and_never_two(self) -> None:
        answer = priced(tariff(WATER), benefit(1, percent="50"), benefit(2, percent="75"), used="2")

        assert taken(answer) == [-3000]  # 40.00 × 75 %, not 125 %

    def test_follows_the_days_of_the_entitlement(self) -> None:
        # from 22 March: 10 of 31 days; 31 m3 × 20.00 = 620.00 × 10/31 × 50 % = 100.00
        answer = priced(tariff(WATER), benefit(percent="50", start=date(2026, 3, 22)), used="31")

        assert taken(answer) == [-10000]

    def test_shares_a_change_of_household_by_days(self) -> None:
        # alone until 11 March (10 of 31 days), then two: 31.00 × 10/31 × 50 % = 5.00, 31.00 × 21/31 / 2 × 50 % = 5.25
        rows = (
            benefit(percent="50", end=date(2026, 3, 11)),
            benefit(percent="50", household=2, start=date(2026, 3, 11)),
        )

        answer = priced(tariff(fixed("31.00", benefits_apply=True)), *rows)

        assert taken(answer) == [-525, -500]  # the larger first

    def test_thirds_of_a_household_make_a_whole(self) -> None:
        rows = [benefit(n, n, household=3, percent="100") for n in (1, 2, 3)]

        answer = priced(tariff(fixed("10.00", benefits_apply=True)), *rows)

        assert taken(answer) == [-333, -334, -333]

    def test_leaves_other_components_alone(self) -> None:
        assert taken(priced(tariff(fixed("10.00")), benefit())) == []

    def test_leaves_the_bill_whole_when_the_person_is_paid_in_money(self) -> None:
        answer = priced(tariff(WATER), benefit(mode="MONETISED"), benefit(2, percent="50"), used="2")

        assert taken(answer) == []  # the best of the person is the monetised one

    def test_splits_blocks_in_their_proportion(self) -> None:
        # 150: 100 × 0.10 + 50 × 0.20 = 20.00; alone, norm 75 = half of it at 100 %: 10.00
        document = tariff(metered(("WATER", ENERGY), benefits_apply=True))

        assert taken(priced(document, benefit(percent="100", norm="75"), used="150")) == [-1000]

    def test_owes_the_budget_what_the_bill_leaves_out(self) -> None:
        # VAT inside: 40.00 = 33.33 + 6.67; 75 % = 30.00 = 25.00 + 5.00
        document = tariff(WATER, vat="INSIDE")
        made = {"tax_rates": {"STANDARD": Decimal(20)}}

        answer = priced(document, benefit(), used="2", **made)

        assert money(answer) == [(3333, 667, 4000), (-2500, -500, -3000)]
        assert answer.budget.select("payer", "benefit_ix", "component", *MONEY).rows() == [
            ("BUDGET", 1, "energy", 2500, 500, 3000)
        ]

    def test_explains_itself(self) -> None:
        answer = priced(tariff(WATER), benefit(household=4, norm="3.6"), used="20")

        said = json.loads(answer.charges["inputs"][1])
        wanted = {"by": "NORM", "household": 4, "person_days": 31, "norm_micro": 3_600_000, "percent_micro": 75_000_000}
        assert {name: said[name] for name in wanted} == wanted

    @pytest.mark.parametrize("wrong", [{"percent": "101"}, {"household": 0}])
    def test_refuses_a_frame_out_of_range(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(SnapshotInvalid):
            priced(tariff(WATER), benefit(**wrong), used="2")


@st.composite
def rights(draw: st.DrawFn) -> list[tuple]:
    household = draw(st.integers(1, 5))
    rows = []
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.sampled_from([LONG_AGO, MARCH, date(2026, 3, 9), date(2026, 3, 20)]))
        norm = draw(st.sampled_from([None, "3.6", "21", "0.333333", "0"]))
        end = draw(st.sampled_from([None, date(2026, 3, 25), APRIL]))
        how = {"household": household, "percent": draw(st.sampled_from(["25", "50", "75", "100", "33.333333"]))}
        how |= {"norm": norm, "mode": draw(st.sampled_from(["IN_KIND", "IN_KIND", "MONETISED"]))}
        rows.append(benefit(draw(st.integers(1, 3)), draw(st.integers(1, 4)), start=start, end=end, **how))
    return rows


class TestBenefitsAgainstTheJudge:
    @settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        rows=rights(),
        used=st.integers(1, 60 * 10**6).map(lambda n: Decimal(n).scaleb(-6)),
        fee=st.integers(1, 9999),
        cut=st.sampled_from([None, date(2026, 3, 12)]),
        vat=st.sampled_from(["ON_TOP", "INSIDE"]),
        rounding=st.sampled_from(["LINE", "GROUP"]),
    )
    def test_takes_off_what_the_judge_takes_off(  # noqa: PLR0917 (what hypothesis varies)
        self, rows: list[tuple], used: Decimal, fee: int, cut: date | None, vat: str, rounding: str
    ) -> None:
        blocks = [{"upto": "7", "price": "11.37"}, {"price": "19.03"}]
        fee_line = fixed(f"{Decimal(fee).scaleb(-2)}", benefits_apply=True)
        document = tariff(fee_line, metered(("WATER", blocks), benefits_apply=True), vat=vat)
        more = {"tax_rounding": rounding, "agreements": [(7, 3, LONG_AGO, cut)]}
        consumption = [(0, 7, "WATER", MARCH, cut or APRIL, used, "MEASURED")]

        plain = priced(document, consumption=consumption, **more)
        answer = priced(document, *rows, consumption=consumption, **more)

        expected = {
            (group.component, right): amount
            for group in groups_of(plain, vat=vat)
            for right, amount in discounts(group, [right_of(row) for row in rows], 31).items()
        }
        assert discounts_of(answer, vat=vat) == expected
        parts_sum_to_the_whole(answer)


class TestRoundedTogether:
    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        rows=rights(),
        used=st.integers(1, 60 * 10**6).map(lambda n: Decimal(n).scaleb(-6)),
        fee=st.integers(1, 9999),
        cut=st.sampled_from([None, date(2026, 3, 12)]),
        vat=st.sampled_from(["ON_TOP", "INSIDE"]),
        scope=st.sampled_from(["GROUP", "BILL"]),
    )
    def test_a_bill_with_discounts_is_its_exact_sum_rounded_once(  # noqa: PLR0917 (what hypothesis varies)
        self, rows: list[tuple], used: Decimal, fee: int, cut: date | None, vat: str, scope: str
    ) -> None:
        """The lines are those of a bill that rounds each, but for the largest, which takes what the sum differs by."""
        blocks = [{"upto": "7", "price": "11.37"}, {"price": "19.03333"}]
        fee_line = fixed(f"{Decimal(fee).scaleb(-2)}", benefits_apply=True)
        document = tariff(fee_line, metered(("WATER", blocks), benefits_apply=True), vat=vat)
        more = {"agreements": [(7, 3, LONG_AGO, cut)]}
        consumption = [(0, 7, "WATER", MARCH, cut or APRIL, used, "MEASURED")]
        plain, alone, together = (
            priced(document, *given, consumption=consumption, **more, net_rounding=rounding)
            for given, rounding in (((), "LINE"), (rows, "LINE"), (rows, scope))
        )

        exact = sum((exact_of(line) for line in plain.charges.iter_rows(named=True)), Fraction(0))
        for group in groups_of(plain, vat=vat):
            exact -= sum((one.exact for one in taken_off(group, [right_of(row) for row in rows], 31)), Fraction(0))
        amounts = amounts_of(alone, vat=vat)
        largest = max(range(len(amounts)), key=lambda place: (abs(amounts[place]), -place))
        amounts[largest] += nearest(exact) - sum(amounts)
        assert amounts_of(together, vat=vat) == amounts
        parts_sum_to_the_whole(together)


def amounts_of(answer: Priced, *, vat: str) -> list[int]:
    return answer.charges["gross_minor" if vat == "INSIDE" else "net_minor"].to_list()


def exact_of(line: dict[str, Any]) -> Fraction:
    """Quantity × price in minor units; a fee by the days of March."""
    worth = Fraction(line["quantity_micro"], 10**6) * Fraction(line["unit_price_e8"], 10**8) * 100
    return worth * (line["service_to"] - line["service_from"]).days / 31 if line["kind"] == "fixed" else worth


def parts_sum_to_the_whole(answer: Priced) -> None:
    discounted = answer.charges.filter(pl.col("kind") == "benefit")
    for name in MONEY:
        assert answer.budget[name].sum() == -discounted[name].sum()
        whole = answer.charges.filter(pl.col("kind") != "benefit")[name].sum()
        assert answer.charges[name].sum() + answer.budget[name].sum() == whole
    assert discounted["net_minor"].sum() <= 0


def discounts_of(answer: Priced, *, vat: str) -> dict[tuple[str, int], int]:
    found: dict[tuple[str, int], int] = {}
    amount = "gross_minor" if vat == "INSIDE" else "net_minor"
    for line in answer.charges.filter(pl.col("kind") == "benefit").iter_rows(named=True):
        key = (line["component"], json.loads(line["inputs"])["benefit_ix"])
        found[key] = found.get(key, 0) - line[amount]
    return found


def groups_of(plain: Priced, *, vat: str) -> list[Group]:
    amount = "gross_minor" if vat == "INSIDE" else "net_minor"
    sums: dict[tuple, list[Any]] = {}
    for line in plain.charges.iter_rows(named=True):
        key = (
            line["agreement_ix"],
            line["component"],
            line["kind"] == "fixed",
            line["service_from"],
            line["service_to"],
        )
        total = sums.setdefault(key, [0, Fraction(0)])
        total[0] += line[amount]
        total[1] += Fraction(line["quantity_micro"], 10**6)
    return [Group(*key, *total) for key, total in sums.items() if total[0] > 0]


def right_of(row: tuple) -> Right:
    ix, agreement, person, household, _, percent, norm, mode, _, start, end = row
    fractions = Fraction(percent, 10**8), None if norm is None else Fraction(norm, 10**6)
    return Right(
        ix, agreement, person, household, *fractions, mode == "IN_KIND", start, end or APRIL + timedelta(days=99)
    )
