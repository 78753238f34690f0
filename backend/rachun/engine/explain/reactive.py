"""reactive: readings → sums of both sides → the free share → the excess × price."""

from rachun.engine.explain.facts import Explained, Fact, Line, Quantity, Step
from rachun.engine.explain.metered import used_steps
from rachun.engine.explain.pricing import price_source, times_price


def explain_reactive(line: Line) -> Explained:
    unit = str(line.given("unit"))
    excess = times_price(line, unit=unit)
    steps = (*used_steps(line, unit=unit), *_compared(line, unit=unit), price_source(line))
    return Explained(steps=(*steps, *excess.steps), amount_minor=excess.amount_minor)


def _compared(line: Line, *, unit: str) -> tuple[Step, ...]:
    active, reactive, free = (int(line.given(name)) for name in ("active_micro", "reactive_micro", "free_micro"))
    share: dict[str, Fact] = {"tan_phi": Quantity(micro=int(line.given("tan_phi_micro")))}
    code = "FREE_SHARE"
    if line.inputs.get("cos_phi_micro") is not None:
        code, share["cos_phi"] = "FREE_SHARE_OF_COS", Quantity(micro=int(line.given("cos_phi_micro")))
    sums: dict[str, Fact] = {
        "active": Quantity(micro=active),
        "reactive": Quantity(micro=reactive, unit=unit),
        "service": line.service,
    }
    excess: dict[str, Fact] = {
        "reactive": Quantity(micro=reactive, unit=unit),
        "free": Quantity(micro=free, unit=unit),
        "quantity": Quantity(micro=reactive - free, unit=unit),
    }
    return (
        Step(code="BOTH_ENERGIES", facts=sums),
        Step(code=code, facts={"active": Quantity(micro=active), **share, "free": Quantity(micro=free, unit=unit)}),
        Step(code="REACTIVE_EXCESS", facts=excess),
    )
