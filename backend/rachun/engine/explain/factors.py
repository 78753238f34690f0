"""One component of one bill as a product: days × use a day × price, exact."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from rachun.engine.explain.facts import Line

WHOLE_PERIOD = ("FULL", "NONE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """days × rate × price is what the lines charge, tax and rounding included. sources: (plan, start) of the prices.

    days: for prices per period the share of it that was served, for meters the days measured, for calls 1.
    """

    days: Fraction
    rate: Fraction
    price: Fraction
    sources: frozenset[tuple[str, str]]
    unit_prices: frozenset[int]

    @property
    def values(self) -> tuple[Fraction, Fraction, Fraction]:
        return self.days, self.rate, self.price


def factors_of(lines: Sequence[Line]) -> Factors:
    """lines: at least one, of one component, register and label."""
    by_share = any("of_days" in line.inputs for line in lines)
    days = sum((_share(line) for line in lines), Fraction(0)) if by_share else _days(lines)
    quantity = sum((_weighted(line, by_share=by_share) for line in lines), Fraction(0))
    gross = sum(line.gross_minor for line in lines)
    return Factors(
        days=days,
        rate=quantity / days if days else Fraction(0),
        price=Fraction(gross) / quantity if quantity else Fraction(0),
        sources=frozenset((line.source.plan, line.source.valid_from.isoformat()) for line in lines),
        unit_prices=frozenset(line.unit_price_e8 for line in lines),
    )


def _days(lines: Sequence[Line]) -> Fraction:
    windows = {
        (*_stretch(line), line.inputs["window_from"]): int(line.inputs["days"])
        for line in lines
        if "window_from" in line.inputs
    }
    return Fraction(sum(windows.values()) if windows else 1)


def _stretch(line: Line) -> tuple[object, ...]:
    """What parts of one window are told apart by: version, season, and the value that scales their blocks."""
    return (line.source.plan, line.source.valid_from, line.inputs.get("season"), line.inputs.get("factor_micro"))


def _share(line: Line) -> Fraction:
    """The part of a period that a line charges. A measured peak counts the days of its window, a default its own."""
    if line.inputs.get("proration") in WHOLE_PERIOD:
        return Fraction(1)
    if "of_days" not in line.inputs:
        return Fraction(int(line.inputs["days"]), int(line.inputs["window_days"]))
    return Fraction(int(line.inputs["days_counted"]), int(line.inputs["of_days"]))


def _weighted(line: Line, *, by_share: bool) -> Fraction:
    """What has a price per period counts by its share of it."""
    quantity = Fraction(line.quantity_micro)
    return quantity * _share(line) if by_share else quantity
