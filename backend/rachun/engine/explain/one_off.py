"""one_off: a delivered service, its day, quantity and price."""

from rachun.engine.explain.facts import Exact, Explained, Fact, Line, Quantity, Step, UnitPrice
from rachun.engine.explain.pricing import price_source, rounded, times_price
from rachun.values.quantity import MICRO


def explain_one_off(line: Line) -> Explained:
    unit = str(line.given("unit"))
    facts: dict[str, Fact] = {
        "item": str(line.given("item")),
        "performed_on": line.service.start,
        "quantity": Quantity(micro=line.quantity_micro, unit=unit),
    }
    delivered = Step(code="DELIVERED", facts=facts)
    bounded = _bounded(line)
    if bounded is not None:
        return Explained(steps=(delivered, price_source(line), *bounded.steps), amount_minor=bounded.amount_minor)
    product = times_price(line, unit=unit)
    return Explained(steps=(delivered, price_source(line), *product.steps), amount_minor=product.amount_minor)


def _bounded(line: Line) -> Explained | None:
    """A delivery that costs the least or the most of its price, and not quantity × price."""
    worth = line.quantity_micro * line.unit_price_e8
    least, most = line.inputs.get("minimum_e8"), line.inputs.get("maximum_e8")
    within = worth if least is None else max(worth, least * MICRO)
    within = within if most is None else min(within, most * MICRO)
    if within == worth:
        return None
    bound = Step(
        code="AT_LEAST" if within > worth else "AT_MOST",
        facts={
            "quantity": Quantity(micro=line.quantity_micro, unit=str(line.given("unit"))),
            "price": UnitPrice(e8=line.unit_price_e8),
            "exact": Exact(num=worth, den=line.minor_den),
            "bound": UnitPrice(e8=within // MICRO),
        },
    )
    rounding, amount = rounded(line, exact=Exact(num=within, den=line.minor_den))
    return Explained(steps=(bound, *rounding), amount_minor=amount)
