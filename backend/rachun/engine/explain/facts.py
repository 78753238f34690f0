"""What a derivation is made of: one charge as it was stored, steps with their facts, and the amount they give.

A fact keeps its exact value and knows its kind, so that a sentence can print it and an answer can tell it; nothing here
is a formatted text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from rachun.engine.tariffs.components import Rounding, Taxed, VatMode
from rachun.values.money import exponent_of
from rachun.values.rounding import half_even, half_up

WHOLE_AMOUNTS = ("minimum", "cap")
USED_UNITS = ("metered", "reactive")


class InputMissing(KeyError):
    """A stored charge lacks an input that its kind needs: it cannot be derived again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    micro: int
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPrice:
    e8: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """Minor units."""

    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    """An amount before rounding: minor units as a fraction."""

    num: int
    den: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Percent:
    micro: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Half-open."""

    start: date
    end: date


Fact = Quantity | UnitPrice | Amount | Exact | Percent | Days | date | int | str | tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """code: which sentence tells it. facts: what the sentence is filled with, in the order of the arithmetic."""

    code: str
    facts: Mapping[str, Fact]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSource:
    """Where the price stands: the version, who approved it, by which document; rounding and taxed are the version's."""

    plan: str
    valid_from: date
    approved_by: str
    source_document: str
    rounding: Rounding
    taxed: Taxed = Taxed.ROUNDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A stored charge."""

    line_no: int
    agreement: str
    component: str
    kind: str
    register: str
    block_no: int | None
    label: str
    service: Days
    quantity_micro: int
    unit_price_e8: int
    net_minor: int
    tax_minor: int
    gross_minor: int
    tax_category: str
    tax_rate_micro: int
    basis: str
    currency: str
    inputs: Mapping[str, Any]
    source: PriceSource

    @property
    def vat(self) -> VatMode:
        return VatMode(self.given("vat"))

    @property
    def amount_minor(self) -> int:
        """What was charged in the version's own VAT mode: this is what the price gives before tax is parted from it."""
        return self.gross_minor if self.vat is VatMode.INSIDE else self.net_minor

    @property
    def minor_den(self) -> int:
        """Quantity × price stands in this many parts of a minor unit."""
        return int(10 ** (14 - exponent_of(currency=self.currency)))

    @property
    def exact(self) -> Exact:
        """The amount before rounding; of limits, and of a discount that is cut to what is left to pay, as it is."""
        alone = Exact(num=self.amount_minor - int(self.inputs.get("rest_minor", 0)), den=1)
        if self.kind in WHOLE_AMOUNTS or "numerator" not in self.inputs or self._is_cut(alone.num):
            return alone
        is_back = (self.kind in USED_UNITS and self.quantity_micro < 0) or self.inputs.get("taken_back", False)
        sign = -1 if is_back else 1
        return Exact(num=sign * int(self.inputs["numerator"]), den=int(self.inputs["denominator"]))

    def _is_cut(self, amount: int) -> bool:
        """Whether a benefit's discount is less than its own share of a running sum."""
        if "numerator_before" not in self.inputs:
            return False
        den, before = int(self.inputs["denominator"]), int(self.inputs["numerator_before"])
        upto = before - int(self.inputs["numerator"])
        return -amount != self.rounded(Exact(num=upto, den=den)) - self.rounded(Exact(num=before, den=den))

    def given(self, name: str) -> Any:
        """A stored input. Raises InputMissing."""
        if name not in self.inputs:
            raise InputMissing(f"line {self.line_no} ({self.kind}): no input {name!r}")
        return self.inputs[name]

    def rounded(self, exact: Exact) -> int:
        rounding = half_even if self.source.rounding is Rounding.HALF_EVEN else half_up
        return rounding(num=exact.num, den=exact.den)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """The steps of a line's price, and the amount that working them out gives."""

    steps: tuple[Step, ...]
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """All steps of one line. agrees: the amount and the tax worked out from the inputs are those that were charged."""

    line: Line
    steps: tuple[Step, ...]
    amount_minor: int
    tax_minor: int

    @property
    def agrees(self) -> bool:
        return self.amount_minor == self.line.amount_minor and self.tax_minor == self.line.tax_minor
