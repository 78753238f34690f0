"""Which registers a version reads for what.

A peak is no quantity and a kvarh is no kWh: registers that only a `capacity` looks at, and the reactive ones of
`reactive`, do not belong to the sum that `*` stands for.
"""

from collections.abc import Iterable, Iterator

import polars as pl

from rachun.engine.tariffs.components import Capacity, Reactive, registers_of
from rachun.engine.tariffs.selection import VersionInForce


def looked_at(versions: Iterable[VersionInForce]) -> pl.DataFrame:
    """version_ix, register: what components other than metered ones read; known to the version, priced elsewhere."""
    return _frame(
        (version.version_ix, register)
        for version in versions
        for component in version.tariff.components
        if isinstance(component, Capacity | Reactive)
        for register in registers_of(component)
    )


def not_summed(versions: Iterable[VersionInForce]) -> pl.DataFrame:
    """version_ix, register: what `*` leaves out."""
    return _frame(_apart(versions))


def _apart(versions: Iterable[VersionInForce]) -> Iterator[tuple[int, str]]:
    for version in versions:
        for component in version.tariff.components:
            if isinstance(component, Capacity | Reactive):
                names = component.reactive if isinstance(component, Reactive) else component.registers
                yield from ((version.version_ix, register) for register in names)


def _frame(rows: Iterable[tuple[int, str]]) -> pl.DataFrame:
    schema = {"version_ix": pl.Int64, "register": pl.String}
    return pl.DataFrame(list(dict.fromkeys(rows)), schema=schema, orient="row")
