from datetime import date
from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from rachun.apps.documents.rendering.bill_data import Language, Period, TaxRate
from rachun.apps.documents.rendering.formatting import Formatter, TooPreciseToPrint
from rachun.apps.documents.rendering.texts import Texts, load_catalogue

NBSP = "\u00a0"


def formatter_of(language: str) -> Formatter:
    return Formatter(language=Language(language), texts=Texts(texts=load_catalogue(language)))


class TestMoney:
    @pytest.mark.parametrize(
        ("language", "printed"),
        [("uk", f"−1{NBSP}234{NBSP}567,80"), ("bs", "−1.234.567,80"), ("en", "−1,234,567.80")],
    )
    def test_is_grouped_as_the_language_does_with_a_real_minus(self, language: str, printed: str) -> None:
        assert formatter_of(language).money(Decimal("-1234567.8")) == printed

    def test_of_zero_is_shown_and_unknown_is_a_dash(self) -> None:
        assert formatter_of("bs").money(Decimal(0)) == "0,00"
        assert formatter_of("bs").money(None) == "—"

    def test_is_never_rounded_silently(self) -> None:
        with pytest.raises(TooPreciseToPrint):
            formatter_of("uk").money(Decimal("40.916667"))

    def test_keeps_every_digit_of_a_great_amount(self) -> None:
        assert formatter_of("bs").money(Decimal("123456789012345678.91")) == "123.456.789.012.345.678,91"


class TestQuantity:
    def test_shows_its_unit_in_the_language_of_the_bill(self) -> None:
        assert formatter_of("uk").quantity(Decimal("1234.5"), "kWh") == f"1{NBSP}234,5{NBSP}кВт·год"
        assert formatter_of("bs").quantity(Decimal("11.4"), "m3") == f"11,4{NBSP}m³"

    def test_keeps_a_unit_that_the_utility_named_itself(self) -> None:
        assert formatter_of("bs").quantity(Decimal(2), "kanta") == f"2{NBSP}kanta"

    def test_has_all_digits_of_a_unit_price(self) -> None:
        assert formatter_of("bs").unit_price(Decimal("0.0857")) == "0,0857"
        assert formatter_of("bs").unit_price(Decimal("1.1")) == "1,10"


class TestPeriod:
    @pytest.mark.parametrize(
        ("start", "end", "printed"),
        [
            (date(2026, 3, 1), date(2026, 4, 1), "01.–31.03.2026"),
            (date(2026, 2, 15), date(2026, 3, 15), "15.02.–14.03.2026"),
            (date(2025, 12, 1), date(2026, 2, 1), "01.12.2025–31.01.2026"),
            (date(2026, 3, 9), date(2026, 3, 10), "09.03.2026"),
        ],
    )
    def test_ends_on_the_latest_day_served(self, start: date, end: date, printed: str) -> None:
        assert formatter_of("en").period(Period(start=start, end=end)) == printed


class TestTaxRate:
    def test_names_the_reason_where_there_is_no_percent(self) -> None:
        assert formatter_of("bs").tax_rate(TaxRate(code="EXEMPT", percent=None)) == "oslobođeno"
        assert formatter_of("uk").tax_rate(TaxRate(code="STANDARD", percent=Decimal(20))) == f"20{NBSP}%"


class TestAnyNumber:
    @pytest.mark.parametrize(("language", "locale"), [("uk", "uk_UA"), ("bs", "bs_Latn_BA"), ("en", "en_GB")])
    def test_is_written_as_babel_writes_it(self, language: str, locale: str) -> None:
        digits = [0, 7, 10, 100, 999, 1000, 12345, 987654321, 10**12 + 1]
        values = [Decimal(sign * number).scaleb(-scale) for number in digits for sign in (1, -1) for scale in range(7)]
        formatter = formatter_of(language)

        def by_babel(value: Decimal, pattern: str) -> str:
            return format_decimal(value, format=pattern, locale=locale, decimal_quantization=False).replace("-", "−")

        for value in values:
            if value:  # babel writes a minus before a negative zero
                assert formatter.number(value) == by_babel(value, "#,##0.############")
                assert formatter.unit_price(value) == by_babel(value, "#,##0.00########")
