"""How numbers, dates and periods look on paper, in one place for each language."""

from datetime import date, timedelta
from decimal import Decimal

from babel.numbers import format_decimal

from rachun.apps.documents.rendering.bill_data import Language, Period, TaxRate
from rachun.apps.documents.rendering.texts import Texts

UNKNOWN = "—"
MINUS = "−"
NO_BREAK_SPACE = "\u00a0"
_LOCALE = {Language.UK: "uk_UA", Language.BS: "bs_Latn_BA", Language.EN: "en_GB"}
_MONEY = "#,##0.00"
_UNIT_PRICE = "#,##0.00########"
_QUANTITY = "#,##0.############"
_CENT = Decimal("0.01")
_ONE_DAY = timedelta(days=1)


class TooPreciseToPrint(ValueError):
    """An amount has parts of the smallest coin; printing it would round it silently."""


class Formatter:
    """Exact: it never rounds. None is printed as a dash, because unknown is not zero."""

    def __init__(self, *, language: Language, texts: Texts) -> None:
        self._locale = _LOCALE[language]
        self._texts = texts

    def _number(self, value: Decimal, pattern: str) -> str:
        text = format_decimal(value, format=pattern, locale=self._locale, decimal_quantization=False)
        return text.replace("-", MINUS)

    def money(self, value: Decimal | None) -> str:
        if value is None:
            return UNKNOWN
        if value != value.quantize(_CENT):
            raise TooPreciseToPrint(f"{value} has more than two decimals")
        return self._number(value.quantize(_CENT), _MONEY)

    def change(self, value: Decimal) -> str:
        """An amount as a difference: with its plus or minus."""
        return ("+" if value > 0 else "") + self.money(value)

    def unit_price(self, value: Decimal | None) -> str:
        return UNKNOWN if value is None else self._number(value, _UNIT_PRICE)

    def number(self, value: Decimal | None) -> str:
        return UNKNOWN if value is None else self._number(value, _QUANTITY)

    def quantity(self, value: Decimal | None, unit: str) -> str:
        return UNKNOWN if value is None else self.number(value) + NO_BREAK_SPACE + self.unit(unit)

    def unit(self, code: str) -> str:
        """The unit in the language of the bill; a unit the utility named itself is printed as it named it.

        Of a package (`× 10 m3`) it is what comes last.
        """
        size, _, name = code.rpartition(" ")
        return f"{size} {self._texts.find(f'unit.{name}') or name}".strip()

    def currency(self, code: str) -> str:
        return self._texts.find(f"currency.{code}") or code

    def tax_rate(self, rate: TaxRate) -> str:
        if rate.percent is not None:
            return self.number(rate.percent) + NO_BREAK_SPACE + "%"
        return self._texts.find(f"tax_rate.{rate.code}") or rate.code

    def date(self, value: date | None) -> str:
        return UNKNOWN if value is None else f"{value:%d.%m.%Y}"

    def period(self, period: Period | None) -> str:
        """`01.–31.03.2026`; the last day printed is the last one served, a day before the half-open end."""
        if period is None:
            return ""
        start, latest = period.start, period.end - _ONE_DAY
        if start == latest:
            return self.date(start)
        if (start.year, start.month) == (latest.year, latest.month):
            return f"{start:%d}.–{latest:%d.%m.%Y}"
        if start.year == latest.year:
            return f"{start:%d.%m}.–{latest:%d.%m.%Y}"
        return f"{start:%d.%m.%Y}–{latest:%d.%m.%Y}"
