"""An estimate that a reading takes back, on a bill with a minimum, a cap or included units; worked by hand.

February was billed at 100 kWh by estimate, at 1.00; the reading says 20 for February and 30 for March.
"""

import dataclasses
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle.worlds import frame, micro, snapshot_of
from rachun.engine.billing.pipeline import price
from rachun.engine.billing.snapshot import BENEFITS, CONSUMPTION, PAST_LINES, Priced, Snapshot
from rachun.engine.explain.columns import lines_of
from rachun.engine.explain.facts import Derivation, PriceSource
from rachun.engine.explain.registry import explain_bill
from rachun.engine.tariffs.components import Rounding
from worked import APRIL, MARCH, fixed, metered, tariff, world

LONG_AGO, FEBRUARY = date(2025, 1, 1), date(2026, 2, 1)
CALM: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}
FEE = fixed("2.00")
ENERGY = metered(("VT", [{"price": "1.00"}]))
RELIEVED = ENERGY | {"benefits_apply": True}
HALF = pl.DataFrame(
    [(1, 7, 1, 1, "C", 50 * 10**6, None, "IN_KIND", "BUDGET", LONG_AGO, None)], schema=dict(BENEFITS), orient="row"
)


def beside(kind: str, **more: Any) -> dict[str, Any]:
    return {"code": "other", "kind": kind, "of": ["energy"], "posting_code": "REV", **more}


def billed_then(answer: Priced) -> pl.DataFrame:
    """PAST_LINES of February's bill."""
    return billed_in(answer, FEBRUARY, MARCH)


def billed_in(answer: Priced, start: date, end: date) -> pl.DataFrame:
    own = answer.charges.filter(~pl.col("kind").is_in(["minimum", "cap", "percentage"]))
    bill = {"bill_from": pl.lit(start), "bill_to": pl.lit(end)}
    return own.with_columns(amount_minor=pl.col("net_minor"), **bill).select(PAST_LINES.keys())


def of_february(*components: dict[str, Any], quantity: str, basis: str, **told: Any) -> Priced:
    made = world((LONG_AGO, tariff(FEE, told.pop("energy", ENERGY), *components)))
    made.start, made.end = FEBRUARY, MARCH
    made.consumption = [(0, 7, "VT", FEBRUARY, MARCH, Decimal(quantity), basis)]
    return price(dataclasses.replace(snapshot_of(made), **told))


def bill(*components: dict[str, Any], **told: Any) -> Priced:
    return price(of_march(*components, **told))


def of_march(
    *components: dict[str, Any],
    estimated: str = "100",
    february: str = "20",
    march: str = "30",
    knows: bool = True,
    energy: dict[str, Any] = ENERGY,
    **told: Any,
) -> Snapshot:
    """March's bill, which takes February's estimate back. knows: whether it is told what February's bill holds."""
    made = world((LONG_AGO, tariff(FEE, energy, *components)))
    made.consumption = [
        (0, 7, "VT", FEBRUARY, MARCH, Decimal(february), "MEASURED"),
        (1, 7, "VT", MARCH, APRIL, Decimal(march), "MEASURED"),
    ]
    back = frame([(2, 7, "VT", FEBRUARY, MARCH, micro(Decimal(estimated)), "ESTIMATED")], CONSUMPTION)
    snapshot = dataclasses.replace(snapshot_of(made), reversed_consumption=back, **told)
    if knows:
        then = of_february(*components, quantity=estimated, basis="ESTIMATED", energy=energy, **told)
        snapshot = dataclasses.replace(snapshot, past_lines=billed_then(then), allowances=then.allowances)
    return snapshot


def net(answer: Priced, kind: str) -> int:
    return answer.charges.filter(pl.col("kind") == kind)["net_minor"].sum()


def by_month(answer: Priced, kind: str) -> list[tuple[date, int]]:
    lines = answer.charges.filter(pl.col("kind") == kind)
    return sorted(lines.select("service_from", "net_minor").rows())


class TestATrueUp:
    def test_gives_back_the_minimum_that_the_reading_reaches(self) -> None:
        # February: 10.00 topped up to 25.00 by 15.00; it was 40.00. March: 10.00 topped up by 15.00
        answer = bill(beside("minimum", amount="25.00"), estimated="10", february="40", march="10")

        assert net(answer, "metered") == 4000 - 1000 + 1000
        assert by_month(answer, "minimum") == [(FEBRUARY, -1500), (MARCH, 1500)]

    def test_tops_up_the_month_that_the_reading_empties(self) -> None:
        # February: 100.00 was above 25.00; it was 20.00, so 5.00 are due. March's 30.00 are above
        answer = bill(beside("minimum", amount="25.00"))

        assert (net(answer, "metered"), by_month(answer, "minimum")) == (2000 - 10000 + 3000, [(FEBRUARY, 500)])

    def test_gives_back_the_minimum_of_a_month_that_was_estimated_at_nothing(self) -> None:
        # February: nothing, topped up by 25.00; it was 40.00. March: 10.00 topped up by 15.00
        answer = bill(beside("minimum", amount="25.00"), estimated="0", february="40", march="10")

        assert net(answer, "metered") == 4000 + 1000
        assert by_month(answer, "minimum") == [(FEBRUARY, -2500), (MARCH, 1500)]

    def test_caps_each_month_by_itself(self) -> None:
        # February: 100.00 capped by -60.00; 150.00 are capped by -110.00. March's 30.00 are below 40.00
        answer = bill(beside("cap", amount="40.00"), february="150")

        assert by_month(answer, "cap") == [(FEBRUARY, -11000), (FEBRUARY, 6000)]

    def test_takes_a_cap_back_that_was_never_reached(self) -> None:
        # February: 100.00 capped by -60.00; it was 20.00: 80.00 less use, 60.00 less cap
        answer = bill(beside("cap", amount="40.00"))

        assert (net(answer, "metered") - 3000, by_month(answer, "cap")) == (-8000, [(FEBRUARY, 6000)])

    def test_gives_each_month_its_own_included_units(self) -> None:
        # February: 25 of 100 were free; of 20 all are. March: 25 of 30
        answer = bill(beside("allowance", quantity="25", unit="kWh"))

        assert by_month(answer, "allowance") == [(FEBRUARY, -2000), (FEBRUARY, 2500), (MARCH, -2500)]

    def test_is_explained(self) -> None:
        derived = derivations_of_priced(bill(beside("cap", amount="40.00"), february="150"))

        caps = [one for one in derived if one.line.kind == "cap"]
        assert [(one.steps[0].code, one.agrees) for one in caps] == [
            ("LIMIT_DONE_AGAIN", True),
            ("LIMIT_TAKEN_BACK", True),
        ]
        assert all(one.agrees for one in derived)

    @pytest.mark.parametrize("kind", ["minimum", "cap"])
    def test_is_refused_where_nobody_knows_what_the_month_held(self, kind: str) -> None:
        answer = bill(beside(kind, amount="25.00"), knows=False)

        assert answer.refusals["code"].unique().to_list() == ["TRUE_UP_NOT_DERIVED"]

    def test_carries_over_what_the_reading_leaves_of_included_units(self) -> None:
        # February: all 25 were free; of 20 all are, and 5 live on. March: 30 of 30 are free instead of 25
        answer = bill(beside("allowance", quantity="25", unit="kWh", rollover_periods=1))

        assert by_month(answer, "allowance") == [(FEBRUARY, -2000), (FEBRUARY, 2500), (MARCH, -3000)]
        assert answer.allowances.is_empty()

    def test_takes_back_what_an_estimate_left_over(self) -> None:
        # February: 15 of 25 were left; it used 30. March: 25 of 60 are free, not 40
        answer = bill(
            beside("allowance", quantity="25", unit="kWh", rollover_periods=1),
            estimated="10",
            february="30",
            march="60",
        )

        assert by_month(answer, "allowance") == [(FEBRUARY, -2500), (FEBRUARY, 1000), (MARCH, -2500)]

    def test_is_refused_where_the_months_do_not_lead_to_the_units_of_this_bill(self) -> None:
        found = of_march(beside("allowance", quantity="25", unit="kWh", rollover_periods=1), estimated="10")

        answer = price(dataclasses.replace(found, allowances=found.allowances.clear()))

        assert answer.refusals["code"].to_list() == ["TRUE_UP_UNDER_ROLLOVER"]

    @pytest.mark.parametrize(("february", "again"), [("20", -1000), ("150", -7500)])
    def test_takes_the_benefit_anew_of_what_was_used(self, february: str, again: int) -> None:
        # Half of 100.00 was given; half of what was used is due. March: half of 30.00
        answer = bill(energy=RELIEVED, benefits=HALF, february=february)

        assert by_month(answer, "benefit") == sorted([(FEBRUARY, 5000), (FEBRUARY, again), (MARCH, -1500)])
        assert answer.budget["net_minor"].sum() == -5000 - again + 1500

    def test_counts_the_norm_of_a_benefit_over_the_whole_month(self) -> None:
        # Inside 40 kWh half is given: 20.00 of 100 and of 150 alike, so February's stays; 15.00 of March's 30
        norm = HALF.with_columns(norm_micro=pl.lit(40 * 10**6, pl.Int64))

        answer = bill(energy=RELIEVED, benefits=norm, february="150")

        assert by_month(answer, "benefit") == [(MARCH, -1500)]

    def test_gives_a_benefit_of_what_the_cap_leaves(self) -> None:
        # February: 40.00 of 100.00 were left to pay, of 20.00 all is. Half of it: 20.00 then, 10.00 now
        answer = bill(beside("cap", amount="40.00"), energy=RELIEVED, benefits=HALF)

        assert by_month(answer, "cap") == [(FEBRUARY, 6000)]
        assert by_month(answer, "benefit") == [(FEBRUARY, -1000), (FEBRUARY, 2000), (MARCH, -1500)]

    def test_is_refused_where_the_benefit_was_not_known_to_the_bill(self) -> None:
        found = of_march(energy=RELIEVED)

        answer = price(dataclasses.replace(found, benefits=HALF))

        assert answer.refusals["code"].unique().to_list() == ["TRUE_UP_NOT_DERIVED"]

    def test_of_a_benefit_is_explained(self) -> None:
        derived = derivations_of_priced(bill(energy=RELIEVED, benefits=HALF))

        assert all(one.agrees for one in derived)
        told = [one.steps[0].code for one in derived if one.line.kind == "benefit"]
        assert sorted(told)[:2] == ["LIMIT_DONE_AGAIN", "LIMIT_TAKEN_BACK"]

    def test_asks_for_nothing_where_no_limit_looks_at_what_is_corrected(self) -> None:
        answer = bill(beside("cap", of=["fee"], amount="1.00"), knows=False)

        assert answer.refusals.is_empty()
        assert net(answer, "metered") == 2000 - 10000 + 3000

    @settings(max_examples=40, **CALM)
    @given(
        quantities=st.tuples(*[st.integers(0, 300)] * 3),
        least=st.integers(1, 90),
        most=st.integers(60, 200),
        included=st.integers(1, 90),
        percent=st.sampled_from(["10", "-7.5"]),
        of=st.sampled_from([["energy"], ["fee", "energy"], ["fee", "energy", "free"]]),
    )
    def test_makes_the_months_cost_what_they_would_have_cost_with_the_reading(
        self,
        *,
        quantities: tuple[int, int, int],
        least: int,
        most: int,
        included: int,
        percent: str,
        of: list[str],
    ) -> None:
        """February as estimated, and March with the correction, come to February and March as they were."""
        free = beside("allowance", code="free", quantity=str(included), unit="kWh")
        levy = beside("percentage", code="levy", of=of, percent=percent)
        floor = beside("minimum", code="floor", of=[*of, "levy"], amount=str(least))
        lid = beside("cap", code="lid", of=[*of, "floor"], amount=str(most))
        limits = (free, levy, floor, lid)
        estimated, february, march = map(str, quantities)

        corrected = bill(*limits, estimated=estimated, february=february, march=march)

        whole = bill(*limits, estimated=february, february=february, march=march)
        then, known = (
            of_february(*limits, quantity=one, basis=basis)
            for one, basis in ((estimated, "ESTIMATED"), (february, "MEASURED"))
        )
        assert sum_of(then) + sum_of(corrected) == sum_of(known) + sum_of(whole)


APRIL_ENDS = date(2026, 5, 1)
MONTHS = ((FEBRUARY, MARCH), (MARCH, APRIL), (APRIL, APRIL_ENDS))


def three_bills(
    *components: dict[str, Any], energy: dict[str, Any], used: Sequence[int], estimated: int
) -> list[Priced]:
    """February by estimate, March by reading, April with the reading that disproves February's."""
    bills: list[Priced] = []
    past = [pl.DataFrame(schema=dict(PAST_LINES))]
    for place, (start, end) in enumerate(MONTHS):
        made = world((LONG_AGO, tariff(FEE, energy, *components)))
        made.start, made.end = start, end
        quantity = estimated if place == 0 else used[place]
        rows = [(0, 7, "VT", start, end, Decimal(quantity), "MEASURED")]
        more: dict[str, Any] = {"benefits": HALF.with_columns(norm_micro=pl.lit(60 * 10**6, pl.Int64))}
        if place == len(MONTHS) - 1 and estimated != used[0]:
            rows.append((1, 7, "VT", *MONTHS[0], Decimal(used[0]), "MEASURED"))
            back = [(2, 7, "VT", *MONTHS[0], micro(Decimal(estimated)), "MEASURED")]
            more |= {"reversed_consumption": frame(back, CONSUMPTION), "past_lines": pl.concat(past)}
        made.consumption = rows
        if bills:
            more["allowances"] = bills[-1].allowances
        bills.append(price(dataclasses.replace(snapshot_of(made), **more)))
        past.append(billed_in(bills[-1], start, end))
    return bills


class TestThreeMonths:
    @settings(max_examples=15, **CALM)
    @given(
        used=st.tuples(*[st.integers(0, 200)] * 3),
        estimated=st.integers(0, 200),
        included=st.integers(1, 90),
        lives_on=st.integers(0, 3),
        most=st.integers(40, 150),
        relieved=st.booleans(),
    )
    def test_cost_what_they_would_have_cost_with_the_reading(  # house: argument-count -- drawn one by one
        self, *, used: tuple[int, int, int], estimated: int, included: int, lives_on: int, most: int, relieved: bool
    ) -> None:
        free = beside("allowance", code="free", quantity=str(included), unit="kWh", rollover_periods=lives_on)
        lid = beside("cap", code="lid", of=["energy", "free"], amount=str(most))
        terms: dict[str, Any] = {"energy": RELIEVED if relieved else ENERGY}

        corrected = three_bills(free, lid, used=used, estimated=estimated, **terms)
        known = three_bills(free, lid, used=used, estimated=used[0], **terms)

        assert corrected[-1].allowances.equals(known[-1].allowances)
        # March's own bill had the units that the estimate left it; only what April charges makes up for that.
        assert sum(map(sum_of, corrected)) == sum(map(sum_of, known))


def sum_of(answer: Priced) -> int:
    assert answer.refusals.is_empty()
    return answer.charges["net_minor"].sum()


def derivations_of_priced(answer: Priced) -> Sequence[Derivation]:
    source = PriceSource(plan="P", valid_from=LONG_AGO, approved_by="", source_document="", rounding=Rounding.HALF_UP)
    return explain_bill(
        lines=lines_of(charges=answer.charges, source_of=lambda _: source, currency="BAM"), tax_rounding="LINE"
    )
