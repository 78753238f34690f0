"""A price per period and its share of the days, as `engine.billing.proration` charges it."""

from rachun.engine.explain.facts import Amount, Exact, Explained, Line, Quantity, Step, UnitPrice
from rachun.engine.explain.pricing import rounded
from rachun.engine.tariffs.components import Proration


def prorated(line: Line, *, unit: str) -> Explained:
    """Served days and the price of them. Stretches of one price are charged as differences of one running sum."""
    served = Step(
        code="SERVED_DAYS",
        facts={
            "days": line.given("days"),
            "period_days": line.given("days_in_period"),
            "service": line.service,
        },
    )
    if Proration(line.given("proration")) in (Proration.FULL, Proration.NONE):
        whole = _whole(line, unit=unit)
        return Explained(steps=(served, *whole.steps), amount_minor=whole.amount_minor)
    shared = _by_days(line, unit=unit)
    return Explained(steps=(served, *shared.steps), amount_minor=shared.amount_minor)


def _whole(line: Line, *, unit: str) -> Explained:
    exact = Exact(num=line.quantity_micro * line.unit_price_e8, den=line.minor_den)
    rounding, amount = rounded(line, exact=exact)
    step = Step(code="WHOLE_PRICE", facts={**_factors(line, unit=unit), "exact": exact})
    return Explained(steps=(step, *rounding), amount_minor=amount)


def _by_days(line: Line, *, unit: str) -> Explained:
    before, days, period_days = line.given("days_before"), line.given("days_counted"), line.given("of_days")
    factors = _factors(line, unit=unit)
    if before == 0 and days == period_days:
        return _whole(line, unit=unit)
    if before == 0:
        exact = _share(line, days=days)
        rounding, amount = rounded(line, exact=exact)
        facts = {**factors, "days": days, "period_days": period_days, "exact": exact}
        return Explained(steps=(Step(code="SHARE_OF_DAYS", facts=facts), *rounding), amount_minor=amount)
    upto = line.rounded(_share(line, days=before + days))
    earlier = line.rounded(_share(line, days=before))
    step = Step(
        code="NEXT_SHARE_OF_DAYS",
        facts={
            **factors,
            "days_before": before,
            "days_upto": before + days,
            "period_days": period_days,
            "upto": Amount(minor=upto),
            "earlier": Amount(minor=earlier),
            "amount": Amount(minor=upto - earlier),
        },
    )
    return Explained(steps=(step,), amount_minor=upto - earlier)


def _share(line: Line, *, days: int) -> Exact:
    return Exact(num=line.quantity_micro * line.unit_price_e8 * days, den=line.minor_den * int(line.given("of_days")))


def _factors(line: Line, *, unit: str) -> dict[str, Quantity | UnitPrice]:
    return {"quantity": Quantity(micro=line.quantity_micro, unit=unit), "price": UnitPrice(e8=line.unit_price_e8)}
