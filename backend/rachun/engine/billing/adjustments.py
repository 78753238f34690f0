"""What looks at lines already priced: allowance, percentage, minimum, cap; each after the components it names.

A minimum or a cap for the whole period sees the lines of every version of its agreement, so the turns are counted over
all versions together. Where two versions name each other in a circle, each version's own order counts.
"""

from collections.abc import Callable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

import polars as pl

from rachun.engine.billing.allowance import allowance_lines, closing_of, opening_of
from rachun.engine.billing.cap import cap_lines
from rachun.engine.billing.minimum import minimum_lines
from rachun.engine.billing.percentage import percentage_lines
from rachun.engine.billing.segments import Stretches, components_of
from rachun.engine.billing.snapshot import ALLOWANCES, empty
from rachun.engine.tariffs.components import Allowance, Cap, Component, Minimum, Percentage
from rachun.engine.tariffs.selection import VersionInForce
from rachun.values.rounding import WIDE

_NONE = pl.lit(0, WIDE)
_LIMIT = {"of": pl.List(pl.String()), "price_e8": pl.Int64(), "proration": pl.String()}
_ALLOWANCE = {
    "of": pl.List(pl.String()),
    "included_micro": pl.Int64(),
    "unit": pl.String(),
    "shared_by": pl.String(),
    "rollover_periods": pl.Int64(),
    "proration": pl.String(),
}
_KINDS: Sequence[tuple[type[Component], Mapping[str, Any], Callable[..., pl.DataFrame]]] = (
    (Percentage, {"of": pl.List(pl.String()), "percent_micro": pl.Int64()}, percentage_lines),
    (Minimum, _LIMIT, minimum_lines),
    (Cap, _LIMIT, cap_lines),
)
_ADJUSTING = {Allowance.kind, *(kind.kind for kind, _, _ in _KINDS)}


def with_adjustments(
    *, lines: pl.DataFrame, stretches: Stretches, versions: Sequence[VersionInForce], allowances: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(lines with those of the adjustments, closing ALLOWANCES). allowances: the opening ALLOWANCES."""
    kinds = {component.kind for version in versions for component in version.tariff.components}
    if allowances.is_empty() and kinds.isdisjoint(_ADJUSTING):
        return lines, empty(columns=ALLOWANCES)
    turns = _turns(versions)
    parts = [
        (components_of(versions, kind=kind, extra=extra).join(turns, on=["version_ix", "component_no"]), lines_of)
        for kind, extra, lines_of in _KINDS
        if kind.kind in kinds
    ]
    granting = components_of(versions, kind=Allowance, extra=_ALLOWANCE).join(turns, on=["version_ix", "component_no"])
    waiting = opening_of(allowances=allowances, stretches=stretches)
    buckets = [waiting.join(granting, left_on="allowance", right_on="component", how="anti").with_columns(spent=_NONE)]
    for turn in turns["turn"].unique().sort():
        made = [
            lines_of(components=now.drop("turn"), lines=lines, stretches=stretches)
            for components, lines_of in parts
            if (now := components.filter(pl.col("turn") == turn)).height
        ]
        if (now := granting.filter(pl.col("turn") == turn)).height:
            opening = waiting.join(now.rename({"component": "allowance"}), on="allowance", how="semi")
            credited, left = allowance_lines(components=now, lines=lines, stretches=stretches, opening=opening)
            made.append(credited)
            buckets.append(left)
        lines = pl.concat([lines, *made])
    return lines, closing_of(buckets=pl.concat(buckets))


def _turns(versions: Sequence[VersionInForce]) -> pl.DataFrame:
    """version_ix, component_no, turn: a component comes in a later turn than any it names."""
    adjusting = [
        (version.version_ix, component)
        for version in versions
        for component in version.tariff.components
        if isinstance(component, Allowance | Percentage | Minimum | Cap)
    ]
    needs: dict[str, set[str]] = {}
    for _, component in adjusting:
        needs.setdefault(component.code, set()).update(component.of)
    try:
        order = list(TopologicalSorter(needs).static_order())
    except CycleError:
        rows = [(version_ix, component.no, component.no) for version_ix, component in adjusting]
    else:
        turn: dict[str, int] = {}
        for code in order:
            turn[code] = 1 + max((turn[named] for named in needs.get(code, ())), default=-1)
        rows = [(version_ix, component.no, turn[component.code]) for version_ix, component in adjusting]
    schema = {"version_ix": pl.Int64, "component_no": pl.Int16, "turn": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")
