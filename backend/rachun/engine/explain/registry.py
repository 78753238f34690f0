"""Which file explains which kind of component. A kind of the schema without an entry here fails a test."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from rachun.engine.billing.benefits import KIND as BENEFIT
from rachun.engine.billing.scope import NetRounding
from rachun.engine.explain.allowance import explain_allowance
from rachun.engine.explain.benefit import explain_benefit
from rachun.engine.explain.capacity import explain_capacity
from rachun.engine.explain.data import explain_data
from rachun.engine.explain.facts import Amount, Derivation, Explained, Line, Step
from rachun.engine.explain.fixed import explain_fixed
from rachun.engine.explain.limits import explain_cap, explain_minimum
from rachun.engine.explain.metered import explain_metered
from rachun.engine.explain.one_off import explain_one_off
from rachun.engine.explain.per_attribute import explain_per_attribute
from rachun.engine.explain.percentage import explain_percentage
from rachun.engine.explain.reactive import explain_reactive
from rachun.engine.explain.scope import explain_rests
from rachun.engine.explain.tax import explain_taxes
from rachun.engine.explain.traffic import explain_traffic
from rachun.engine.tariffs.components import (
    Allowance,
    Cap,
    Capacity,
    Data,
    Fixed,
    Metered,
    Minimum,
    OneOff,
    PerAttribute,
    Percentage,
    Reactive,
    Traffic,
)

EXPLAINERS: Mapping[str, Callable[[Line], Explained]] = {
    Fixed.kind: explain_fixed,
    PerAttribute.kind: explain_per_attribute,
    Metered.kind: explain_metered,
    Traffic.kind: explain_traffic,
    OneOff.kind: explain_one_off,
    Percentage.kind: explain_percentage,
    Minimum.kind: explain_minimum,
    Cap.kind: explain_cap,
    Capacity.kind: explain_capacity,
    Reactive.kind: explain_reactive,
    Allowance.kind: explain_allowance,
    Data.kind: explain_data,
    BENEFIT: explain_benefit,
}


class KindNotExplained(KeyError):
    """A charge of a kind that nobody explains."""


def explain_bill(
    *, lines: Sequence[Line], tax_rounding: Literal["LINE", "GROUP"], net_rounding: NetRounding = "LINE"
) -> tuple[Derivation, ...]:
    """Derive every line of one bill again, from nothing but what is stored with it.

    lines: all of them, in their order, because net and tax may be rounded once for several. Raises KindNotExplained and
    InputMissing; a line whose amount comes out differently is told by `Derivation.agrees`.
    """
    explained = [_explain(line) for line in lines]
    rests = explain_rests(lines=lines, amounts=[one.amount_minor for one in explained], rounding=net_rounding)
    amounts = [amount for _, amount in rests]
    taxes = explain_taxes(lines=lines, amounts=amounts, rounding=tax_rounding)
    return tuple(
        Derivation(
            line=line,
            steps=(*_season(line), *one.steps, *rest, *steps, _total(line)),
            amount_minor=amount,
            tax_minor=tax,
        )
        for line, one, (rest, amount), (steps, tax) in zip(lines, explained, rests, taxes, strict=True)
    )


def _explain(line: Line) -> Explained:
    """A limit of a past month that a reading corrects is explained as that month's: it is taken back, or done again."""
    if line.kind not in EXPLAINERS:
        raise KindNotExplained(line.kind)
    explain = EXPLAINERS[line.kind]
    if line.inputs.get("taken_back"):
        told = explain(_turned(line))
        back = Step(code="LIMIT_TAKEN_BACK", facts={"service": line.service})
        return Explained(steps=(back, *told.steps), amount_minor=-told.amount_minor)
    if line.inputs.get("done_again"):
        told = explain(line)
        again = Step(code="LIMIT_DONE_AGAIN", facts={"service": line.service})
        return Explained(steps=(again, *told.steps), amount_minor=told.amount_minor)
    return explain(line)


def _turned(line: Line) -> Line:
    """The line as the past bill held it."""
    inputs = {name: value for name, value in line.inputs.items() if name != "taken_back"}
    money = {name: -getattr(line, name) for name in ("quantity_micro", "net_minor", "tax_minor", "gross_minor")}
    return replace(line, inputs=inputs, **money)


def _season(line: Line) -> tuple[Step, ...]:
    season = line.inputs.get("season")
    if season is None:
        return ()
    return (Step(code="SEASON", facts={"season": (str(season),), "service": line.service}),)


def _total(line: Line) -> Step:
    facts = {"net": line.net_minor, "tax": line.tax_minor, "gross": line.gross_minor}
    return Step(code="TOTAL", facts={name: Amount(minor=minor) for name, minor in facts.items()})
