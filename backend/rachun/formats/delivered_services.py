"""Services delivered and counted elsewhere (waste trips, call-outs, cable work), to be charged: CSV or XLSX."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rachun.formats.columns import Column, Kind, TableSpec
from rachun.formats.keys import number_occurrences
from rachun.formats.reading import ReadResult
from rachun.formats.source import Source
from rachun.formats.tables import read_table
from rachun.formats.typed_columns import type_columns

DELIVERED_SERVICES = TableSpec(
    format="delivered_services",
    columns=(
        Column(
            name="account",
            required=True,
            synonyms=(
                "account_number",
                "agreement",
                "agreement_number",
                "особовий рахунок",
                "договір",
                "ugovor",
                "račun",
            ),
            max_length=60,
            example="1030780",
            explained="number of the account or of the agreement",
        ),
        Column(
            name="service",
            required=True,
            synonyms=("послуга", "usluga"),
            max_length=60,
            example="WASTE",
            explained="code of the service",
        ),
        Column(
            name="item",
            required=True,
            synonyms=("позиція", "найменування", "stavka"),
            example="CONTAINER_1100",
            explained="what was delivered, by its code in the tariff",
        ),
        Column(
            name="quantity",
            kind=Kind.MICRO,
            required=True,
            synonyms=("кількість", "količina"),
            example="2.5",
            explained="at most 6 decimals; negative takes back",
        ),
        Column(
            name="unit",
            required=True,
            synonyms=("одиниця", "од. виміру", "jedinica", "jm"),
            max_length=20,
            example="m3",
            explained="unit of the quantity",
        ),
        Column(
            name="performed_on",
            kind=Kind.DATE,
            required=True,
            synonyms=("performed_date", "дата виконання", "datum izvršenja"),
            example="2026-10-14",
            explained="day the service was delivered",
        ),
        Column(
            name="document",
            synonyms=("документ", "акт", "dokument"),
            max_length=60,
            example="АКТ-17",
            explained="number of the paper behind it (may be empty)",
        ),
        Column(
            name="record_key",
            synonyms=("key", "ключ запису", "ključ"),
            max_length=120,
            example="2026-10/17",
            explained="the sender's own id of the row (may be empty)",
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredService:
    """record_key: the sender's, or the natural key of the row when the sender gives none."""

    row: int
    account: str
    service: str
    item: str
    quantity_micro: int
    unit: str
    performed_on: date
    document: str | None
    record_key: str
    occurrence: int


def read_delivered_services(*, source: Source, zone: str = "UTC") -> ReadResult[DeliveredService]:
    table = read_table(source=source, spec=DELIVERED_SERVICES)
    typed = type_columns(table=table, spec=DELIVERED_SERVICES, zone=zone)
    records = list(typed.frame.iter_rows(named=True))
    keys = [record["record_key"] or _natural_key(record) for record in records]
    rows = tuple(
        DeliveredService(
            row=record["row_no"],
            account=record["account"],
            service=record["service"],
            item=record["item"],
            quantity_micro=record["quantity"],
            unit=record["unit"],
            performed_on=record["performed_on"],
            document=record["document"],
            record_key=key,
            occurrence=occurrence,
        )
        for record, key, occurrence in zip(records, keys, number_occurrences(keys=keys), strict=True)
    )
    totals: dict[str, int | Decimal | str] = {
        "rows": len(rows),
        "quantity_sum": Decimal(sum(row.quantity_micro for row in rows)) / 1_000_000,
    }
    if rows:
        totals["earliest_date"] = min(row.performed_on for row in rows).isoformat()
        totals["latest_date"] = max(row.performed_on for row in rows).isoformat()
    return ReadResult(rows=rows, errors=typed.errors, totals=totals, record_count=typed.record_count)


def _natural_key(record: dict[str, object]) -> str:
    names = ("account", "service", "item", "quantity", "unit", "performed_on", "document")
    return "|".join("" if record[name] is None else str(record[name]) for name in names)
