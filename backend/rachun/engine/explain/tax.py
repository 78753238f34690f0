"""The tax of stored lines again: each by itself, or once for a group whose largest line takes what rounding leaves."""

from collections.abc import Sequence
from typing import Literal

from rachun.engine.explain.facts import Amount, Exact, Fact, Line, Percent, Step
from rachun.engine.tariffs.components import Taxed, VatMode
from rachun.values.rounding import half_up

_WHOLE = 100 * 10**6


def explain_taxes(
    *, lines: Sequence[Line], amounts: Sequence[int], rounding: Literal["LINE", "GROUP"]
) -> list[tuple[tuple[Step, ...], int]]:
    """(steps, tax) of each line of one bill, from the amounts that its derivation gave."""
    alone = [half_up(num=exact.num, den=exact.den) for exact in map(_exact, lines, amounts)]
    rest = [0] * len(lines) if rounding == "LINE" else _residuals(lines=lines, amounts=amounts, alone=alone)
    return [
        (_steps(line, amount=amount, own=own, rest=left), own + left)
        for line, amount, own, left in zip(lines, amounts, alone, rest, strict=True)
    ]


def _exact(line: Line, amount: int) -> Exact:
    if _is_exact(line):
        rate = _whole(line.tax_rate_micro, line=line)
        return Exact(num=line.exact.num * rate.num, den=line.exact.den * rate.den)
    return _whole(amount * line.tax_rate_micro, line=line)


def _is_exact(line: Line) -> bool:
    return line.source.taxed is Taxed.EXACT


def _whole(num: int, *, line: Line) -> Exact:
    den = line.tax_rate_micro + _WHOLE if line.vat is VatMode.INSIDE else _WHOLE
    return Exact(num=num, den=den)


def _residuals(*, lines: Sequence[Line], amounts: Sequence[int], alone: Sequence[int]) -> list[int]:
    groups: dict[tuple[str, int, VatMode], list[int]] = {}
    for place, line in enumerate(lines):
        if not _is_exact(line):
            groups.setdefault((line.tax_category, line.tax_rate_micro, line.vat), []).append(place)
    rest = [0] * len(lines)
    for places in groups.values():
        whole = _whole(sum(amounts[place] for place in places) * lines[places[0]].tax_rate_micro, line=lines[places[0]])
        largest = max(places, key=lambda place: abs(amounts[place]))
        rest[largest] = half_up(num=whole.num, den=whole.den) - sum(alone[place] for place in places)
    return rest


def _steps(line: Line, *, amount: int, own: int, rest: int) -> tuple[Step, ...]:
    if line.tax_rate_micro == 0:
        return (Step(code="TAX_NONE", facts={"category": line.tax_category}),)
    facts: dict[str, Fact] = {
        "rate": Percent(micro=line.tax_rate_micro),
        "base": line.exact if _is_exact(line) else Amount(minor=amount),
        "exact": _exact(line, amount),
        "tax": Amount(minor=own),
    }
    tax = Step(code="TAX_INSIDE" if line.vat is VatMode.INSIDE else "TAX_ON_TOP", facts=facts)
    if rest == 0:
        return (tax,)
    left: dict[str, Fact] = {
        "rate": Percent(micro=line.tax_rate_micro),
        "rest": Amount(minor=rest),
        "tax": Amount(minor=own + rest),
    }
    return tax, Step(code="TAX_OF_GROUP", facts=left)
