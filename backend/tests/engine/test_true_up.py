"""An estimate that a reading disproves: worked by hand, and held against the day-by-day judge."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle.pricing import World, judge
from oracle.worlds import frame, micro, snapshot_of
from rachun.engine.billing.pipeline import price
from rachun.engine.billing.snapshot import CONSUMPTION, Priced
from worked import ENERGY, metered, tariff, world

JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in (1, 2, 3, 4))
CALM: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}
Row = tuple[date, date, str, str]


def with_rows(made: World, *, now: list[Row], then: list[Row]) -> Priced:
    """Price what is known now and take back what was billed then. Rows: from, to, quantity, basis."""
    made.consumption = rows(now)
    reversed_rows = [(*r[:5], micro(r[5]), r[6]) for r in rows(then)]
    snapshot = replace(snapshot_of(made), reversed_consumption=frame(reversed_rows, CONSUMPTION))
    return price(snapshot)


def rows(told: list[Row]) -> list[tuple]:
    return [
        (ix, 7, "T1", start, end, Decimal(quantity), basis) for ix, (start, end, quantity, basis) in enumerate(told)
    ]


def lines(answer: Priced) -> list[tuple]:
    names = ("version_ix", "service_from", "service_to", "block_no", "quantity_micro", "net_minor", "basis")
    return [
        (version, str(start)[5:], str(end)[5:], block, Decimal(quantity).scaleb(-6), net, basis)
        for version, start, end, block, quantity, net, basis in answer.charges.select(names).rows()
    ]


class TestATrueUp:
    def test_gives_each_month_its_share_and_takes_the_estimates_back(self) -> None:
        """January was estimated at 62 and February at 28; the reading says 177 for the 59 days and March: 90 days.

        177 over 90 days falls as 60.966666 on 31 days, 55.066667 on 28 and 60.966667 on 31 (cumulative floors).
        """
        made = world((date(2025, 1, 1), tariff(metered(("T1", [{"price": "1.00"}])))))
        now: list[Row] = [(JANUARY, APRIL, "177", "MEASURED")]
        then: list[Row] = [(JANUARY, FEBRUARY, "62", "ESTIMATED"), (FEBRUARY, MARCH, "28", "ESTIMATED")]

        answer = with_rows(made, now=now, then=then)

        assert sorted(lines(answer)) == sorted(
            [
                (0, "01-01", "02-01", 1, Decimal("60.966666"), 6097, "MEASURED"),
                (0, "01-01", "02-01", 1, Decimal(-62), -6200, "ESTIMATED"),
                (0, "02-01", "03-01", 1, Decimal("55.066667"), 5507, "MEASURED"),
                (0, "02-01", "03-01", 1, Decimal(-28), -2800, "ESTIMATED"),
                (0, "03-01", "04-01", 1, Decimal("60.966667"), 6097, "MEASURED"),
            ]
        )

    def test_prices_the_difference_in_the_block_where_it_belongs(self) -> None:
        """100 units at 0.10, what is above at 0.20. February: 90 was billed (9.00), 150 was used (10.00 + 10.00)."""
        made = world((date(2025, 1, 1), tariff(metered(("T1", ENERGY)))))
        now: list[Row] = [(FEBRUARY, MARCH, "150", "MEASURED"), (MARCH, APRIL, "0", "MEASURED")]

        answer = with_rows(made, now=now, then=[(FEBRUARY, MARCH, "90", "ESTIMATED")])

        assert answer.charges["net_minor"].sum() == 2000 - 900

    def test_takes_each_version_for_its_own_days(self) -> None:
        """0.10 to 15 February, 0.30 from then: 14 + 14 days. 28 billed, 56 used: the difference is 1.40 + 4.20."""
        cheap, dear = (tariff(metered(("T1", [{"price": p}]))) for p in ("0.10", "0.30"))
        made = world((date(2025, 1, 1), cheap), (date(2026, 2, 15), dear))
        now: list[Row] = [(FEBRUARY, MARCH, "56", "MEASURED"), (MARCH, APRIL, "0", "MEASURED")]

        answer = with_rows(made, now=now, then=[(FEBRUARY, MARCH, "28", "ESTIMATED")])

        by_version = answer.charges.group_by("version_ix").agg("net_minor").sort("version_ix")
        assert [sum(nets) for nets in by_version["net_minor"]] == [140, 420]

    def test_leaves_out_what_both_sides_say(self) -> None:
        """The measured part before the estimate comes again only to fill its window's blocks; what is equal goes."""
        made = world((date(2025, 1, 1), tariff(metered(("T1", [{"price": "1.00"}])))))
        measured: Row = (JANUARY, FEBRUARY, "40", "MEASURED")
        now: list[Row] = [measured, (FEBRUARY, MARCH, "30", "MEASURED"), (MARCH, APRIL, "5", "MEASURED")]

        answer = with_rows(made, now=now, then=[measured, (FEBRUARY, MARCH, "31", "ESTIMATED")])

        assert [line[1:6] for line in lines(answer)] == [
            ("02-01", "03-01", 1, Decimal(30), 3000),
            ("02-01", "03-01", 1, Decimal(-31), -3100),
            ("03-01", "04-01", 1, Decimal(5), 500),
        ]

    def test_may_make_a_credit_when_the_estimates_were_too_high(self) -> None:
        made = world((date(2025, 1, 1), tariff(metered(("T1", [{"price": "1.00"}])))))

        answer = with_rows(made, now=[(FEBRUARY, APRIL, "0", "MEASURED")], then=[(FEBRUARY, MARCH, "31", "ESTIMATED")])

        assert (answer.charges["net_minor"].sum(), answer.charges["tax_minor"].sum()) == (-3100, -527)
        assert answer.refusals.is_empty()


amounts = st.decimals(0, 900, places=3).map(str)


class TestAgainstTheJudge:
    @settings(max_examples=120, **CALM)
    @given(
        estimates=st.tuples(amounts, amounts),
        used=amounts,
        bounds=st.tuples(st.integers(1, 80), st.integers(81, 300)),
        prices=st.lists(st.decimals(0, 3, places=4).map(str), min_size=6, max_size=6),
        changed=st.dates(date(2026, 1, 2), date(2026, 3, 30)),
        prorates=st.booleans(),
        to_even=st.sampled_from(["HALF_UP", "HALF_EVEN"]),
    )
    def test_two_estimated_bills_and_the_true_up_sum_to_the_reading_billed_whole(
        self,
        *,
        estimates: tuple[str, str],
        used: str,
        bounds: tuple[int, int],
        prices: list[str],
        changed: date,
        prorates: bool,
        to_even: str,
    ) -> None:
        made = self.town(bounds=bounds, prices=prices, changed=changed, prorates=prorates, rounding=to_even)
        then: list[Row] = [(JANUARY, FEBRUARY, estimates[0], "ESTIMATED"), (FEBRUARY, MARCH, estimates[1], "ESTIMATED")]

        third = with_rows(made, now=[(JANUARY, APRIL, used, "MEASURED")], then=then)

        billed = sum(judged(replace(made, start=row[0], end=row[1]), [row]) for row in then)
        whole = judged(made, [(JANUARY, APRIL, used, "MEASURED")])
        assert billed + Decimal(third.charges["net_minor"].sum()).scaleb(-2) == whole
        quantities = Decimal(third.charges["quantity_micro"].sum()).scaleb(-6)
        assert quantities + Decimal(estimates[0]) + Decimal(estimates[1]) == Decimal(used)

    @staticmethod
    def town(*, bounds: tuple[int, int], prices: list[str], changed: date, prorates: bool, rounding: str) -> World:
        def version(three: list[str]) -> dict[str, Any]:
            blocks = [{"upto": str(bounds[0]), "price": three[0]}, {"upto": str(bounds[1]), "price": three[1]}]
            component = metered(("T1", [*blocks, {"price": three[2]}]), blocks_prorate=prorates)
            return {**tariff(component), "rounding": rounding}

        return world((date(2025, 1, 1), version(prices[:3])), (changed, version(prices[3:])))


def judged(made: World, told: list[Row]) -> Decimal:
    """The net of the month in the judge's words. Tax is not compared: it is rounded per bill."""
    found, refusals = judge(replace(made, consumption=rows(told)))
    assert not refusals
    return sum((line[2] for group in found.values() for line in group), Decimal(0))
