"""capacity: the highest tier that a peak reaches, measured or by default, for the days it stands for."""

from rachun.engine.explain.facts import Exact, Explained, Fact, Line, Quantity, Step, UnitPrice
from rachun.engine.explain.metered import flat_price
from rachun.engine.explain.pricing import price_source, rounded, times_price
from rachun.engine.explain.proration import prorated
from rachun.engine.tariffs.components import CapacityCharge


def explain_capacity(line: Line) -> Explained:
    by_peak = line.inputs.get("charge") == CapacityCharge.PEAK
    unit = str(line.inputs.get("unit") or "")
    if line.inputs.get("by_default"):
        shared = prorated(line, unit=unit if by_peak else "")
        steps = (_default(line, unit=unit), *_tier(line, unit=unit), price_source(line), *shared.steps)
        return Explained(steps=steps, amount_minor=shared.amount_minor)
    price = _by_peak(line, unit=unit) if by_peak else flat_price(line, days=int(line.given("days")))
    steps = (*_measured(line, unit=unit), price_source(line), *price.steps)
    return Explained(steps=steps, amount_minor=price.amount_minor)


def _measured(line: Line, *, unit: str) -> tuple[Step, ...]:
    tier = _tier(line, unit=unit)
    if tier and line.inputs.get("charge") != CapacityCharge.PEAK:
        return tier
    facts: dict[str, Fact] = {"register": str(line.given("register")), "peak": _peak(line, unit=unit)}
    return (Step(code="PEAK", facts={**facts, "service": line.service}), *tier)


def _default(line: Line, *, unit: str) -> Step:
    facts: dict[str, Fact] = {
        "register": str(line.given("register")),
        "peak": _peak(line, unit=unit),
        "service": line.service,
    }
    attribute = line.inputs.get("attribute")
    if attribute is None:
        return Step(code="PEAK_BY_DEFAULT", facts=facts)
    return Step(code="PEAK_BY_ATTRIBUTE", facts={**facts, "attribute": str(attribute)})


def _tier(line: Line, *, unit: str) -> tuple[Step, ...]:
    """Nothing to say where the only tier holds every peak."""
    no, limit = int(line.given("tier_no")), line.inputs.get("limit_micro")
    if limit is None and no == 1 and "charge" in line.inputs:
        return ()
    facts: dict[str, Fact] = {
        "register": str(line.given("register")),
        "peak": _peak(line, unit=unit),
        "block": no,
        "service": line.service,
    }
    if limit is None:
        return (Step(code="TIER_OPEN", facts=facts),)
    return (Step(code="TIER", facts={**facts, "limit": Quantity(micro=int(limit), unit=unit)}),)


def _by_peak(line: Line, *, unit: str) -> Explained:
    """Peak × price, for the days measured."""
    days, window = int(line.given("days")), int(line.given("window_days"))
    if days == window:
        return times_price(line, unit=unit)
    exact = Exact(num=line.quantity_micro * line.unit_price_e8 * days, den=line.minor_den * window)
    facts: dict[str, Fact] = {
        "quantity": Quantity(micro=line.quantity_micro, unit=unit),
        "price": UnitPrice(e8=line.unit_price_e8),
        "days": days,
        "period_days": window,
        "exact": exact,
    }
    rounding, amount = rounded(line, exact=exact)
    return Explained(steps=(Step(code="SHARE_OF_DAYS", facts=facts), *rounding), amount_minor=amount)


def _peak(line: Line, *, unit: str) -> Quantity:
    return Quantity(micro=int(line.given("peak_micro")), unit=unit)
