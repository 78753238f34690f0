"""traffic: calls of one destination group, each rated by itself; the sum is rounded once."""

from rachun.engine.explain.facts import Exact, Explained, Line, Quantity, Step
from rachun.engine.explain.pricing import price_source, rounded


def explain_traffic(line: Line) -> Explained:
    exact = Exact(num=int(line.given("numerator")), den=int(line.given("denominator")))
    calls = Step(
        code="CALLS",
        facts={
            "calls": line.given("count"),
            "destination": line.label,
            "service": line.service,
            "quantity": Quantity(micro=line.quantity_micro, unit="min"),
        },
    )
    worth = Step(code="CALLS_WORTH", facts={"table": str(line.given("destination_table")), "exact": exact})
    rounding, amount = rounded(line, exact=exact)
    return Explained(steps=(calls, price_source(line), worth, *rounding), amount_minor=amount)
