"""What a row of a customer file must hold before anything is written: lengths, numbers, a whole meter."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Model

from rachun.apps.agreements.models import AgreementAttribute, ServicePoint
from rachun.apps.customers.models import AccountAlias, ContactPoint, Party, Premise
from rachun.apps.resources.models import Resource
from rachun.formats.customers import CustomerRow

MICRO = 1_000_000
DECIMALS_MAX, WHOLE_DIGITS_MAX = 6, 12
METER_SERIAL_MAX = 40
RESOURCES = {"phone_number": Resource.Kind.PHONE_NUMBER, "login": Resource.Kind.LOGIN}
STORED_IN: dict[str, tuple[type[Model], str]] = {
    "external_number": (AccountAlias, "number"),
    "name": (Party, "name"),
    "tax_id": (Party, "tax_id"),
    "email": (ContactPoint, "value"),
    "phone": (ContactPoint, "value"),
    "settlement": (Premise, "settlement"),
    "street": (Premise, "street"),
    "building": (Premise, "building"),
    "unit": (Premise, "unit"),
    "postcode": (Premise, "postcode"),
    "service_point": (ServicePoint, "code"),
}


class RowRefused(Exception):
    """One row cannot be taken; the rows around it can."""

    def __init__(self, *, column: str, code: str, **params: str | int) -> None:
        super().__init__(column, code, params)
        self.column, self.code, self.params = column, code, params


def check_row(row: CustomerRow) -> None:
    """Raises RowRefused."""
    for column, text, limit in texts_of(row):
        if len(text) > limit:
            raise RowRefused(column=column, code="too_long", limit=limit)
    if row.meter_serial:
        check_meter(row)


def texts_of(row: CustomerRow) -> Iterator[tuple[str, str, int]]:
    """Every text of the row with the most characters that its column of the database holds."""
    for column, (model, stored) in STORED_IN.items():
        field: Any = model._meta.get_field(stored)  # noqa: SLF001 -- Django's documented Meta API
        yield column, getattr(row, column) or "", field.max_length
    attribute: Any = AgreementAttribute._meta.get_field("attribute")  # noqa: SLF001 -- as above
    for name in row.attributes:
        yield "attributes", name, attribute.max_length
    yield "meter_serial", row.meter_serial or "", METER_SERIAL_MAX


def check_meter(row: CustomerRow) -> None:
    """A meter comes with digits, registers, what each stood at, and a multiplier that is no zero."""
    if row.meter_digits is None:
        raise RowRefused(column="meter_digits", code="required")
    if not row.registers:
        raise RowRefused(column="registers", code="required")
    if row.multiplier_micro <= 0:
        raise RowRefused(column="multiplier", code="not_positive")
    for register in row.registers:
        if register not in row.opening_readings:
            raise RowRefused(column="opening_readings", code="opening_reading_missing", register=register)


def number(name: str, text: str) -> Decimal:
    """The value of an attribute. Raises RowRefused for what is no number, negative, or beyond what can be stored."""
    told = f"{name}={text}"
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise RowRefused(column="attributes", code="not_a_decimal", value=told) from None
    if not value.is_finite():
        raise RowRefused(column="attributes", code="not_a_decimal", value=told)
    if value < 0:
        raise RowRefused(column="attributes", code="negative", value=told)
    if value >= 10**WHOLE_DIGITS_MAX:
        raise RowRefused(column="attributes", code="number_too_large", value=told)
    if value != round(value, DECIMALS_MAX):
        raise RowRefused(column="attributes", code="too_precise", value=told)
    return value
