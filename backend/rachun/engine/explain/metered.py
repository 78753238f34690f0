"""metered: readings → consumption → its share of the days → the block → quantity × price."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from rachun.engine.explain.facts import Days, Exact, Explained, Fact, Line, Quantity, Step, UnitPrice
from rachun.engine.explain.pricing import price_source, rounded, times_price
from rachun.engine.tariffs.components import EVERY_REGISTER
from rachun.values.quantity import MICRO, parse_micro
from rachun.values.rounding import half_up

FLAT, VOLUME = "FLAT", "VOLUME"
_ONE_DAY = timedelta(days=1)


def explain_metered(line: Line) -> Explained:
    unit = str(line.given("unit"))
    evidence = line.inputs.get("readings", ())
    used = used_steps(line, unit=unit)
    product = _flat(line) if line.label == FLAT else _usage(line, unit=unit)
    season = _season_used(line, unit=unit)
    steps = (*used, *_total(line, evidence=evidence, unit=unit), price_source(line), *season, *_block(line, unit=unit))
    return Explained(steps=(*steps, *product.steps), amount_minor=product.amount_minor)


def used_steps(line: Line, *, unit: str) -> tuple[Step, ...]:
    """The readings or other evidence that the line stands on."""
    return tuple(_used(one, unit=unit) for one in line.inputs.get("readings", ()))


def read_on(boundary: str) -> date:
    """A value opens its boundary day: it was read at the end of the day before."""
    return date.fromisoformat(boundary) - _ONE_DAY


def _used(evidence: Mapping[str, Any], *, unit: str) -> Step:
    """Two readings of a meter, or consumption stated on another basis."""
    if "meter" not in evidence:
        return _unmeasured(evidence, unit=unit)
    facts: dict[str, Fact] = {
        "meter": str(evidence["meter"]),
        "register": str(evidence["register"]),
        "from_date": read_on(evidence["from"]),
        "from_value": Quantity(micro=_micro(evidence["from_value"])),
        "to_date": read_on(evidence["to"]),
        "to_value": Quantity(micro=_micro(evidence["to_value"])),
        "multiplier": Quantity(micro=_micro(evidence["multiplier"])),
        "quantity": Quantity(micro=quantity_of(evidence), unit=unit),
    }
    is_estimated = "ESTIMATED" in evidence.get("kinds", ())
    code = "READINGS_THROUGH_ZERO" if evidence.get("rollover") else "READINGS"
    return Step(code=f"{code}_ESTIMATED" if is_estimated else code, facts=facts)


def _unmeasured(evidence: Mapping[str, Any], *, unit: str) -> Step:
    """A share of a common meter, an estimate, an estimate that a reading disproved, or what somebody stated."""
    if "common_meter" in evidence:
        return _shared(evidence, unit=unit)
    if "profile" in evidence:
        return _banded(evidence, unit=unit)
    if "estimate" in evidence:
        based_on = Quantity(micro=_micro(evidence["based_on"]), unit=unit)
        facts: dict[str, Fact] = {"based_on": based_on, "days": int(evidence["based_on_days"])}
        return Step(code=f"ESTIMATE_{evidence['estimate']}", facts={**facts, "service": _days_of(evidence)})
    if "taken_back" in evidence:
        return Step(code="TAKEN_BACK", facts={"service": _days_of(evidence)})
    return Step(code="STATED", facts={"text": str(evidence.get("text", ""))})


def _shared(evidence: Mapping[str, Any], *, unit: str) -> Step:
    """What the main meter shows beyond the sub-meters, and the part of it. Weights hold for the days they held."""
    micro = {name: _micro(evidence[name]) for name in ("main_quantity", "subtracted", "remainder", "weight", "whole")}
    facts: dict[str, Fact] = {
        "main": str(evidence["main"]),
        "service": _days_of(evidence),
        **{name: Quantity(micro=micro[name], unit=unit) for name in ("main_quantity", "subtracted", "remainder")},
        **{name: Quantity(micro=micro[name]) for name in ("weight", "whole")},
        "quantity": Quantity(micro=_micro(evidence["quantity"]), unit=unit),
    }
    return Step(code=f"COMMON_SHARE_{evidence['method']}", facts=facts)


def _banded(evidence: Mapping[str, Any], *, unit: str) -> Step:
    """The hours of a load profile that belong to a band."""
    facts: dict[str, Fact] = {
        "meter": str(evidence["serial"]),
        "register": str(evidence["profile"]),
        "service": _days_of(evidence),
        "hours": Quantity(micro=int(evidence["minutes"]) * MICRO // 60, unit="h"),
        "band": str(evidence["band"]),
        "quantity": Quantity(micro=_micro(evidence["quantity"]), unit=unit),
    }
    code = f"PROFILE_{evidence['clock']}"
    if evidence.get("multiplier", "1") == "1":  # charges of before multipliers counted have none
        return Step(code=code, facts=facts)
    facts["shown"] = Quantity(micro=_micro(evidence["shown"]))
    facts["multiplier"] = Quantity(micro=_micro(evidence["multiplier"]))
    return Step(code=f"{code}_TIMES", facts=facts)


def _days_of(evidence: Mapping[str, Any]) -> Days:
    return Days(start=date.fromisoformat(evidence["from"]), end=date.fromisoformat(evidence["to"]))


def _usage(line: Line, *, unit: str) -> Explained:
    """Quantity × price, or started packages × price."""
    package = line.inputs.get("package_micro")
    if package is None:
        return times_price(line, unit=unit)
    packages = Step(
        code="PACKAGES",
        facts={
            "used": Quantity(micro=int(line.given("used_micro")), unit=unit),
            "package": Quantity(micro=int(package), unit=unit),
            "quantity": Quantity(micro=abs(line.quantity_micro)),
        },
    )
    product = times_price(line, unit="")
    return Explained(steps=(packages, *product.steps), amount_minor=product.amount_minor)


def _flat(line: Line) -> Explained:
    window = bounds_days(line)
    return flat_price(line, days=int(line.given("days")) if line.given("blocks_prorate") else window)


def flat_price(line: Line, *, days: int) -> Explained:
    """What entering a block or tier costs a window, for `days` of it."""
    window = bounds_days(line)
    exact = Exact(num=line.quantity_micro * line.unit_price_e8 * days, den=line.minor_den * window)
    facts: dict[str, Fact] = {"price": UnitPrice(e8=line.unit_price_e8)}
    flat = Step(code="FLAT", facts=facts)
    if days != window:
        flat = Step(code="FLAT_BY_DAYS", facts={**facts, "days": days, "window_days": window, "exact": exact})
    rounding, amount = rounded(line, exact=exact)
    return Explained(steps=(flat, *rounding), amount_minor=amount)


def quantity_of(evidence: Mapping[str, Any]) -> int:
    """What two readings say was used. The dial's digits are needed once it has passed zero."""
    used = _micro(evidence["to_value"]) - _micro(evidence["from_value"])
    if evidence.get("rollover"):
        used += int(10 ** int(evidence["digits"])) * MICRO
    return half_up(num=used * _micro(evidence["multiplier"]), den=MICRO)


def _micro(text: Any) -> int:
    return parse_micro(text=str(text))


def _total(line: Line, *, evidence: Any, unit: str) -> tuple[Step, ...]:
    """Several readings are summed; where only a part of the days belongs to this line, its part is named."""
    total = Quantity(micro=int(line.given("total_micro")), unit=unit)
    if not evidence or not all("meter" in one for one in evidence):
        return (_stretch("CONSUMPTION", line=line, quantity=total, basis=line.basis),)
    whole = sum(quantity_of(one) for one in evidence)
    if whole != total.micro:
        of = Quantity(micro=whole, unit=unit)
        return (_stretch("CONSUMPTION_PART", line=line, quantity=total, of=of),)
    if len(evidence) == 1:
        return ()
    code = "REGISTERS_TOGETHER" if line.register == EVERY_REGISTER else "CONSUMPTION_TOGETHER"
    return (Step(code=code, facts={"quantity": total}),)


def _stretch(code: str, *, line: Line, **facts: Quantity | str) -> Step:
    return Step(code=code, facts={**facts, "service": Days(start=line.service.start, end=line.service.end)})


def _block(line: Line, *, unit: str) -> tuple[Step, ...]:
    above, upto = int(line.given("above_micro")), line.inputs.get("upto_micro")
    days, window_days = line.given("days"), bounds_days(line)
    if above == 0 and upto is None:
        return ()
    if line.inputs.get("mode") == VOLUME:
        chosen = Quantity(micro=int(line.given("chosen_micro")), unit=unit)
        return (Step(code="BLOCK_OF_ALL", facts={"chosen": chosen, "block": int(line.block_no or 0)}),)
    facts: dict[str, Fact] = {
        "block": int(line.block_no or 0),
        "above": Quantity(micro=above, unit=unit),
        "total": Quantity(micro=int(line.given("total_micro")), unit=unit),
        "quantity": Quantity(micro=int(line.given("used_micro")), unit=unit),
    }
    bounds = Step(
        code="BLOCK_OPEN" if upto is None else "BLOCK",
        facts=facts if upto is None else {**facts, "upto": Quantity(micro=int(upto), unit=unit)},
    )
    scaled = _scaled(line)
    if not line.given("blocks_prorate") or days == window_days:
        return (*scaled, bounds)
    return (*scaled, Step(code="BOUNDS_BY_DAYS", facts={"days": days, "window_days": window_days}), bounds)


def _season_used(line: Line, *, unit: str) -> tuple[Step, ...]:
    """Where in the blocks of a season the use of this bill begins and ends."""
    if line.inputs.get("used_before") is None:
        return ()
    before, total = int(line.inputs["used_before"]), int(line.given("total_micro"))
    facts = {name: Quantity(micro=micro, unit=unit) for name, micro in (("before", before), ("upto", before + total))}
    return (Step(code="SEASON_USED", facts=facts),)


def _scaled(line: Line) -> tuple[Step, ...]:
    factor = line.inputs.get("factor_micro")
    if factor is None:
        return ()
    facts: dict[str, Fact] = {"attribute": str(line.given("scaled_by")), "value": Quantity(micro=int(factor))}
    return (Step(code="BOUNDS_TIMES", facts=facts),)


def bounds_days(line: Line) -> int:
    """The days that bounds and flats are given for: of the window, or of a whole season."""
    return int(line.inputs.get("bounds_days") or line.given("window_days"))
