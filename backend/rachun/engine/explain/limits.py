"""minimum and cap: an amount for the days served, held against what the named components came to."""

from rachun.engine.explain.facts import Amount, Exact, Explained, Fact, Line, Step
from rachun.engine.explain.pricing import price_source


def explain_minimum(line: Line) -> Explained:
    limit, base = int(line.given("limit_minor")), int(line.given("base_minor"))
    lacking = Step(
        code="LACKS_TO_MINIMUM",
        facts={
            "limit": Amount(minor=limit),
            "components": tuple(line.given("of")),
            "base": Amount(minor=base),
            "amount": Amount(minor=limit - base),
        },
    )
    return Explained(steps=(price_source(line), _days(line), lacking), amount_minor=limit - base)


def explain_cap(line: Line) -> Explained:
    """A reduction is split over tax categories as the difference of two running sums."""
    limit, base = int(line.given("limit_minor")), int(line.given("base_minor"))
    category, before = int(line.given("category_minor")), int(line.given("category_before_minor"))
    reduction = base - limit
    over = Step(
        code="OVER_THE_CAP",
        facts={
            "limit": Amount(minor=limit),
            "components": tuple(line.given("of")),
            "base": Amount(minor=base),
            "reduction": Amount(minor=reduction),
        },
    )
    upto = line.rounded(Exact(num=reduction * (before + category), den=base))
    earlier = line.rounded(Exact(num=reduction * before, den=base))
    amount = earlier - upto
    steps = (price_source(line), _days(line), over)
    if category == base:
        return Explained(steps=steps, amount_minor=amount)
    share = Step(
        code="SHARE_OF_REDUCTION",
        facts={"category": Amount(minor=category), "base": Amount(minor=base), "amount": Amount(minor=amount)},
    )
    return Explained(steps=(*steps, share), amount_minor=amount)


def _days(line: Line) -> Step:
    facts: dict[str, Fact] = {
        "days": int(line.given("days")),
        "period_days": int(line.given("days_in_period")),
        "service": line.service,
    }
    return Step(code="SERVED_DAYS", facts=facts)
