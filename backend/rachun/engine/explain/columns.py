"""Charges as the engine answers them → the lines of a bill, for what was never stored: quotes."""

import json
from collections.abc import Callable

import polars as pl

from rachun.engine.explain.facts import Days, Line, PriceSource

_TOLD = (
    "component",
    "kind",
    "block_no",
    "quantity_micro",
    "unit_price_e8",
    "net_minor",
    "tax_minor",
    "gross_minor",
    "tax_category",
    "tax_rate_micro",
)


def lines_of(*, charges: pl.DataFrame, source_of: Callable[[int], PriceSource], currency: str) -> list[Line]:
    """charges: columns of engine.billing.snapshot.CHARGES, of one account. source_of: version_ix → its source."""
    return [
        Line(
            line_no=row["line_ix"] + 1,
            agreement=str(row["agreement_ix"]),
            register=row["register"] or "",
            label=row["label"] or "",
            basis=row["basis"] or "",
            service=Days(start=row["service_from"], end=row["service_to"]),
            currency=currency,
            inputs=json.loads(row["inputs"]),
            source=source_of(row["version_ix"]),
            **{name: row[name] for name in _TOLD},
        )
        for row in charges.iter_rows(named=True)
    ]
