"""one_off: a delivered service, its day, quantity and price."""

from rachun.engine.explain.facts import Explained, Fact, Line, Quantity, Step
from rachun.engine.explain.pricing import price_source, times_price


def explain_one_off(line: Line) -> Explained:
    unit = str(line.given("unit"))
    facts: dict[str, Fact] = {
        "item": str(line.given("item")),
        "performed_on": line.service.start,
        "quantity": Quantity(micro=line.quantity_micro, unit=unit),
    }
    product = times_price(line, unit=unit)
    steps = (Step(code="DELIVERED", facts=facts), price_source(line), *product.steps)
    return Explained(steps=steps, amount_minor=product.amount_minor)
