"""capacity: the highest tier that a measured peak reaches, for the days that were measured."""

from rachun.engine.explain.facts import Explained, Fact, Line, Quantity, Step
from rachun.engine.explain.metered import flat_price
from rachun.engine.explain.pricing import price_source


def explain_capacity(line: Line) -> Explained:
    facts: dict[str, Fact] = {
        "register": str(line.given("register")),
        "peak": Quantity(micro=int(line.given("peak_micro"))),
        "block": int(line.given("tier_no")),
        "service": line.service,
    }
    limit = line.inputs.get("limit_micro")
    tier = Step(code="TIER_OPEN", facts=facts)
    if limit is not None:
        tier = Step(code="TIER", facts={**facts, "limit": Quantity(micro=int(limit))})
    price = flat_price(line, days=int(line.given("days")))
    return Explained(steps=(tier, price_source(line), *price.steps), amount_minor=price.amount_minor)
