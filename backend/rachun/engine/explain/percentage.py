"""percentage: a percent of the rounded amounts of named earlier components."""

from rachun.engine.explain.facts import Amount, Exact, Explained, Line, Percent, Step
from rachun.engine.explain.pricing import price_source, rounded
from rachun.values.quantity import E8


def explain_percentage(line: Line) -> Explained:
    base, percent = int(line.given("base_minor")), int(line.given("percent_micro"))
    exact = Exact(num=base * percent, den=E8)
    step = Step(
        code="PERCENT_OF",
        facts={
            "percent": Percent(micro=percent),
            "components": tuple(line.given("of")),
            "base": Amount(minor=base),
            "exact": exact,
        },
    )
    rounding, amount = rounded(line, exact=exact)
    return Explained(steps=(price_source(line), step, *rounding), amount_minor=amount)
