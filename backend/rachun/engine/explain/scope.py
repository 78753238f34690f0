"""Amounts that a bill rounds together: the largest line of a group takes what the lines alone differ by."""

from collections.abc import Sequence
from fractions import Fraction

from rachun.engine.billing.scope import NetRounding
from rachun.engine.explain.facts import Amount, Exact, Fact, Line, Step


def explain_rests(
    *, lines: Sequence[Line], amounts: Sequence[int], rounding: NetRounding
) -> list[tuple[tuple[Step, ...], int]]:
    """(steps, amount) of each line of one bill, from the amounts that the lines' own derivations gave."""
    found: list[tuple[tuple[Step, ...], int]] = [((), amount) for amount in amounts]
    if rounding == "LINE":
        return found
    groups: dict[tuple[object, ...], list[int]] = {}
    for place, line in enumerate(lines):
        category = line.tax_category if rounding == "GROUP" else ""
        groups.setdefault((category, line.vat, line.source.rounding), []).append(place)
    for places in groups.values():
        exact = sum((Fraction(lines[at].exact.num, lines[at].exact.den) for at in places), Fraction(0))
        together = Exact(num=exact.numerator, den=exact.denominator)
        alone = sum(amounts[at] for at in places)
        largest = max(places, key=lambda at: abs(amounts[at]))
        rest = lines[largest].rounded(together) - alone
        if rest:
            step = _step(rounding, together=together, alone=alone, rest=rest, amount=amounts[largest] + rest)
            found[largest] = ((step,), amounts[largest] + rest)
    return found


def _step(rounding: NetRounding, *, together: Exact, alone: int, rest: int, amount: int) -> Step:
    facts: dict[str, Fact] = {
        "exact": together,
        "whole": Amount(minor=alone + rest),
        "alone": Amount(minor=alone),
        "rest": Amount(minor=rest),
        "amount": Amount(minor=amount),
    }
    if rounding == "BILL":
        return Step(code="ROUNDED_OF_BILL", facts=facts)
    return Step(code="ROUNDED_OF_GROUP", facts=facts)
