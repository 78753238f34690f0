"""Customers with their premises, agreement and meter, one row per agreement: the first load of a utility's base."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from rachun.formats.columns import Column, Kind, TableSpec
from rachun.formats.reading import ReadResult, RowError, Total
from rachun.formats.source import Source
from rachun.formats.tables import read_table
from rachun.formats.typed_columns import type_columns

_KINDS = {
    **dict.fromkeys(("INDIVIDUAL", "ФІЗИЧНА ОСОБА", "ФО", "FIZIČKO LICE"), "INDIVIDUAL"),
    **dict.fromkeys(("LEGAL_ENTITY", "ЮРИДИЧНА ОСОБА", "ЮО", "PRAVNO LICE"), "LEGAL_ENTITY"),
}
_LANGUAGES = {code.upper(): code for code in ("uk", "bs", "en")}


def _text(name: str, *synonyms: str, required: bool = False, example: str = "", explained: str = "") -> Column:
    return Column(name=name, synonyms=synonyms, required=required, example=example, explained=explained)


CUSTOMERS = TableSpec(
    format="customers",
    columns=(
        _text("external_number", "account", "особовий рахунок", "broj kupca", required=True, example="1030780",
              explained="the customer's number in the old system"),
        Column(name="kind", kind=Kind.CHOICE, required=True, choices=_KINDS, synonyms=("вид", "vrsta"),
               example="INDIVIDUAL", explained="INDIVIDUAL or LEGAL_ENTITY"),
        _text("name", "піб", "назва", "ime", "naziv", required=True, example="Приклад Марія Іванівна",
              explained="full name or name of the firm"),
        _text("tax_id", "рнокпп", "єдрпоу", "jib", "jmb", explained="tax number (may be empty)"),
        Column(name="language", kind=Kind.CHOICE, choices=_LANGUAGES, synonyms=("мова", "jezik"), example="uk",
               explained="uk, bs or en"),
        _text("email", "пошта", "e-mail", example="maria@example.com", explained="may be empty"),
        _text("phone", "телефон", "telefon", example="+380671234567", explained="may be empty"),
        _text("branch", "філія", "дільниця", "poslovnica", required=True, example="KYIV-1", explained="branch code"),
        _text("settlement", "населений пункт", "місто", "mjesto", required=True, example="Київ",
              explained="town or village"),
        _text("street", "вулиця", "ulica", example="вул. Садова", explained="may be empty in a village"),
        _text("building", "будинок", "kućni broj", required=True, example="12-А", explained="house number as text"),
        _text("unit", "квартира", "stan", example="34", explained="flat or office (may be empty)"),
        _text("postcode", "індекс", "poštanski broj", example="01001", explained="as text"),
        _text("service", "послуга", "usluga", required=True, example="ELECTRICITY", explained="service code"),
        _text("tariff_plan", "тариф", "тарифний план", "tarifni plan", required=True, example="HOUSEHOLD",
              explained="code of the tariff plan"),
        Column(name="agreement_from", kind=Kind.DATE, required=True, synonyms=("договір з", "ugovor od"),
               example="2026-01-01", explained="first day of the agreement"),
        Column(name="agreement_to", kind=Kind.DATE, synonyms=("договір до", "ugovor do"),
               explained="first day after the agreement (empty: open)"),
        _text("service_point", "точка обліку", "еіс", "mjerno mjesto", required=True, example="SP-1030780",
              explained="code of the service point"),
        _text("meter_serial", "лічильник", "broj brojila", example="00123456", explained="empty: no meter"),
        Column(name="meter_digits", kind=Kind.INTEGER, synonyms=("розрядність", "broj cifara"), non_negative=True,
               example="6", explained="whole digits of the dial"),
        _text("registers", "шкали", "registri", example="T1,T2", explained="register codes parted by commas"),
        Column(name="multiplier", kind=Kind.MICRO, synonyms=("коефіцієнт", "konstanta"), non_negative=True,
               example="1", explained="transformer ratio; empty means 1"),
        _text("opening_readings", "opening_reading", "початкові показання", "početno stanje",
              example="T1=10234.5;T2=48",
              explained="register=value parted by semicolons"),
        _text("attributes", "ознаки", "atributi", example="billing_power_kw=6.9;persons=3",
              explained="name=value parted by semicolons"),
    ),
)  # fmt: skip

_REGISTER = re.compile(r"[\w.:*-]{1,40}")
_ATTRIBUTE = re.compile(r"[a-z][a-z0-9_]{0,60}")
_READING = re.compile(r"\d{1,12}(?:[.,]\d{1,6})?")
_DIGITS_MAX = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRow:
    """One row as typed. opening_readings: register → millionths. attributes: name → value as text."""

    row: int
    external_number: str
    kind: str
    name: str
    tax_id: str | None
    language: str | None
    email: str | None
    phone: str | None
    branch: str
    settlement: str
    street: str | None
    building: str
    unit: str | None
    postcode: str | None
    service: str
    tariff_plan: str
    agreement_from: date
    agreement_to: date | None
    service_point: str
    meter_serial: str | None
    meter_digits: int | None
    registers: tuple[str, ...]
    multiplier_micro: int
    opening_readings: Mapping[str, int]
    attributes: Mapping[str, str]


def read_customers(*, source: Source, zone: str = "UTC") -> ReadResult[CustomerRow]:
    typed = type_columns(table=read_table(source=source, spec=CUSTOMERS), spec=CUSTOMERS, zone=zone)
    errors, rows = list(typed.errors), []
    first_rows: dict[tuple[str, str], int] = {}
    for record in typed.frame.iter_rows(named=True):
        problems = _row_problems(record, first_rows)
        if problems:
            errors += problems
        else:
            rows.append(_customer_row(record))
    totals: dict[str, Total] = {
        "rows": len(rows),
        "customers": len({row.external_number for row in rows}),
        "meters": len({row.meter_serial for row in rows if row.meter_serial}),
        "opening_readings_sum": Decimal(sum(sum(row.opening_readings.values()) for row in rows)) / 1_000_000,
    }
    return ReadResult(
        rows=tuple(rows),
        errors=tuple(sorted(errors, key=lambda error: error.row)),
        totals=totals,
        record_count=typed.record_count,
    )


def _row_problems(record: dict[str, Any], first_rows: dict[tuple[str, str], int]) -> list[RowError]:
    row, problems = record["row_no"], []
    start, end = record["agreement_from"], record["agreement_to"]
    if end is not None and end <= start:
        params: dict[str, int | str] = {"end": str(end), "start": str(start)}
        problems.append(RowError(row=row, field="agreement_to", code="end_before_start", params=params))
    key = (record["service_point"], record["service"] + str(start))
    if first_rows.setdefault(key, row) != row:
        params = {"what": "agreement at the service point", "first_row": first_rows[key]}
        problems.append(RowError(row=row, field="service_point", code="duplicate", params=params))
    checks = (
        ("opening_readings", record["opening_readings"], _REGISTER, _READING),
        ("attributes", record["attributes"], _ATTRIBUTE, re.compile(r".{1,200}")),
    )
    for field, text, name_shape, value_shape in checks:
        problems += _pair_problems(row, field, text, name_shape, value_shape)
    for register in _parts(record["registers"], ","):
        if not _REGISTER.fullmatch(register):
            params = {"value": register[:60], "what": "register code"}
            problems.append(RowError(row=row, field="registers", code="unknown_code", params=params))
    if record["meter_digits"] is not None and not 1 <= record["meter_digits"] <= _DIGITS_MAX:
        params = {"value": str(record["meter_digits"])}
        problems.append(RowError(row=row, field="meter_digits", code="number_too_large", params=params))
    return problems + _meter_problems(record)


def _meter_problems(record: dict[str, Any]) -> list[RowError]:
    """Readings need a meter, and an opening reading needs a register that the row names."""
    row, registers = record["row_no"], set(_parts(record["registers"], ","))
    if record["meter_serial"] is None:
        given = [name for name in ("registers", "opening_readings", "meter_digits") if record[name] is not None]
        params: dict[str, int | str] = {"what": "meter_serial"}
        return [RowError(row=row, field=name, code="missing_reference", params=params) for name in given]
    stated = [part.partition("=")[0].strip() for part in _parts(record["opening_readings"], ";")]
    return [
        RowError(row=row, field="opening_readings", code="missing_reference", params={"what": f"register {name[:40]}"})
        for name in stated
        if name not in registers
    ]


def _pair_problems(
    row: int, field: str, text: str | None, name_shape: re.Pattern[str], value_shape: re.Pattern[str]
) -> list[RowError]:
    problems, seen = [], set()
    for part in _parts(text, ";"):
        name, _, value = (piece.strip() for piece in part.partition("="))
        if not name_shape.fullmatch(name) or not value_shape.fullmatch(value):
            params: dict[str, int | str] = {"value": part[:60]}
            problems.append(RowError(row=row, field=field, code="not_an_attribute", params=params))
        elif name in seen:
            params = {"what": name, "first_row": row}
            problems.append(RowError(row=row, field=field, code="duplicate", params=params))
        seen.add(name)
    return problems


def _customer_row(record: dict[str, Any]) -> CustomerRow:
    composed = {"row", "registers", "multiplier_micro", "opening_readings", "attributes"}
    plain = {field.name: record[field.name] for field in fields(CustomerRow) if field.name not in composed}
    readings = _pairs(record["opening_readings"])
    return CustomerRow(
        row=record["row_no"],
        registers=tuple(_parts(record["registers"], ",")),
        multiplier_micro=1_000_000 if record["multiplier"] is None else record["multiplier"],
        opening_readings={name: int(Decimal(value.replace(",", ".")) * 1_000_000) for name, value in readings.items()},
        attributes=_pairs(record["attributes"]),
        **plain,
    )


def _parts(text: str | None, separator: str) -> list[str]:
    return [part.strip() for part in (text or "").split(separator) if part.strip()]


def _pairs(text: str | None) -> dict[str, str]:
    return {name.strip(): value.strip() for name, _, value in (part.partition("=") for part in _parts(text, ";"))}
