"""What a tariff may say but hardly means: it can be priced, and whoever writes it is told."""

from collections.abc import Iterator, Mapping
from typing import Any

from rachun.engine.tariffs.components import BlockMode
from rachun.engine.tariffs.faults import Place, TariffFault, pointer_to
from rachun.engine.tariffs.season_faults import days_without_season
from rachun.values.quantity import parse_micro, parse_price_e8


def tariff_warnings(*, document: Mapping[str, Any]) -> list[TariffFault]:
    """Warnings of a document without faults."""
    return [*_gaps(document), *_of_components(document)]


def _gaps(document: Mapping[str, Any]) -> Iterator[TariffFault]:
    named = any("by_season" in part or "only_in" in part for part in document["components"])
    for day in days_without_season(document) if named else ():
        yield TariffFault(pointer=pointer_to("seasons"), code="DAYS_WITHOUT_SEASON", params={"day": day})


def _of_components(document: Mapping[str, Any]) -> Iterator[TariffFault]:
    for no, component in enumerate(document["components"]):
        at: Place = ("components", no)
        yield from _falling_volumes(component.get("registers", []), at=(*at, "registers"))
        for code, said in component.get("by_season", {}).items():
            yield from _falling_volumes(said.get("registers", []), at=(*at, "by_season", code, "registers"))
        if component["kind"] == "capacity":
            yield from _hidden_tiers(component["tiers"], at=(*at, "tiers"))


def _falling_volumes(registers: list[Mapping[str, Any]], *, at: Place) -> Iterator[TariffFault]:
    """With VOLUME a lower price further up makes one unit more cheaper than the units before it."""
    for place, register in enumerate(registers):
        if register.get("mode") != BlockMode.VOLUME:
            continue
        prices = [parse_price_e8(text=block["price"]) for block in register["blocks"]]
        for no in range(1, len(prices)):
            if prices[no] < prices[no - 1]:
                block, before = register["blocks"][no], register["blocks"][no - 1]
                params = {"upto": before["upto"], "price": block["price"], "price_before": before["price"]}
                pointer = pointer_to(*at, place, "blocks", no, "price")
                yield TariffFault(pointer=pointer, code="VOLUME_PRICE_FALLS", params=params)


def _hidden_tiers(tiers: list[Mapping[str, Any]], *, at: Place) -> Iterator[TariffFault]:
    """A tier that holds no more than an earlier one is never reached."""
    for no in range(1, len(tiers)):
        own = {name: parse_micro(text=limit) for name, limit in tiers[no].get("limits", {}).items()}
        for earlier in tiers[:no]:
            held = {name: parse_micro(text=limit) for name, limit in earlier.get("limits", {}).items()}
            if all(name in own and own[name] <= limit for name, limit in held.items()):
                yield TariffFault(pointer=pointer_to(*at, no), code="TIER_NEVER_REACHED")
                break
