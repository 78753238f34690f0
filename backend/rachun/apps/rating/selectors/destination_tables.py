"""Destination tables as the engine wants them: prices as whole numbers, bands, the clock they follow."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from threading import Lock
from typing import Any
from uuid import UUID

import polars as pl
from django.db.models import BigIntegerField, F, prefetch_related_objects
from django.db.models.functions import Cast

from rachun.apps.base.prepared import array, run_prepared
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


RATES_KEPT = 500_000
_Revision = tuple[object, ...]
# Every value that a prepared table depends on, besides its rates and bands, which the revision stands for.
_REVISIONS = """
SELECT code, id, revision, time_zone, measures_time, keeps_band FROM catalog_destinationtable
 WHERE legal_entity_id = %s AND code = ANY(%s::text[])
"""


class PreparedTables:
    """Tables that were prepared before, by revision. Note [Revisions]

    The database gives a table another revision with every statement that changes a rate or a band of it, in the same
    transaction, so whoever asks for the revision first never prices by what was true before. The least used go when
    more than RATES_KEPT rates are kept.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[_Revision, DestinationTable | None] = OrderedDict()
        self._rates = 0

    def find(self, revision: _Revision) -> tuple[bool, DestinationTable | None]:
        with self._lock:
            if revision not in self._kept:
                return False, None
            self._kept.move_to_end(revision)
            return True, self._kept[revision]

    def keep(self, revision: _Revision, table: DestinationTable | None) -> None:
        with self._lock:
            self._rates += _size(table) - _size(self._kept.get(revision))
            self._kept[revision] = table
            while self._rates > RATES_KEPT and len(self._kept) > 1:
                self._rates -= _size(self._kept.popitem(last=False)[1])


def _size(table: DestinationTable | None) -> int:
    return 0 if table is None else table.rows.height


_prepared = PreparedTables()


def get_destination_tables(*, legal_entity_id: UUID, codes: Sequence[str]) -> Mapping[str, DestinationTable]:
    """Prepared tables by code, with the rates known now; a table without rates is left out.

    One query; for tables that changed since they were asked for, three more. Note [Revisions]
    """
    revisions: dict[str, _Revision] = {
        code: tuple(told) for code, *told in run_prepared(_REVISIONS, [legal_entity_id, array(codes)])
    }
    found = {code: _prepared.find(revision) for code, revision in revisions.items()}
    absent = [revisions[code][0] for code, (is_known, _table) in found.items() if not is_known]
    made = _prepare(list(StoredTable.objects.filter(id__in=absent))) if absent else {}
    for code, table in made.items():
        _prepared.keep(revisions[code], table)
    known = {code: made[code] if code in made else found[code][1] for code in revisions}
    return {code: table for code, table in known.items() if table is not None}


def _prepare(stored: Sequence[StoredTable]) -> dict[str, DestinationTable | None]:
    prefetch_related_objects(stored, "bands")
    parts = _rates(stored).partition_by("table", as_dict=True)
    return {
        table.code: destination_table(
            rows=parts[(table.code,)].drop("table"),
            bands=[band_of(band) for band in table.bands.all()],
            time_zone=table.time_zone,
            measures_time=table.measures_time,
            keeps_band=table.keeps_band,
        )
        if (table.code,) in parts
        else None
        for table in stored
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
