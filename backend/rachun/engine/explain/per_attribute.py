"""per_attribute: what the agreement has (kW, persons, m²), days served and a price per period."""

from rachun.engine.explain.facts import Explained, Line, Quantity, Step
from rachun.engine.explain.pricing import price_source
from rachun.engine.explain.proration import prorated


def explain_per_attribute(line: Line) -> Explained:
    unit = str(line.inputs.get("unit") or "")
    value = Step(
        code="ATTRIBUTE_BY_DEFAULT" if line.given("by_default") else "ATTRIBUTE",
        facts={
            "attribute": str(line.given("attribute")),
            "value": Quantity(micro=line.given("value_micro"), unit=unit),
            "service": line.service,
        },
    )
    shared = prorated(line, unit=unit)
    return Explained(steps=(price_source(line), value, *shared.steps), amount_minor=shared.amount_minor)
