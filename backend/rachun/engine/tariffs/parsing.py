"""Valid tariff JSON → components with exact integers. `schema.load_tariff` validates first."""

from collections.abc import Callable, Iterator, Mapping
from math import isqrt
from typing import Any

from rachun.engine.tariffs.components import (
    Allowance,
    Block,
    BlockMode,
    BoundsPer,
    Cap,
    Capacity,
    CapacityCharge,
    CapacityTier,
    Component,
    Data,
    Fixed,
    Measure,
    Metered,
    Minimum,
    OneOff,
    PerAttribute,
    Percentage,
    Proration,
    Reactive,
    RegisterBlocks,
    Rounding,
    SharedBy,
    TariffVersion,
    Taxed,
    Traffic,
    VatMode,
)
from rachun.engine.tariffs.seasons import Season, month_day
from rachun.engine.tariffs.time_bands import parse_time_bands
from rachun.values.quantity import MICRO, parse_micro, parse_price_e8


def parse_version(*, document: Mapping[str, Any]) -> TariffVersion:
    """Parse a document already found valid."""
    seasons = tuple(_season(raw) for raw in document.get("seasons", ()))
    codes = [None, *(season.code for season in seasons)] if seasons else []
    return TariffVersion(
        currency=document["currency"],
        vat=VatMode(document["vat"]),
        rounding=Rounding(document.get("rounding", Rounding.HALF_UP)),
        taxed=Taxed(document.get("taxed", Taxed.ROUNDED)),
        components=tuple(_component(raw, no=no) for no, raw in enumerate(document["components"], start=1)),
        time_bands=parse_time_bands(document["time_bands"]) if "time_bands" in document else None,
        seasons=seasons,
        by_season={code: tuple(_of_season(document, code=code)) for code in codes},
    )


def _season(raw: Mapping[str, Any]) -> Season:
    ranges = tuple((month_day(row["first_day"]), month_day(row["last_day"])) for row in raw["ranges"])
    return Season(code=raw["code"], ranges=ranges)


def _of_season(document: Mapping[str, Any], *, code: str | None) -> Iterator[Component]:
    """The components of a season's days; they keep the places that they have in the version."""
    for no, raw in enumerate(document["components"], start=1):
        if code in raw.get("only_in", [code]):
            yield _component(in_season(raw, code=code), no=no)


def in_season(raw: Mapping[str, Any], *, code: str | None) -> Mapping[str, Any]:
    """A component as a season has it: what `by_season` says for it stands before its own."""
    return raw if code is None else {**raw, **raw.get("by_season", {}).get(code, {})}


def _component(raw: Mapping[str, Any], *, no: int) -> Component:
    shared = {"no": no, "code": raw["code"], "posting_code": raw["posting_code"], "label": raw.get("label", {})}
    shared["tax_category"] = raw.get("tax_category", "STANDARD")
    shared["benefits_apply"] = raw.get("benefits_apply", False)
    return _KINDS[raw["kind"]](raw, shared)


def _fixed(raw: Mapping[str, Any], shared: Mapping[str, Any]) -> Component:
    return Fixed(**shared, price_e8=parse_price_e8(text=raw["price"]), proration=_proration(raw))


def _per_attribute(raw: Mapping[str, Any], shared: Mapping[str, Any]) -> Component:
    default = raw.get("default_value")
    return PerAttribute(
        **shared,
        attribute=raw["attribute"],
        price_e8=parse_price_e8(text=raw["price"]),
        proration=_proration(raw),
        unit=raw.get("unit"),
        default_micro=None if default is None else parse_micro(text=default),
    )


def _metered(raw: Mapping[str, Any], shared: Mapping[str, Any]) -> Component:
    registers = tuple(
        RegisterBlocks(
            register=register["register"],
            blocks=_blocks(register["blocks"]),
            mode=BlockMode(register.get("mode", BlockMode.GRADUATED)),
            flat_at_zero=register.get("flat_at_zero", False),
            blocks_by=register.get("blocks_by"),
        )
        for register in raw["registers"]
    )
    scaled = raw.get("bounds_times", {})
    return Metered(
        **shared,
        unit=raw["unit"],
        registers=registers,
        blocks_prorate=raw.get("blocks_prorate", True),
        bounds_per=BoundsPer(raw.get("bounds_per", BoundsPer.PERIOD)),
        scaled_by=scaled.get("attribute"),
        scaled_default_micro=parse_micro(text=scaled["default"]) if "default" in scaled else None,
    )


def _blocks(raw: list[Mapping[str, Any]]) -> tuple[Block, ...]:
    return tuple(
        Block(
            no=no,
            upto_micro=parse_micro(text=block["upto"]) if "upto" in block else None,
            price_e8=parse_price_e8(text=block["price"]),
            flat_e8=parse_price_e8(text=block.get("flat", "0")),
            package_micro=parse_micro(text=block["package"]) if "package" in block else None,
        )
        for no, block in enumerate(raw, start=1)
    )


def _traffic(raw: Mapping[str, Any], shared: Mapping[str, Any]) -> Component:
    included = raw.get("included", {})
    return Traffic(
        **shared,
        destination_table=raw["destination_table"],
        included_s=included.get("seconds", 0),
        included_destinations=tuple(included.get("destinations", ())),
        included_proration=Proration(included.get("proration", Proration.FULL)),
        included_shared_by=SharedBy(included.get("shared_by", SharedBy.AGREEMENT)),
        included_rollover_periods=included.get("rollover_periods", 0),
    )


def _one_off(raw: Mapping[str, Any], shared: Mapping[str, Any]) -> Component:
    return OneOff(
        **shared,
        item=raw["item"],
        unit=raw["unit"],
        price_e8=parse_price_e8(text=raw["price"]),
        minimum_e8=_price_or_none(raw, "minimum"),
        maximum_e8=_price_or_none(raw, "maximum"),
    )


def _capacity(raw: Mapping[str, Any], shared: Mapping[str, Any]) -> Component:
    tiers = [
        CapacityTier(
            no=no,
            price_e8=parse_price_e8(text=tier["price"]),
            limits_micro={register: parse_micro(text=limit) for register, limit in tier.get("limits", {}).items()},
        )
        for no, tier in enumerate(raw["tiers"], start=1)
    ]
    default = raw.get("default", {})
    return Capacity(
        **shared,
        tiers=tuple(tiers),
        charge=CapacityCharge(raw.get("charge", CapacityCharge.TIER)),
        register=raw.get("register"),
        unit=raw.get("unit"),
        default_attribute=default.get("attribute"),
        default_micro=parse_micro(text=default["value"]) if "value" in default else None,
    )


def _reactive(raw: Mapping[str, Any], shared: Mapping[str, Any]) -> Component:
    cos_phi = parse_micro(text=raw["cos_phi"]) if "cos_phi" in raw else None
    return Reactive(
        **shared,
        reactive=tuple(raw["reactive"]),
        active=tuple(raw["active"]),
        tan_phi_micro=parse_micro(text=raw["tan_phi"]) if cos_phi is None else tan_of(cos_micro=cos_phi),
        cos_phi_micro=cos_phi,
        price_e8=parse_price_e8(text=raw["price"]),
        unit=raw.get("unit", "kvarh"),
    )


def tan_of(*, cos_micro: int) -> int:
    """√(1 - cos²) / cos, rounded half up to a millionth, without leaving the integers."""
    square = (MICRO**2 - cos_micro**2) * MICRO**2
    # 2 × tan is at least an odd number exactly when its square is at least the odd number's square.
    return (isqrt(4 * square // cos_micro**2) + 1) // 2


def _price_or_none(raw: Mapping[str, Any], name: str) -> int | None:
    return parse_price_e8(text=raw[name]) if name in raw else None


def _percentage(raw: Mapping[str, Any], shared: Mapping[str, Any]) -> Component:
    return Percentage(**shared, of=tuple(raw["of"]), percent_micro=parse_micro(text=raw["percent"]))


def _minimum(raw: Mapping[str, Any], shared: Mapping[str, Any]) -> Component:
    return Minimum(**shared, **_limit(raw))


def _cap(raw: Mapping[str, Any], shared: Mapping[str, Any]) -> Component:
    return Cap(**shared, **_limit(raw))


def _data(raw: Mapping[str, Any], shared: Mapping[str, Any]) -> Component:
    return Data(
        **shared,
        item=raw["item"],
        unit=raw["unit"],
        blocks=_blocks(raw["blocks"]),
        measure=Measure(raw.get("measure", Measure.SUM)),
        per_micro=parse_micro(text=raw.get("per", "1")),
    )


def _allowance(raw: Mapping[str, Any], shared: Mapping[str, Any]) -> Component:
    return Allowance(
        **shared,
        of=tuple(raw["of"]),
        included_micro=parse_micro(text=raw["quantity"]),
        unit=raw["unit"],
        shared_by=SharedBy(raw.get("shared_by", SharedBy.AGREEMENT)),
        rollover_periods=raw.get("rollover_periods", 0),
        proration=_proration(raw),
    )


def _limit(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {"of": tuple(raw["of"]), "price_e8": parse_price_e8(text=raw["amount"]), "proration": _proration(raw)}


def _proration(raw: Mapping[str, Any]) -> Proration:
    return Proration(raw.get("proration", Proration.DAYS))


_KINDS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Component]] = {
    "fixed": _fixed,
    "per_attribute": _per_attribute,
    "metered": _metered,
    "traffic": _traffic,
    "one_off": _one_off,
    "percentage": _percentage,
    "minimum": _minimum,
    "cap": _cap,
    "capacity": _capacity,
    "reactive": _reactive,
    "allowance": _allowance,
    "data": _data,
}
