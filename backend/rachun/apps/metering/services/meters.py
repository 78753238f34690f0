"""Meters come, go and are exchanged; each time every register is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from rachun.apps.agreements.events import MeteredAgreementImported
from rachun.apps.agreements.models import ServicePoint
from rachun.apps.base.audit import record_audit
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.metering.errors import (
    MeterElsewhere,
    MeterNotInstalled,
    MeterSerialTaken,
    ReadingRefused,
    ReadingsMissing,
    RegistersMissing,
)
from rachun.apps.metering.locks import lock_meter
from rachun.apps.metering.models import Installation, Meter, Reading, Register
from rachun.apps.metering.services.record_readings import ReadingRow, Trust, record_readings

Values = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterFacts:
    """digits: before the point; the register rolls over at 10^digits."""

    code: str
    unit: str
    digits: int
    obis: str = ""
    multiplier: Decimal = Decimal(1)


def register_meter(
    *,
    legal_entity_id: UUID,
    branch_id: UUID,
    serial: str,
    registers: Sequence[RegisterFacts],
    model: str = "",
    verified_until: date | None = None,
) -> Meter:
    """Raises MeterSerialTaken, RegistersMissing."""
    assert_in_transaction()
    codes = [register.code for register in registers]
    if not codes or len(set(codes)) != len(codes):
        raise RegistersMissing
    facts = {"serial": serial, "model": model, "verified_until": verified_until}
    try:
        with transaction.atomic():
            meter = Meter.objects.create(legal_entity_id=legal_entity_id, branch_id=branch_id, **facts)
    except IntegrityError as error:
        raise MeterSerialTaken(serial=serial) from error
    Register.objects.bulk_create(
        Register(
            meter=meter,
            code=register.code,
            obis=register.obis,
            unit=register.unit,
            digits=register.digits,
            multiplier=register.multiplier,
        )
        for register in registers
    )
    audit("createMeter", meter, after={**facts, "registers": codes})
    return meter


def install_meter(
    *, meter_id: UUID, service_point: ServicePoint, installed_date: date, opening: Values, installed_at: datetime
) -> Installation:
    """Put a meter on a service point from the day on, with the opening value of each register.

    Raises MeterElsewhere, ReadingsMissing, ReadingRefused.
    """
    assert_in_transaction()
    meter = lock_meter(meter_id=meter_id)
    if meter.legal_entity_id != service_point.legal_entity_id:
        raise MeterElsewhere(serial=meter.serial)
    installation = place(meter, service_point.id, start=installed_date, end=None, at=installed_at)
    read_all(meter, opening, day=installed_date, source="installation", at=installed_at)
    audit(
        "installMeter", meter, after={"service_point": str(service_point.id), "date": installed_date, **told(opening)}
    )
    return installation


def remove_meter(*, meter_id: UUID, removed_date: date, closing: Values, removed_at: datetime) -> Installation:
    """Take a meter away: removed_date is the first day without it, opened by the closing values.

    Raises MeterNotInstalled, ReadingsMissing, ReadingRefused.
    """
    assert_in_transaction()
    meter = lock_meter(meter_id=meter_id)
    current = Installation.objects.filter(
        meter=meter, superseded_at__isnull=True, valid_to__isnull=True, valid_from__lt=removed_date
    ).first()
    if current is None:
        raise MeterNotInstalled(serial=meter.serial, day=removed_date)
    read_all(meter, closing, day=removed_date, source="removal", at=removed_at)
    Installation.objects.filter(id=current.id).update(superseded_at=removed_at)
    ended = place(meter, current.service_point_id, start=current.valid_from, end=removed_date, at=removed_at)
    audit("removeMeter", meter, after={"date": removed_date, **told(closing)})
    return ended


def exchange_meter(
    *, old_meter_id: UUID, new_meter_id: UUID, exchange_date: date, closing: Values, opening: Values, at: datetime
) -> Installation:
    """Remove the old meter and install the new one on its point, on one day and in one transaction."""
    ended = remove_meter(meter_id=old_meter_id, removed_date=exchange_date, closing=closing, removed_at=at)
    return install_meter(
        meter_id=new_meter_id,
        service_point=ended.service_point,
        installed_date=exchange_date,
        opening=opening,
        installed_at=at,
    )


def take_imported_meter(event: MeteredAgreementImported) -> None:
    """Handler: find the meter that a customer file names at the point, or register and install it there.

    A known meter keeps standing where it is. Raises MeterElsewhere when that is another point.
    """
    assert_in_transaction()
    point = ServicePoint.objects.get(id=event.service_point_id)
    known = Meter.objects.filter(legal_entity_id=point.legal_entity_id, serial=event.meter_serial).first()
    if known is None:
        registers = [
            RegisterFacts(code=code, unit=event.unit, digits=event.digits, multiplier=event.multiplier)
            for code in event.opening_readings
        ]
        known = register_meter(
            legal_entity_id=point.legal_entity_id,
            branch_id=point.branch_id,
            serial=event.meter_serial,
            registers=registers,
        )
    standing = Installation.objects.filter(meter=known, superseded_at__isnull=True, valid_to__isnull=True).first()
    if standing is not None and standing.service_point_id != point.id:
        raise MeterElsewhere(serial=event.meter_serial)
    if standing is None:
        install_meter(
            meter_id=known.id,
            service_point=point,
            installed_date=event.installed_date,
            opening=event.opening_readings,
            installed_at=event.recorded_at,
        )


def place(meter: Meter, service_point_id: UUID, *, start: date, end: date | None, at: datetime) -> Installation:
    try:
        with transaction.atomic():
            return Installation.objects.create(
                meter=meter, service_point_id=service_point_id, valid_from=start, valid_to=end, recorded_at=at
            )
    except IntegrityError as error:
        raise MeterElsewhere(serial=meter.serial) from error


def read_all(meter: Meter, values: Values, *, day: date, source: str, at: datetime) -> None:
    """Raises ReadingsMissing unless exactly the meter's registers are given, ReadingRefused."""
    codes = set(meter.registers.values_list("code", flat=True))
    if codes != set(values):
        raise ReadingsMissing(serial=meter.serial, registers=", ".join(sorted(codes)))
    rows = [
        ReadingRow(
            row=number,
            meter_serial=meter.serial,
            register=code,
            boundary_date=day,
            value=value,
            kind=Reading.Kind.ACTUAL,
        )
        for number, (code, value) in enumerate(sorted(values.items()), start=1)
    ]
    recorded = record_readings(
        legal_entity_id=meter.legal_entity_id, rows=rows, source=source, recorded_at=at, trust=Trust.SEEN
    )
    for error in recorded.errors:
        params: dict[str, Any] = dict(error.params)
        raise ReadingRefused(reason=error.code, **params)


def told(values: Values) -> dict[str, str]:
    return {f"reading_{code}": str(value) for code, value in sorted(values.items())}


def audit(operation: str, meter: Meter, *, after: dict[str, object]) -> None:
    record_audit(
        operation=operation,
        object_kind="meter",
        object_id=meter.id,
        legal_entity_id=meter.legal_entity_id,
        after=after,
    )
