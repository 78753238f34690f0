"""Load profiles: one row per register and local day, its intervals in order, holes where one is missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

from rachun.apps.base.audit import record_audit
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.metering.locks import lock_registers
from rachun.apps.metering.models import IntervalDay, Register
from rachun.formats.reading import RowError

SOURCE_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalRow:
    """register: its code, or "" for the only register of the meter."""

    row: int
    meter_serial: str
    register: str
    started_at: datetime
    interval_s: int
    quantity_micro: int
    unit: str


@dataclass(slots=True, kw_only=True)
class IntervalsRecorded:
    """Counted in days: added counts also what completes or replaces a known day."""

    added: int = 0
    superseded: int = 0
    known: int = 0
    errors: list[RowError] = field(default_factory=list)


Key = tuple[UUID, date, int]
Day = dict[int, int]  # place of the interval in the day → quantity


def record_intervals(
    *,
    legal_entity_id: UUID,
    time_zone: str,
    rows: Sequence[IntervalRow],
    source: str,
    recorded_at: datetime,
    is_dry: bool = False,
) -> IntervalsRecorded:
    """Record interval values in the caller's transaction. A day that comes again is completed, not doubled.

    Row errors: unknown_meter, unknown_register, wrong_unit, off_grid (an interval that does not fit its local day),
    duplicate.
    """
    assert_in_transaction()
    outcome = IntervalsRecorded()
    registers = registers_of(legal_entity_id=legal_entity_id, serials={row.meter_serial for row in rows})
    lock_registers(register_ids={register.id for of_meter in registers.values() for register in of_meter})
    days = days_of(rows, registers=registers, zone=ZoneInfo(time_zone), outcome=outcome)
    known = {
        (entry.register_id, entry.day, entry.interval_s): entry
        for entry in IntervalDay.objects.filter(
            register_id__in={key[0] for key in days}, day__in={key[1] for key in days}, superseded_at__isnull=True
        )
    }
    changed: dict[Key, list[int | None]] = {}
    for key, values in days.items():
        before = list(known[key].quantities_micro) if key in known else [None] * places_of(key, ZoneInfo(time_zone))
        after = [values.get(place, quantity) for place, quantity in enumerate(before)]
        if key in known and after == before:
            outcome.known += 1
        else:
            changed[key] = after
    outcome.added, outcome.superseded = len(changed), sum(key in known for key in changed)
    if not is_dry and changed:
        write(changed, known=known, source=source, recorded_at=recorded_at)
        record(legal_entity_id, changed=changed, source=source)
    return outcome


def registers_of(*, legal_entity_id: UUID, serials: Iterable[str]) -> dict[str, list[Register]]:
    found: dict[str, list[Register]] = {}
    registers = Register.objects.filter(meter__legal_entity_id=legal_entity_id, meter__serial__in=list(serials))
    for register in registers.select_related("meter").order_by("code"):
        found.setdefault(register.meter.serial, []).append(register)
    return found


def days_of(
    rows: Sequence[IntervalRow], *, registers: dict[str, list[Register]], zone: ZoneInfo, outcome: IntervalsRecorded
) -> dict[Key, Day]:
    days: dict[Key, Day] = {}
    midnights: dict[date, datetime] = {}
    for row in rows:
        register, refusal = named(row, registers)
        if register is None:
            outcome.errors.append(refusal)
            continue
        day = row.started_at.astimezone(zone).date()
        midnight = midnights.setdefault(day, midnight_of(day, zone))
        place, rest = divmod(int((row.started_at - midnight).total_seconds()), row.interval_s)
        key = (register.id, day, row.interval_s)
        if rest or place >= places_of(key, zone):
            params: dict[str, int | str] = {"value": row.started_at.isoformat(), "minutes": row.interval_s // 60}
            outcome.errors.append(RowError(row=row.row, field="started_at", code="off_grid", params=params))
            continue
        values = days.setdefault(key, {})
        if place in values:
            params = {"what": "interval", "first_row": 0}
            outcome.errors.append(RowError(row=row.row, field="started_at", code="duplicate", params=params))
            continue
        values[place] = row.quantity_micro
    return days


def named(row: IntervalRow, registers: dict[str, list[Register]]) -> tuple[Register | None, RowError]:
    """The register a row means, or why there is none."""
    of_meter = registers.get(row.meter_serial, [])
    meant = [register for register in of_meter if row.register in {register.code, register.obis}]
    if not row.register and len(of_meter) == 1:
        meant = of_meter
    if not of_meter:
        return None, RowError(
            row=row.row, field="meter_serial", code="unknown_meter", params={"serial": row.meter_serial}
        )
    if len(meant) != 1:
        return None, RowError(row=row.row, field="register", code="unknown_register", params={"register": row.register})
    wrong_unit = RowError(
        row=row.row, field="unit", code="wrong_unit", params={"unit": row.unit, "expected": meant[0].unit}
    )
    return (meant[0] if meant[0].unit.lower() == row.unit.lower() else None), wrong_unit


def midnight_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def places_of(key: Key, zone: ZoneInfo) -> int:
    """How many intervals the local day holds: 23 and 25 hours on days that change the clock."""
    _register, day, interval_s = key
    length = midnight_of(day + timedelta(days=1), zone) - midnight_of(day, zone)
    return int(length.total_seconds()) // interval_s


def write(
    changed: dict[Key, list[int | None]], *, known: dict[Key, IntervalDay], source: str, recorded_at: datetime
) -> None:
    replaced = [known[key].id for key in changed if key in known]
    IntervalDay.objects.filter(id__in=replaced).update(superseded_at=recorded_at)
    IntervalDay.objects.bulk_create(
        [
            IntervalDay(
                register_id=register_id,
                day=day,
                interval_s=interval_s,
                quantities_micro=quantities,
                source=source[:SOURCE_MAX],
                recorded_at=recorded_at,
            )
            for (register_id, day, interval_s), quantities in sorted(changed.items())
        ],
        batch_size=2000,
    )


def record(legal_entity_id: UUID, *, changed: dict[Key, list[int | None]], source: str) -> None:
    rows = "\n".join(f"{register}|{day}|{values}" for (register, day, _s), values in sorted(changed.items()))
    record_audit(
        operation="recordIntervals",
        object_kind="readings",
        object_id=source[:SOURCE_MAX],
        legal_entity_id=legal_entity_id,
        after={"days": len(changed)},
        digest=sha256(rows.encode()).hexdigest(),
    )
