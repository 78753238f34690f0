"""allowance: included units, credited on a line that is priced already."""

from rachun.engine.explain.facts import Amount, Exact, Explained, Line, Quantity, Step
from rachun.engine.explain.pricing import price_source, rounded


def explain_allowance(line: Line) -> Explained:
    unit = str(line.given("unit"))
    included, whole = int(line.given("included_micro")), int(line.given("line_micro"))
    worth = int(line.given("line_minor"))
    pool = Step(
        code="INCLUDED_UNITS",
        facts={
            "pool": Quantity(micro=int(line.given("pool_micro")), unit=unit),
            "used": Quantity(micro=int(line.given("used_micro")), unit=unit),
        },
    )
    exact = Exact(num=-worth * included, den=whole)
    credit = Step(
        code="INCLUDED_HERE",
        facts={
            "components": (str(line.given("component")),),
            "included": Quantity(micro=included, unit=unit),
            "quantity": Quantity(micro=whole, unit=unit),
            "amount": Amount(minor=worth),
            "exact": exact,
        },
    )
    rounding, amount = rounded(line, exact=exact)
    return Explained(steps=(price_source(line), pool, credit, *rounding), amount_minor=amount)
