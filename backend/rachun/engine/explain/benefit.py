"""benefit: a percent of what covered persons used, inside the norm, which the budget pays."""

from rachun.engine.explain.facts import Amount, Exact, Explained, Fact, Line, Percent, Quantity, Step
from rachun.engine.explain.pricing import price_source

BY_NORM = "NORM"


def explain_benefit(line: Line) -> Explained:
    """Discounts of one household are differences of one running sum, and together never exceed what they discount."""
    base, given = int(line.given("base_minor")), int(line.given("given_minor"))
    num, den = -int(line.given("numerator")), int(line.given("denominator"))
    before = int(line.given("numerator_before"))
    alone = line.rounded(Exact(num=before + num, den=den)) - line.rounded(Exact(num=before, den=den))
    discount = min(given + alone, base) - min(given, base)
    steps = (price_source(line), _covered(line), _discount(line, exact=Exact(num=num, den=den), discount=discount))
    return Explained(steps=steps, amount_minor=-discount)


def _covered(line: Line) -> Step:
    facts: dict[str, Fact] = {
        "category": str(line.given("category")),
        "percent": Percent(micro=int(line.given("percent_micro"))),
        "person_days": int(line.given("person_days")),
        "days": int(line.given("days")),
        "household": int(line.given("household")),
        "payer": str(line.given("payer")),
    }
    return Step(code="BENEFIT", facts=facts)


def _discount(line: Line, *, exact: Exact, discount: int) -> Step:
    facts: dict[str, Fact] = {
        "base": Amount(minor=int(line.given("base_minor"))),
        "exact": exact,
        "amount": Amount(minor=discount),
    }
    if line.given("by") != BY_NORM:
        return Step(code="BENEFIT_BY_SHARE", facts=facts)
    norm = Quantity(micro=int(line.given("norm_micro")))
    return Step(code="BENEFIT_BY_NORM", facts={**facts, "norm": norm})
