"""How numbers, dates and periods look on paper, in one place for each language."""

from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from babel import Locale

from rachun.apps.documents.rendering.bill_data import Language, Period, TaxRate
from rachun.apps.documents.rendering.texts import Texts

UNKNOWN = "—"
MINUS = "−"
NO_BREAK_SPACE = "\u00a0"
_LOCALE = {Language.UK: "uk_UA", Language.BS: "bs_Latn_BA", Language.EN: "en_GB"}
_MONEY_DECIMALS, _PRICE_DECIMALS, _QUANTITY_DECIMALS = 2, 2, 0  # at least; more where there are more
_CENT = Decimal("0.01")
_ONE_DAY = timedelta(days=1)


@cache
def _symbols(language: Language) -> tuple[str, str]:
    symbols = Locale.parse(_LOCALE[language]).number_symbols["latn"]
    return str(symbols["decimal"]), str(symbols["group"])


class TooPreciseToPrint(ValueError):
    """An amount has parts of the smallest coin; printing it would round it silently."""


class Formatter:
    """Exact: it never rounds. None is printed as a dash, because unknown is not zero."""

    def __init__(self, *, language: Language, texts: Texts) -> None:
        self._point, self._group = _symbols(language)
        self._texts = texts

    def _number(self, value: Decimal, decimals: int) -> str:
        """As babel writes it by the pattern `#,##0.00…`, in a small part of its time: a page has a hundred."""
        whole, _, part = f"{abs(value):f}".partition(".")
        part = part.rstrip("0").ljust(decimals, "0")
        text = f"{int(whole):,}".replace(",", self._group) + (self._point + part if part else "")
        return MINUS + text if value < 0 else text

    def money(self, value: Decimal | None) -> str:
        if value is None:
            return UNKNOWN
        if value != value.quantize(_CENT):
            raise TooPreciseToPrint(f"{value} has more than two decimals")
        return self._number(value.quantize(_CENT), _MONEY_DECIMALS)

    def change(self, value: Decimal) -> str:
        """An amount as a difference: with its plus or minus."""
        return ("+" if value > 0 else "") + self.money(value)

    def unit_price(self, value: Decimal | None) -> str:
        return UNKNOWN if value is None else self._number(value, _PRICE_DECIMALS)

    def number(self, value: Decimal | None) -> str:
        return UNKNOWN if value is None else self._number(value, _QUANTITY_DECIMALS)

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
