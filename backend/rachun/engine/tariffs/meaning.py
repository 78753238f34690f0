"""What the form of a tariff cannot say: whether its parts mean something together."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from rachun.engine.tariffs.components import EVERY_REGISTER, BlockMode
from rachun.engine.tariffs.faults import Place, TariffFault, pointer_to
from rachun.engine.tariffs.parsing import in_season
from rachun.engine.tariffs.season_faults import season_faults
from rachun.engine.tariffs.time_bands import time_band_faults
from rachun.values.money import UnknownCurrency, exponent_of
from rachun.values.quantity import format_micro, parse_micro, parse_price_e8


def meaning_faults(document: Mapping[str, Any]) -> Iterator[TariffFault]:
    try:
        exponent_of(currency=document["currency"])
    except UnknownCurrency:
        yield TariffFault(pointer="/currency", code="UNKNOWN_CURRENCY", params={"currency": document["currency"]})
    components = document["components"]
    yield from _repeated(components, key="code", code="DUPLICATE_CODE")
    yield from _repeated(components, key="item", code="DUPLICATE_ITEM")
    yield from _allowance_faults(components)
    if "time_bands" in document:
        priced = {one["register"] for component in components for one in component.get("registers", ())}
        yield from time_band_faults(document["time_bands"], priced=frozenset(priced))
    yield from season_faults(document)
    priced_before: set[str] = set()
    for no, component in enumerate(components):
        if "of" in component:
            yield from _target_faults(component, no=no, priced_before=priced_before)
        if component["kind"] in _FAULTS:
            yield from _FAULTS[component["kind"]](component, at=("components", no))
            yield from _faults_by_season(component, at=("components", no))
        priced_before.add(component["code"])


def _faults_by_season(component: Mapping[str, Any], *, at: Place) -> Iterator[TariffFault]:
    """What a season says is held to the rules of what it takes the place of."""
    for code in component.get("by_season", {}):
        seen = {fault.pointer for fault in _FAULTS[component["kind"]](component, at=at)}
        for fault in _FAULTS[component["kind"]](in_season(component, code=code), at=at):
            if fault.pointer not in seen:
                own = pointer_to(*at)
                pointer = fault.pointer.replace(own, own + pointer_to("by_season", code), 1)
                yield replace(fault, pointer=pointer)


def _repeated(components: list[Mapping[str, Any]], *, key: str, code: str) -> Iterator[TariffFault]:
    seen: Counter[str] = Counter()
    for no, component in enumerate(components):
        if (value := component.get(key)) is None:
            continue
        seen[value] += 1
        if seen[value] > 1:
            yield TariffFault(pointer=pointer_to("components", no, key), code=code, params={key: value})


def _target_faults(component: Mapping[str, Any], *, no: int, priced_before: set[str]) -> Iterator[TariffFault]:
    named: set[str] = set()
    for place, target in enumerate(component["of"]):
        pointer = pointer_to("components", no, "of", place)
        if target not in priced_before:
            yield TariffFault(pointer=pointer, code="TARGET_NOT_EARLIER", params={"target": target})
        if target in named:
            yield TariffFault(pointer=pointer, code="DUPLICATE_TARGET", params={"target": target})
        named.add(target)


def _one_off_faults(component: Mapping[str, Any], *, at: Place) -> Iterator[TariffFault]:
    bounds = [parse_price_e8(text=component[name]) for name in ("minimum", "maximum") if name in component]
    if bounds != sorted(bounds):
        yield TariffFault(pointer=pointer_to(*at, "maximum"), code="MAXIMUM_BELOW_MINIMUM")


def _allowance_faults(components: list[Mapping[str, Any]]) -> Iterator[TariffFault]:
    """A component has one allowance at most, and one that counts units."""
    kinds = {component["code"]: component["kind"] for component in components}
    covered: set[str] = set()
    for no, component in enumerate(components):
        for place, target in enumerate(component["of"] if component["kind"] == "allowance" else ()):
            pointer = pointer_to("components", no, "of", place)
            if kinds.get(target) == "traffic":
                yield TariffFault(pointer=pointer, code="CALLS_HAVE_BUNDLES", params={"target": target})
            elif kinds.get(target, "metered") not in {"metered", "data", "one_off"}:
                yield TariffFault(pointer=pointer, code="TARGET_HAS_NO_UNITS", params={"target": target})
            if target in covered:
                yield TariffFault(pointer=pointer, code="TARGET_HAS_ALLOWANCE", params={"target": target})
            covered.add(target)


def _metered_faults(component: Mapping[str, Any], *, at: Place) -> Iterator[TariffFault]:
    names = [register["register"] for register in component["registers"]]
    at = (*at, "registers")
    if len(names) > 1 and EVERY_REGISTER in names:
        yield TariffFault(pointer=pointer_to(*at), code="EVERY_REGISTER_BESIDE_OTHERS", params={"registers": names})
    for place, register in enumerate(component["registers"]):
        if "blocks_by" in register and "bounds_times" in component:
            yield TariffFault(pointer=pointer_to(*at, place, "blocks_by"), code="SCALED_BY_OWN_USE")
        if names.index(register["register"]) != place:
            pointer = pointer_to(*at, place, "register")
            yield TariffFault(pointer=pointer, code="DUPLICATE_REGISTER", params={"register": names[place]})
        yield from _mode_faults(register, at=(*at, place))
        yield from _block_faults(register["blocks"], at=(*at, place, "blocks"))


def _mode_faults(register: Mapping[str, Any], *, at: Place) -> Iterator[TariffFault]:
    mode = register.get("mode", BlockMode.GRADUATED)
    if mode == BlockMode.FLAT and len(register["blocks"]) > 1:
        yield TariffFault(pointer=pointer_to(*at, "blocks"), code="FLAT_HAS_ONE_BLOCK")
    if "blocks_by" in register and mode != BlockMode.VOLUME:
        yield TariffFault(pointer=pointer_to(*at, "blocks_by"), code="BLOCKS_BY_NEEDS_VOLUME", params={"mode": mode})


def _block_faults(blocks: list[Mapping[str, Any]], *, at: Place) -> Iterator[TariffFault]:
    above = 0
    for place, block in enumerate(blocks):
        pointer, is_last = pointer_to(*at, place), place == len(blocks) - 1
        yield from _start_faults(block, above=above, pointer=f"{pointer}/above")
        if "upto" not in block:
            if not is_last:
                yield TariffFault(pointer=pointer, code="OPEN_BLOCK_NOT_LAST")
            continue
        upto = parse_micro(text=block["upto"])
        if is_last:
            yield TariffFault(pointer=f"{pointer}/upto", code="LAST_BLOCK_NOT_OPEN")
        elif upto <= above:
            yield TariffFault(pointer=f"{pointer}/upto", code="BLOCKS_NOT_ASCENDING", params={"upto": block["upto"]})
        above = upto


def _start_faults(block: Mapping[str, Any], *, above: int, pointer: str) -> Iterator[TariffFault]:
    """A block that says where it starts must start where the block before it ends."""
    if "above" not in block or (start := parse_micro(text=block["above"])) == above:
        return
    params = {"above": block["above"], "expected": format_micro(value=above)}
    yield TariffFault(pointer=pointer, code="BLOCKS_OVERLAP" if start < above else "BLOCKS_GAP", params=params)


def _data_faults(component: Mapping[str, Any], *, at: Place) -> Iterator[TariffFault]:
    yield from _block_faults(component["blocks"], at=(*at, "blocks"))


def _capacity_faults(component: Mapping[str, Any], *, at: Place) -> Iterator[TariffFault]:
    tiers, register = component["tiers"], component.get("register")
    if tiers[-1].get("limits"):
        yield TariffFault(pointer=pointer_to(*at, "tiers", len(tiers) - 1, "limits"), code="LAST_TIER_LIMITED")
    if register is None and (
        "default" in component or component.get("charge") == "PEAK" or not any(tier.get("limits") for tier in tiers)
    ):
        yield TariffFault(pointer=pointer_to(*at), code="CAPACITY_NEEDS_REGISTER")
    for place, tier in enumerate(tiers):
        for name in tier.get("limits", {}):
            if register not in {None, name}:
                pointer = pointer_to(*at, "tiers", place, "limits", name)
                yield TariffFault(pointer=pointer, code="LIMIT_OF_OTHER_REGISTER", params={"register": register})


def _reactive_faults(component: Mapping[str, Any], *, at: Place) -> Iterator[TariffFault]:
    if ("tan_phi" in component) == ("cos_phi" in component):
        yield TariffFault(pointer=pointer_to(*at), code="FREE_SHARE_ONCE")
    for place, register in enumerate(component["active"]):
        if register in component["reactive"]:
            pointer = pointer_to(*at, "active", place)
            yield TariffFault(pointer=pointer, code="REGISTER_ON_BOTH_SIDES", params={"register": register})


_FAULTS: Mapping[str, Callable[..., Iterator[TariffFault]]] = {
    "one_off": _one_off_faults,
    "metered": _metered_faults,
    "data": _data_faults,
    "capacity": _capacity_faults,
    "reactive": _reactive_faults,
}
