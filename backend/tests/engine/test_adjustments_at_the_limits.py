"""What looks at other lines, taxes and sums, when those lines are as large as they may be: exact, or refused."""

import dataclasses
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from oracle.benefits import nearest
from oracle.worlds import snapshot_of
from rachun.engine.billing.pipeline import price
from rachun.engine.billing.snapshot import BENEFITS, Priced, SnapshotInvalid
from rachun.values.period import Period
from worked import APRIL, MARCH, metered, tariff, world

LONG_AGO = date(2025, 1, 1)
CALM: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}
LINE_MAX, UNIT_PRICE_MAX = 10**15, 2**63 - 1
ENERGY = metered(("VT", [{"price": "1000"}]), benefits_apply=True)  # a unit is 100,000 minor units
UNITS = 10**10  # what makes a line of LINE_MAX


def amounts(largest: int = UNITS) -> st.SearchStrategy[Decimal]:
    """Units with two decimals, so that a line is a whole number of thousands; small ones as often as large ones."""
    powers = st.integers(0, 11).flatmap(lambda n: st.integers(10**n, min(10 ** (n + 1), largest * 100)))
    return st.one_of(powers, st.just(largest * 100)).map(lambda n: Decimal(n).scaleb(-2))


def bill(*components: dict[str, Any], used: Decimal, currency: str = "BAM", **more: Any) -> Priced:
    document = tariff(ENERGY, *components) | {"currency": currency}
    benefits = more.pop("benefits", [])
    made = world((LONG_AGO, document), **more)
    made.consumption = [(0, 7, "VT", MARCH, APRIL, used, "MEASURED")]
    frame = pl.DataFrame(benefits, schema=dict(BENEFITS), orient="row")
    return price(dataclasses.replace(snapshot_of(made), benefits=frame))


def line(kind: str, **more: Any) -> dict[str, Any]:
    return {"code": "more", "kind": kind, "of": ["energy"], "posting_code": "REV", **more}


def of(answer: Priced, kind: str) -> int:
    return answer.charges.filter(pl.col("kind") == kind)["net_minor"].sum()


def is_refused(answer: Priced) -> bool:
    """Whole, by name."""
    refused = answer.refusals["code"].unique().to_list()
    assert refused in ([], ["OVERFLOW"])
    assert not refused or answer.charges.is_empty()
    return bool(refused)


class TestAnAdjustment:
    @settings(max_examples=25, **CALM)
    @given(used=amounts(), percent=st.sampled_from(["0.000001", "17", "-100", "999.999999"]))
    @example(used=Decimal(UNITS), percent="17")
    def test_in_percent_is_exact_or_refused(self, used: Decimal, percent: str) -> None:
        answer = bill(line("percentage", percent=percent), used=used)

        expected = nearest(Fraction(used) * 10**5 * Fraction(percent) / 100)
        base_in_millionths = Fraction(used) * 1000 * 10**6
        if is_refused(answer):
            assert abs(expected) > LINE_MAX or base_in_millionths > UNIT_PRICE_MAX
        else:
            assert of(answer, "percentage") == expected

    @settings(max_examples=25, **CALM)
    @given(used=amounts(), limit=st.integers(1, 10**11 - 1))
    @example(used=Decimal(UNITS), limit=1)
    def test_to_a_cap_is_exact_or_refused(self, used: Decimal, limit: int) -> None:
        answer = bill(line("cap", amount=f"{Decimal(limit).scaleb(-2)}"), used=used)

        over = max(0, int(used * 10**5) - limit)
        if is_refused(answer):
            assert over * 10**6 > UNIT_PRICE_MAX
        else:
            assert of(answer, "cap") == -over

    def test_to_a_cap_is_refused_where_the_lines_together_pass_every_sum(self) -> None:
        twice = [line("cap", code="lid", amount="1", of=["energy", "again"])]
        again = metered(("VT", [{"price": "1000"}])) | {"code": "again"}

        assert is_refused(bill(again, *twice, used=Decimal(UNITS)))

    @settings(max_examples=25, **CALM)
    @given(used=amounts(), limit=st.integers(1, 10**11 - 1))
    def test_to_a_minimum_is_exact(self, used: Decimal, limit: int) -> None:
        answer = bill(line("minimum", amount=f"{Decimal(limit).scaleb(-2)}"), used=used)

        assert not is_refused(answer)
        assert of(answer, "minimum") == max(0, limit - int(used * 10**5))

    @settings(max_examples=25, **CALM)
    @given(used=amounts(), included=amounts(10**10))
    @example(used=Decimal(UNITS), included=Decimal(10**12) - 1)
    def test_of_included_units_is_exact(self, used: Decimal, included: Decimal) -> None:
        answer = bill(line("allowance", quantity=f"{included}", unit="kWh", rollover_periods=1), used=used)

        assert not is_refused(answer)
        assert of(answer, "allowance") == -int(min(used, included) * 10**5)
        assert answer.allowances["remaining_micro"].sum() == int(max(included - used, 0) * 10**6)

    @settings(max_examples=25, **CALM)
    @given(used=amounts(), norm=st.one_of(st.none(), st.integers(0, 10**12)), household=st.integers(1, 10**6))
    @example(used=Decimal(UNITS), norm=None, household=1)
    def test_by_a_benefit_is_exact_or_refused(self, used: Decimal, norm: int | None, household: int) -> None:
        right = (1, 7, 1, household, "C", 75 * 10**6, norm, "IN_KIND", "BUDGET", LONG_AGO, None)

        answer = bill(used=used, benefits=[right])

        share = Fraction(used) / household
        covered = share if norm is None else min(share, Fraction(norm, 10**6))
        if is_refused(answer):
            assert int(used * 10**5) > 9 * 10**12
        else:
            assert of(answer, "benefit") == -nearest(covered * 10**5 * 75 / 100)

    @pytest.mark.parametrize("kind", ["cap", "benefit"])
    def test_in_a_currency_without_minor_units_is_refused_before_its_unit_price_wraps(self, kind: str) -> None:
        right = (1, 7, 1, 1, "C", 100 * 10**6, None, "IN_KIND", "BUDGET", LONG_AGO, None)
        more = [line("cap", amount="1")] if kind == "cap" else []

        small, large = (
            bill(*more, used=used, currency="JPY", benefits=[right] if kind == "benefit" else [])
            for used in (Decimal(10**5), Decimal(10**9))
        )

        assert not is_refused(small)
        assert is_refused(large)


class TestTax:
    @settings(max_examples=40, **CALM)
    @given(
        used=amounts(),
        rate=st.sampled_from(["0", "7.5", "17", "20", "0.000001"]),
        vat=st.sampled_from(["ON_TOP", "INSIDE"]),
        rounding=st.sampled_from(["LINE", "GROUP", "EXACT"]),
    )
    def test_is_exact_on_the_largest_line(self, used: Decimal, rate: str, vat: str, rounding: str) -> None:
        made = world((LONG_AGO, tariff(ENERGY, vat=vat)), tax_rates={"STANDARD": Decimal(rate)}, tax_rounding=rounding)
        made.consumption = [(0, 7, "VT", MARCH, APRIL, used, "MEASURED")]

        [charge] = price(snapshot_of(made)).charges.to_dicts()

        amount, share = int(used * 10**5), Fraction(rate)
        whole = 100 + share if vat == "INSIDE" else Fraction(100)
        assert charge["tax_minor"] == nearest(amount * share / whole)
        assert charge["gross_minor"] == charge["net_minor"] + charge["tax_minor"]
        assert charge["gross_minor" if vat == "INSIDE" else "net_minor"] == amount


class TestAnAccount:
    def test_whose_lines_together_leave_64_bits_is_refused_and_others_are_not(self) -> None:
        served = [(n, 3 if n < 1001 else 4, LONG_AGO, None) for n in range(1002)]
        made = world((LONG_AGO, tariff(ENERGY)), agreements=served)
        made.assignments = [(n, 1, LONG_AGO, None) for n in range(1002)]
        made.consumption = [(n, n, "VT", MARCH, APRIL, Decimal(UNITS), "MEASURED") for n in range(1002)]

        answer = price(snapshot_of(made))

        assert answer.refusals.select("account_ix", "code").unique().rows() == [(3, "OVERFLOW")]
        assert answer.charges["account_ix"].to_list() == [4]

    def test_cannot_be_billed_for_a_period_whose_days_leave_128_bits(self) -> None:
        made = snapshot_of(world((LONG_AGO, tariff(ENERGY))))

        with pytest.raises(SnapshotInvalid, match="1000 days"):
            price(dataclasses.replace(made, period=Period(start=MARCH, end=date(2029, 3, 1))))
