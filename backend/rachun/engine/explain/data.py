"""data: what was reported, in the priced unit, and the block that prices it."""

from rachun.engine.explain.facts import Explained, Fact, Line, Quantity, Step
from rachun.engine.explain.pricing import price_source, times_price

PEAK = "PEAK"


def explain_data(line: Line) -> Explained:
    unit, is_peak = str(line.given("unit")), line.given("measure") == PEAK
    measured = Quantity(micro=int(line.given("measured_micro")), unit=unit)
    reported = Step(
        code="DATA_PEAK" if is_peak else "DATA_SUM",
        facts={
            "reports": int(line.given("count")),
            "service": line.service,
            "reported": Quantity(micro=int(line.given("reported_micro"))),
            "per": Quantity(micro=int(line.given("per_micro"))),
            "measured": measured,
        },
    )
    product = times_price(line, unit="" if is_peak else unit)
    steps = (reported, price_source(line), *_block(line, measured=measured, is_peak=is_peak), *product.steps)
    return Explained(steps=steps, amount_minor=product.amount_minor)


def _block(line: Line, *, measured: Quantity, is_peak: bool) -> tuple[Step, ...]:
    above, upto = int(line.given("above_micro")), line.inputs.get("upto_micro")
    if above == 0 and upto is None:
        return ()
    block = int(line.block_no or 0)
    if is_peak:
        return (Step(code="BLOCK_OF_PEAK", facts={"chosen": measured, "block": block}),)
    facts: dict[str, Fact] = {
        "block": block,
        "above": Quantity(micro=above, unit=measured.unit),
        "total": measured,
        "quantity": Quantity(micro=line.quantity_micro, unit=measured.unit),
    }
    if upto is None:
        return (Step(code="BLOCK_OPEN", facts=facts),)
    return (Step(code="BLOCK", facts={**facts, "upto": Quantity(micro=int(upto), unit=measured.unit)}),)
