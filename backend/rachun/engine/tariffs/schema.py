"""A tariff version as JSON → frozen components, or every fault in it, each with its place."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from rachun.engine.tariffs.components import EVERY_REGISTER, BlockMode, TariffVersion
from rachun.engine.tariffs.parsing import parse_version
from rachun.values.money import UnknownCurrency, exponent_of
from rachun.values.quantity import parse_micro, parse_price_e8


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffFault:
    """pointer: RFC 6901. code: stable. params: what the sentence in the reader's language needs."""

    pointer: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


class TariffInvalid(ValueError):
    def __init__(self, faults: list[TariffFault]) -> None:
        super().__init__("; ".join(f"{fault.pointer}: {fault.code} {dict(fault.params)}" for fault in faults))
        self.faults = faults


@cache
def tariff_schema() -> dict[str, Any]:
    """The JSON Schema that the editor, the API, the importer and the engine share."""
    schema: dict[str, Any] = json.loads(files("rachun.engine.tariffs").joinpath("schema.json").read_text("utf-8"))
    return schema


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(tariff_schema())


def validate_tariff(*, document: Any) -> list[TariffFault]:
    """Every fault of a tariff version: form first, and meaning once the form is right. Empty when it can be priced."""
    faults = sorted((_form_fault(error) for error in _validator().iter_errors(document)), key=lambda f: f.pointer)
    return faults or list(_meaning_faults(document))


def load_tariff(*, document: Any) -> TariffVersion:
    """Parse a tariff version. Raises TariffInvalid with all its faults."""
    if faults := validate_tariff(document=document):
        raise TariffInvalid(faults)
    return parse_version(document=document)


def _form_fault(error: ValidationError) -> TariffFault:
    found: Any = error.instance
    rule: Any = error.validator_value
    params: dict[str, Any] = {"message": error.message, "expected": rule}
    if error.validator == "required":
        params = {"missing": [key for key in rule if key not in found]}
    elif error.validator == "additionalProperties":
        params = {"unknown": sorted(set(found) - set(cast("dict[str, Any]", error.schema).get("properties", {})))}
    return TariffFault(pointer=_pointer(*error.absolute_path), code=str(error.validator).upper(), params=params)


def _pointer(*parts: str | int) -> str:
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def _meaning_faults(document: Mapping[str, Any]) -> Iterator[TariffFault]:
    try:
        exponent_of(currency=document["currency"])
    except UnknownCurrency:
        yield TariffFault(pointer="/currency", code="UNKNOWN_CURRENCY", params={"currency": document["currency"]})
    components = document["components"]
    yield from _repeated(components, key="code", code="DUPLICATE_CODE")
    yield from _repeated(components, key="item", code="DUPLICATE_ITEM")
    yield from _allowance_faults(components)
    priced_before: set[str] = set()
    for no, component in enumerate(components):
        if "of" in component:
            yield from _target_faults(component, no=no, priced_before=priced_before)
        if component["kind"] == "capacity" and component["tiers"][-1].get("limits"):
            pointer = _pointer("components", no, "tiers", len(component["tiers"]) - 1, "limits")
            yield TariffFault(pointer=pointer, code="LAST_TIER_LIMITED")
        if component["kind"] == "one_off":
            yield from _one_off_faults(component, no=no)
        if component["kind"] == "metered":
            yield from _metered_faults(component, no=no)
        if component["kind"] == "data":
            yield from _block_faults(component["blocks"], at=("components", no, "blocks"))
        priced_before.add(component["code"])


def _repeated(components: list[Mapping[str, Any]], *, key: str, code: str) -> Iterator[TariffFault]:
    seen: Counter[str] = Counter()
    for no, component in enumerate(components):
        if (value := component.get(key)) is None:
            continue
        seen[value] += 1
        if seen[value] > 1:
            yield TariffFault(pointer=_pointer("components", no, key), code=code, params={key: value})


def _target_faults(component: Mapping[str, Any], *, no: int, priced_before: set[str]) -> Iterator[TariffFault]:
    named: set[str] = set()
    for place, target in enumerate(component["of"]):
        pointer = _pointer("components", no, "of", place)
        if target not in priced_before:
            yield TariffFault(pointer=pointer, code="TARGET_NOT_EARLIER", params={"target": target})
        if target in named:
            yield TariffFault(pointer=pointer, code="DUPLICATE_TARGET", params={"target": target})
        named.add(target)


def _one_off_faults(component: Mapping[str, Any], *, no: int) -> Iterator[TariffFault]:
    bounds = [parse_price_e8(text=component[name]) for name in ("minimum", "maximum") if name in component]
    if bounds != sorted(bounds):
        yield TariffFault(pointer=_pointer("components", no, "maximum"), code="MAXIMUM_BELOW_MINIMUM")


def _allowance_faults(components: list[Mapping[str, Any]]) -> Iterator[TariffFault]:
    """A component has one allowance at most, and one that counts units."""
    kinds = {component["code"]: component["kind"] for component in components}
    covered: set[str] = set()
    for no, component in enumerate(components):
        for place, target in enumerate(component["of"] if component["kind"] == "allowance" else ()):
            pointer = _pointer("components", no, "of", place)
            if kinds.get(target, "metered") not in {"metered", "data", "traffic", "one_off"}:
                yield TariffFault(pointer=pointer, code="TARGET_HAS_NO_UNITS", params={"target": target})
            if target in covered:
                yield TariffFault(pointer=pointer, code="TARGET_HAS_ALLOWANCE", params={"target": target})
            covered.add(target)


def _metered_faults(component: Mapping[str, Any], *, no: int) -> Iterator[TariffFault]:
    names = [register["register"] for register in component["registers"]]
    at = ("components", no, "registers")
    if len(names) > 1 and EVERY_REGISTER in names:
        yield TariffFault(pointer=_pointer(*at), code="EVERY_REGISTER_BESIDE_OTHERS", params={"registers": names})
    for place, register in enumerate(component["registers"]):
        if names.index(register["register"]) != place:
            pointer = _pointer(*at, place, "register")
            yield TariffFault(pointer=pointer, code="DUPLICATE_REGISTER", params={"register": names[place]})
        yield from _mode_faults(register, at=(*at, place))
        yield from _block_faults(register["blocks"], at=(*at, place, "blocks"))


def _mode_faults(register: Mapping[str, Any], *, at: tuple[str | int, ...]) -> Iterator[TariffFault]:
    mode = register.get("mode", BlockMode.GRADUATED)
    if mode == BlockMode.FLAT and len(register["blocks"]) > 1:
        yield TariffFault(pointer=_pointer(*at, "blocks"), code="FLAT_HAS_ONE_BLOCK")
    if "blocks_by" in register and mode != BlockMode.VOLUME:
        yield TariffFault(pointer=_pointer(*at, "blocks_by"), code="BLOCKS_BY_NEEDS_VOLUME", params={"mode": mode})


def _block_faults(blocks: list[Mapping[str, Any]], *, at: tuple[str | int, ...]) -> Iterator[TariffFault]:
    above = 0
    for place, block in enumerate(blocks[:-1]):
        pointer = _pointer(*at, place)
        if "upto" not in block:
            yield TariffFault(pointer=pointer, code="OPEN_BLOCK_NOT_LAST")
            continue
        upto = parse_micro(text=block["upto"])
        if upto <= above:
            yield TariffFault(pointer=f"{pointer}/upto", code="BLOCKS_NOT_ASCENDING", params={"upto": block["upto"]})
        above = upto
    if "upto" in blocks[-1]:
        yield TariffFault(pointer=_pointer(*at, len(blocks) - 1, "upto"), code="LAST_BLOCK_NOT_OPEN")
