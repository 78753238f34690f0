"""fixed: days served and a price per period."""

from rachun.engine.explain.facts import Explained, Line
from rachun.engine.explain.pricing import price_source
from rachun.engine.explain.proration import prorated


def explain_fixed(line: Line) -> Explained:
    shared = prorated(line, unit="")
    return Explained(steps=(price_source(line), *shared.steps), amount_minor=shared.amount_minor)
