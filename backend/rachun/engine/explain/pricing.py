"""The steps that several kinds share: the price's source, quantity × price, and rounding."""

from rachun.engine.explain.facts import Amount, Exact, Explained, Fact, Line, Quantity, Step, UnitPrice


def price_source(line: Line) -> Step:
    source = line.source
    facts: dict[str, Fact] = {"plan": source.plan, "valid_from": source.valid_from}
    if not source.source_document:
        return Step(code="VERSION_WITHOUT_DOCUMENT", facts=facts)
    documented: dict[str, Fact] = {**facts, "source_document": source.source_document}
    if not source.approved_by:
        return Step(code="VERSION_OF_DOCUMENT", facts=documented)
    return Step(code="VERSION", facts={**documented, "approved_by": source.approved_by})


def times_price(line: Line, *, unit: str) -> Explained:
    """Quantity × unit price, rounded once."""
    exact = Exact(num=line.quantity_micro * line.unit_price_e8, den=line.minor_den)
    product = Step(
        code="TIMES_PRICE",
        facts={
            "quantity": Quantity(micro=line.quantity_micro, unit=unit),
            "price": UnitPrice(e8=line.unit_price_e8),
            "exact": exact,
        },
    )
    rounding, amount = rounded(line, exact=exact)
    return Explained(steps=(product, *rounding), amount_minor=amount)


def rounded(line: Line, *, exact: Exact) -> tuple[tuple[Step, ...], int]:
    """No step where nothing had to be rounded."""
    amount = line.rounded(exact)
    if exact.num == amount * exact.den:
        return (), amount
    code = f"ROUNDED_{line.source.rounding.value}"
    return (Step(code=code, facts={"exact": exact, "amount": Amount(minor=amount)}),), amount
