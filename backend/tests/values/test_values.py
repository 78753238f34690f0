"""Exact values: rounding, quantities, money, periods, check digits."""

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rachun.values.calendar import day_start, local_day
from rachun.values.check_digit import is_valid, is_valid_mod97, with_check_digit, with_mod97
from rachun.values.money import CurrencyMismatch, InexactMoney, Money, UnknownCurrency
from rachun.values.period import EmptyPeriod, Period
from rachun.values.quantity import InexactQuantity, format_micro, parse_micro, parse_price_e8
from rachun.values.rounding import half_even, half_even_expr, half_up, half_up_expr, spread


class TestRounding:
    @given(num=st.integers(-(10**30), 10**30), den=st.integers(1, 10**12))
    def test_agrees_with_decimal_everywhere(self, num: int, den: int) -> None:
        exact = Decimal(num).scaleb(0) if den == 1 else None
        frame = pl.DataFrame({"num": [num], "den": [den]}, schema={"num": pl.Int128, "den": pl.Int128})
        up, even = frame.select(
            up=half_up_expr(num=pl.col("num"), den=pl.col("den")),
            even=half_even_expr(num=pl.col("num"), den=pl.col("den")),
        ).row(0)

        assert (up, even) == (half_up(num=num, den=den), half_even(num=num, den=den))
        assert abs(2 * (num - up * den)) <= den
        assert exact is None or up == even == num

    @pytest.mark.parametrize("value", ["0.5", "-0.5", "1.5", "-1.5", "2.5", "-2.5", "2.4", "-2.6", "0"])
    def test_sends_halves_where_decimal_does(self, value: str) -> None:
        tenths = int(Decimal(value) * 10)

        assert half_up(num=tenths, den=10) == int(Decimal(value).quantize(Decimal(1), ROUND_HALF_UP))
        assert half_even(num=tenths, den=10) == int(Decimal(value).quantize(Decimal(1), ROUND_HALF_EVEN))


class TestSpread:
    @given(total=st.integers(-(10**12), 10**12), weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=12))
    def test_parts_sum_to_the_whole(self, total: int, weights: list[int]) -> None:
        if not any(weights):
            with pytest.raises(ValueError, match="nothing"):
                spread(total=total, weights=weights)
            return

        assert sum(spread(total=total, weights=weights)) == total

    def test_gives_the_rest_to_the_heaviest(self) -> None:
        assert spread(total=100, weights=[1, 1, 1]) == [34, 33, 33]


class TestQuantity:
    @pytest.mark.parametrize(
        ("text", "micro"), [("1", 10**6), ("-0.000001", -1), ("12.50", 12_500_000), ("1.0000000", 10**6)]
    )
    def test_parses_exactly(self, text: str, micro: int) -> None:
        assert parse_micro(text=text) == micro

    @pytest.mark.parametrize("text", ["", "1,5", "1e3", "0.0000001", "9" * 20, ".5", "NaN", "١"])
    def test_refuses_what_it_cannot_hold(self, text: str) -> None:
        with pytest.raises(InexactQuantity):
            parse_micro(text=text)

    def test_holds_eight_decimals_of_a_price(self) -> None:
        assert parse_price_e8(text="0.00000001") == 1

    @given(st.integers(-(10**15), 10**15))
    def test_formats_back(self, micro: int) -> None:
        assert parse_micro(text=format_micro(value=micro)) == micro


class TestMoney:
    def test_goes_to_minor_units_and_back(self) -> None:
        money = Money(amount=Decimal("12.34"), currency="BAM")

        assert money.to_minor() == 1234
        assert Money.from_minor(minor=1234, currency="BAM") == money

    def test_refuses_to_round_or_mix(self) -> None:
        with pytest.raises(InexactMoney):
            Money(amount=Decimal("0.001"), currency="UAH").to_minor()
        with pytest.raises(CurrencyMismatch):
            Money(amount=Decimal(1), currency="UAH") + Money(amount=Decimal(1), currency="BAM")
        with pytest.raises(UnknownCurrency):
            Money(amount=Decimal(1), currency="QQQ").to_minor()


class TestPeriod:
    def test_is_half_open(self) -> None:
        march = Period.month(year=2026, month=3)

        assert (march.days, date(2026, 3, 31) in march, date(2026, 4, 1) in march) == (31, True, False)
        assert march.overlap(other=march.next_month()) is None
        assert Period.month(year=2026, month=12).next_month() == Period.month(year=2027, month=1)

    @given(st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=6))
    def test_parts_cover_the_whole(self, cuts: set[date]) -> None:
        year = Period(start=date(2026, 1, 1), end=date(2027, 1, 1))

        parts = year.split(at=cuts)

        assert sum(part.days for part in parts) == 365
        assert [part.end for part in parts[:-1]] == [part.start for part in parts[1:]]

    def test_refuses_to_be_empty(self) -> None:
        with pytest.raises(EmptyPeriod):
            Period(start=date(2026, 3, 1), end=date(2026, 3, 1))


class TestLocalDay:
    def test_follows_the_zone(self) -> None:
        assert local_day(instant=datetime(2026, 3, 28, 22, tzinfo=UTC), zone="Europe/Kyiv") == date(2026, 3, 29)
        assert day_start(day=date(2026, 3, 30), zone="Europe/Kyiv") == datetime(2026, 3, 29, 21, tzinfo=UTC)


class TestCheckDigit:
    @given(st.from_regex(r"[0-9]{1,12}", fullmatch=True), st.integers(0, 11), st.integers(1, 9))
    def test_finds_every_wrong_digit(self, digits: str, place: int, shift: int) -> None:
        number = with_check_digit(digits=digits)
        place %= len(number)
        wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]

        assert is_valid(number=number)
        assert not is_valid(number=wrong)

    def test_knows_the_standards_example(self) -> None:
        assert with_check_digit(digits="0794") == "07945"  # ISO/IEC 7064, MOD 11,10
        assert with_mod97(digits="794") == "79444"  # ISO/IEC 7064, MOD 97-10
        assert is_valid_mod97(number="79444")

    @pytest.mark.parametrize("number", ["", "7", "12a4", "٣٤"])
    def test_takes_nothing_but_digits(self, number: str) -> None:
        assert not is_valid(number=number)
