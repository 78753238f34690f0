"""Destination tables as the engine wants them: prices as whole numbers, bands, the clock they follow."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import polars as pl
from django.db.models import BigIntegerField, F
from django.db.models.functions import Cast

from rachun.apps.catalog.models import DestinationRate
from rachun.apps.catalog.models import DestinationTable as StoredTable
from rachun.engine.rating.bands import TimeBand
from rachun.engine.rating.table import DESTINATIONS, TERMS, DestinationTable, destination_table
from rachun.values.quantity import E8

_COLUMNS = {
    "table": pl.String(),
    **DESTINATIONS,
    **{name: dtype for name, (dtype, _) in TERMS.items() if name != "steps"},
}


def get_destination_tables(*, legal_entity_id: UUID, codes: Sequence[str]) -> Mapping[str, DestinationTable]:
    """Prepared tables by code, with the rates known now; a table without rates is left out. Three queries."""
    found = StoredTable.objects.filter(legal_entity_id=legal_entity_id, code__in=codes).prefetch_related("bands")
    stored = {table.code: table for table in found}
    parts = _rates(list(stored.values())).partition_by("table", as_dict=True)
    return {
        str(code): destination_table(
            rows=rows.drop("table"),
            bands=[band_of(band) for band in stored[str(code)].bands.all()],
            time_zone=stored[str(code)].time_zone,
            measures_time=stored[str(code)].measures_time,
            keeps_band=stored[str(code)].keeps_band,
        )
        for (code,), rows in parts.items()
    }


def band_of(stored: Any) -> TimeBand:
    days = {name: frozenset(getattr(stored, name)) for name in ("years", "months", "monthdays", "weekdays")}
    return TimeBand(code=stored.code, starts_at=stored.starts_at, **days)


def _rates(tables: Sequence[StoredTable]) -> pl.DataFrame:
    rates = DestinationRate.objects.filter(table__in=tables, superseded_at__isnull=True).order_by("id")
    found = rates.values_list(
        "table__code",
        "prefix",
        "destination",
        *(Cast(F(name) * E8, BigIntegerField()) for name in ("price_per_minute", "connection_fee")),
        *("first_interval_s", "increment_s", "valid_from", "valid_to", "band", "weight", "rounding", "decimals"),
        "minimum_s",
        Cast(F("minimum_charge") * E8, BigIntegerField()),
        "free_below_s",
        Cast(F("max_cost") * E8, BigIntegerField()),
        "max_cost_strategy",
    )
    steps = [_steps(told) for told in rates.values_list("steps", flat=True)]
    frame = pl.DataFrame(list(found), schema=_COLUMNS, orient="row")
    return frame.with_columns(pl.Series("steps", steps, dtype=TERMS["steps"][0]))


def _steps(told: list[dict[str, Any]] | None) -> list[dict[str, int]] | None:
    if told is None:
        return None
    return [
        {
            "from_s": step["from_s"],
            "price_e8": int(Decimal(step["price"]) * E8),
            "per": step["per"],
            "increment": step["increment"],
        }
        for step in told
    ]
