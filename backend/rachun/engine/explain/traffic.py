"""traffic: calls of one destination group, each rated by itself; the sum is rounded once."""

from rachun.engine.explain.facts import Exact, Explained, Line, Quantity, Step
from rachun.engine.explain.pricing import price_source, rounded
from rachun.values.quantity import MICRO
from rachun.values.rounding import half_up


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
    covered_s = int(line.inputs.get("covered_s", 0))
    included = Quantity(micro=half_up(num=covered_s * MICRO, den=60), unit="min")
    bundle = (Step(code="CALLS_INCLUDED", facts={"quantity": included}),) if covered_s else ()
    worth = Step(code="CALLS_WORTH", facts={"table": str(line.given("destination_table")), "exact": exact})
    rounding, amount = rounded(line, exact=exact)
    return Explained(steps=(calls, *bundle, price_source(line), worth, *rounding), amount_minor=amount)
