"""One parsed tariff version: components in the order in which they are priced, amounts as exact integers.

Units: `price_e8` is a unit price times 10^8, `*_micro` a quantity times 10^6, `percent_micro` a percent times 10^6.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import ClassVar

from rachun.engine.tariffs.seasons import Season
from rachun.engine.tariffs.time_bands import TimeBands

EVERY_REGISTER = "*"


class VatMode(StrEnum):
    ON_TOP = "ON_TOP"
    INSIDE = "INSIDE"


class Rounding(StrEnum):
    HALF_UP = "HALF_UP"
    HALF_EVEN = "HALF_EVEN"


class Taxed(StrEnum):
    """What a line's tax is taken of: the amount that is printed, or the one before it was rounded."""

    ROUNDED = "ROUNDED"
    EXACT = "EXACT"


class Proration(StrEnum):
    DAYS = "DAYS"
    DAYS_OF_30 = "DAYS_OF_30"
    NONE = "NONE"
    FULL = "FULL"


class BoundsPer(StrEnum):
    """PERIOD: bounds are those of a billing period. SEASON: of a whole season, shared by its days. SEASON_TOTAL: of a
    whole season, used up from bill to bill.
    """

    PERIOD = "PERIOD"
    SEASON = "SEASON"
    SEASON_TOTAL = "SEASON_TOTAL"


class BlockMode(StrEnum):
    """GRADUATED: each block prices its own units. VOLUME: the block reached prices all. FLAT: one block, one price."""

    GRADUATED = "GRADUATED"
    VOLUME = "VOLUME"
    FLAT = "FLAT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """What every kind has. `no` is the place in the version, from 1."""

    kind: ClassVar[str]
    no: int
    code: str
    posting_code: str
    tax_category: str = "STANDARD"
    label: Mapping[str, str] = field(default_factory=dict)
    benefits_apply: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed(Component):
    kind: ClassVar[str] = "fixed"
    price_e8: int
    proration: Proration = Proration.DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class PerAttribute(Component):
    kind: ClassVar[str] = "per_attribute"
    attribute: str
    price_e8: int
    proration: Proration = Proration.DAYS
    unit: str | None = None
    default_micro: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A step of a price. `upto_micro` is inclusive, per whole period; None on the last, open block.

    flat_e8 is due once when the block is entered. With package_micro the price is that of every started package.
    """

    no: int
    upto_micro: int | None
    price_e8: int
    flat_e8: int = 0
    package_micro: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterBlocks:
    """flat_at_zero: the first flat is due without usage. blocks_by: the register whose usage chooses the block."""

    register: str
    blocks: tuple[Block, ...]
    mode: BlockMode = BlockMode.GRADUATED
    flat_at_zero: bool = False
    blocks_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metered(Component):
    """scaled_by: the attribute that bounds are multiplied by; scaled_default_micro where it has no value."""

    kind: ClassVar[str] = "metered"
    unit: str
    registers: tuple[RegisterBlocks, ...]
    blocks_prorate: bool = True
    bounds_per: BoundsPer = BoundsPer.PERIOD
    scaled_by: str | None = None
    scaled_default_micro: int | None = None

    @property
    def uses_up_season(self) -> bool:
        return self.bounds_per is BoundsPer.SEASON_TOTAL


class SharedBy(StrEnum):
    AGREEMENT = "AGREEMENT"
    ACCOUNT = "ACCOUNT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic(Component):
    """included_s: seconds of each calendar month that calls to the destinations (empty = all) take in call order.

    included_*: how a part of the month counts, who shares them, for how many later months they live on
    (`engine.rating.grants`).
    """

    kind: ClassVar[str] = "traffic"
    destination_table: str
    included_s: int = 0
    included_destinations: tuple[str, ...] = ()
    included_proration: Proration = Proration.FULL
    included_shared_by: SharedBy = SharedBy.AGREEMENT
    included_rollover_periods: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOff(Component):
    kind: ClassVar[str] = "one_off"
    item: str
    unit: str
    price_e8: int
    minimum_e8: int | None = None
    maximum_e8: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentage(Component):
    kind: ClassVar[str] = "percentage"
    of: tuple[str, ...]
    percent_micro: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimum(Component):
    kind: ClassVar[str] = "minimum"
    of: tuple[str, ...]
    price_e8: int
    proration: Proration = Proration.DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap(Component):
    """Its lines take the tax category of what they reduce; the component's own says nothing."""

    kind: ClassVar[str] = "cap"
    of: tuple[str, ...]
    price_e8: int
    proration: Proration = Proration.DAYS


class Measure(StrEnum):
    SUM = "SUM"
    PEAK = "PEAK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Data(Component):
    """per_micro: how much of what is reported makes one priced unit."""

    kind: ClassVar[str] = "data"
    item: str
    unit: str
    blocks: tuple[Block, ...]
    measure: Measure = Measure.SUM
    per_micro: int = 10**6


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance(Component):
    """Units included per period. Its lines take the tax category of what they credit."""

    kind: ClassVar[str] = "allowance"
    of: tuple[str, ...]
    included_micro: int
    unit: str
    shared_by: SharedBy = SharedBy.AGREEMENT
    rollover_periods: int = 0
    proration: Proration = Proration.DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityTier:
    """limits_micro: the largest peak of each register that the tier holds; a register left out is held whole."""

    no: int
    price_e8: int
    limits_micro: Mapping[str, int]


class CapacityCharge(StrEnum):
    """TIER: the tier's price is due once. PEAK: for every unit of the peak."""

    TIER = "TIER"
    PEAK = "PEAK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity(Component):
    """default_*: the peak of days that nobody measured: the attribute's value, else the number; neither: refused."""

    kind: ClassVar[str] = "capacity"
    tiers: tuple[CapacityTier, ...]
    charge: CapacityCharge = CapacityCharge.TIER
    register: str | None = None
    unit: str | None = None
    default_attribute: str | None = None
    default_micro: int | None = None

    @property
    def has_default(self) -> bool:
        return self.default_attribute is not None or self.default_micro is not None

    @property
    def registers(self) -> tuple[str, ...]:
        """Whose peaks are looked at."""
        if self.register is not None:
            return (self.register,)
        return tuple(dict.fromkeys(name for tier in self.tiers for name in tier.limits_micro))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reactive(Component):
    """tan_phi_micro: the share of the active energy that is free. cos_phi_micro: the power factor it was stated as."""

    kind: ClassVar[str] = "reactive"
    reactive: tuple[str, ...]
    active: tuple[str, ...]
    tan_phi_micro: int
    cos_phi_micro: int | None
    price_e8: int
    unit: str = "kvarh"


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffVersion:
    """components: all of them, with the prices of days without a season. season_days, season_from: of the season it
    stands for.
    """

    currency: str
    vat: VatMode
    rounding: Rounding
    taxed: Taxed = Taxed.ROUNDED
    components: tuple[Component, ...]
    time_bands: TimeBands | None = None
    seasons: tuple[Season, ...] = ()
    by_season: Mapping[str | None, tuple[Component, ...]] = field(default_factory=dict)
    season_days: int | None = None
    season_from: date | None = None

    def of_season(self, code: str | None) -> tuple[Component, ...]:
        """What is priced on days of the season, None: between seasons."""
        return self.by_season.get(code, self.components)


def registers_of(component: Component) -> tuple[str, ...]:
    """The registers whose consumption the component looks at; `*` for all."""
    if isinstance(component, Metered):
        return tuple(priced.register for priced in component.registers)
    if isinstance(component, Capacity):
        return component.registers
    return (*component.reactive, *component.active) if isinstance(component, Reactive) else ()


def attributes_of(version: TariffVersion) -> frozenset[str]:
    """The attributes of an agreement that the version asks for."""
    defaults = {c.default_attribute for c in version.components if isinstance(c, Capacity)}
    scales = {c.scaled_by for c in version.components if isinstance(c, Metered)}
    asked = {c.attribute for c in version.components if isinstance(c, PerAttribute)}
    return frozenset(asked | {name for name in defaults | scales if name is not None})


def uses_up_seasons(version: TariffVersion) -> bool:
    """Whether bounds are used up from bill to bill, so that a bill leans on what earlier ones of its season hold."""
    parts = (part for of_season in (version.components, *version.by_season.values()) for part in of_season)
    return any(isinstance(part, Metered) and part.uses_up_season for part in parts)
