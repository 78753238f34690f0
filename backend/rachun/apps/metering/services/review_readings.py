"""Readings that wait for somebody to look at them, and what a reading would be judged before it is told."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from rachun.apps.base.audit import record_audit
from rachun.apps.base.errors import FieldProblem
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.metering.errors import (
    MeterNotInstalled,
    ReadingAlreadyDecided,
    ReadingRefused,
    UnknownRegister,
)
from rachun.apps.metering.models import HeldReading, Meter, Reading
from rachun.apps.metering.services.record_readings import Meters, ReadingRow, Trust, in_force, record_readings
from rachun.apps.metering.services.validate_readings import Opinion, Told, local_day, opinions_of, rules_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingCheck:
    opinion: Opinion
    previous: Reading | None


def check_reading(
    *, meter: Meter, register: str, boundary_date: date, value: Decimal, kind: str, told_at: datetime
) -> ReadingCheck:
    """What would become of a reading. Writes nothing. Raises UnknownRegister, MeterNotInstalled."""
    meters = Meters.of(legal_entity_id=meter.legal_entity_id, serials=[meter.serial])
    found = meters.registers.get((meter.serial, register))
    if found is None:
        raise UnknownRegister(register=register)
    if not meters.is_installed(meter_id=meter.id, day=boundary_date):
        raise MeterNotInstalled(serial=meter.serial, day=boundary_date)
    known = in_force({found.id})
    [opinion] = opinions_of(
        told=[Told(register=found, boundary_date=boundary_date, value=value, source=kind)],
        known={key: reading.value for key, reading in known.items()},
        rules=rules_of(legal_entity_id=meter.legal_entity_id, told_at=told_at),
        told_on=local_day(legal_entity_id=meter.legal_entity_id, instant=told_at),
    )
    before = [reading for (_register, day), reading in known.items() if day < boundary_date]
    previous = max(before, key=lambda reading: reading.boundary_date, default=None)
    return ReadingCheck(opinion=opinion, previous=previous)


def accept_held_reading(*, held_id: UUID, reason: str, decided_at: datetime) -> HeldReading:
    """Record the reading as somebody who looked at it answers for it.

    Raises ReadingAlreadyDecided, ReadingRefused when it cannot be recorded any more.
    """
    held = decide(held_id, decision=HeldReading.Decision.ACCEPTED, reason=reason, decided_at=decided_at)
    row = ReadingRow(
        row=1,
        meter_serial=held.register.meter.serial,
        register=held.register.code,
        boundary_date=held.boundary_date,
        value=held.value,
        kind=held.kind,
        read_at=held.read_at,
    )
    recorded = record_readings(
        legal_entity_id=held.register.meter.legal_entity_id,
        rows=[row],
        source=held.source,
        recorded_at=decided_at,
        trust=Trust.SEEN,
    )
    for error in recorded.errors:
        field = FieldProblem(pointer=f"/{error.field}", code=error.code, params=dict(error.params))
        raise ReadingRefused(errors=[field], reason=error.code)
    return held


def refuse_held_reading(*, held_id: UUID, reason: str, decided_at: datetime) -> HeldReading:
    """Keep the reading out for good, with the reason. Raises ReadingAlreadyDecided."""
    return decide(held_id, decision=HeldReading.Decision.REFUSED, reason=reason, decided_at=decided_at)


def decide(held_id: UUID, *, decision: str, reason: str, decided_at: datetime) -> HeldReading:
    assert_in_transaction()
    waiting = HeldReading.objects.filter(id=held_id, decided_at__isnull=True)
    if not waiting.update(decision=decision, decided_at=decided_at, reason=reason):
        raise ReadingAlreadyDecided
    held = HeldReading.objects.select_related("register__meter").get(id=held_id)
    record_audit(
        operation="decideHeldReading",
        object_kind="held_reading",
        object_id=held.id,
        legal_entity_id=held.register.meter.legal_entity_id,
        after={"decision": decision, "reason": reason, "value": str(held.value), "checks": held.checks},
    )
    return held
