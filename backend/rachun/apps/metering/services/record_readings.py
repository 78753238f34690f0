"""Readings come in batches: known ones change nothing, a later one supersedes, a wrong one is told by row and field."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from typing import Any
from uuid import UUID

from rachun.apps.base.audit import record_audit
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.metering.locks import lock_registers
from rachun.apps.metering.mapping import verdicts_of
from rachun.apps.metering.models import HeldReading, Installation, Reading, Register
from rachun.apps.metering.services.validate_readings import (
    HOLD,
    REFUSE,
    Told,
    local_day,
    opinions_of,
    rules_of,
    source_of,
)
from rachun.formats.reading import RowError

CUMULATIVE_VERDICTS_REFUSED = ("READING_NEGATIVE", "READING_OVER_DIAL")
SOURCE_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRow:
    """One reading as typed. register: its code or its OBIS. boundary_date: the day that the value opens.

    unit: None where the sender does not say; else it must be the register's.
    """

    row: int
    meter_serial: str
    register: str
    boundary_date: date
    value: Decimal
    kind: str
    read_at: datetime | None = None
    unit: str | None = None


@dataclass(slots=True, kw_only=True)
class Recorded:
    """added counts also what superseded an earlier reading. verdicts: verdict → number of added readings.

    held: what waits for somebody to look at it, and is not added.
    """

    added: int = 0
    superseded: int = 0
    known: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    held: list[HeldReading] = field(default_factory=list)

    def refuse(self, row: ReadingRow, *, column: str, code: str, **params: str | int) -> None:
        self.errors.append(RowError(row=row.row, field=column, code=code, params=params))


@dataclass(frozen=True, slots=True, kw_only=True)
class Meters:
    """What rows refer to: registers by meter serial and code, by meter serial and OBIS; days of installation."""

    serials: frozenset[str]
    registers: Mapping[tuple[str, str], Register]
    installed: Mapping[UUID, Sequence[tuple[date, date | None]]]

    @classmethod
    def of(cls, *, legal_entity_id: UUID, serials: Iterable[str]) -> "Meters":
        wanted = sorted(set(serials))
        registers = Register.objects.filter(meter__legal_entity_id=legal_entity_id, meter__serial__in=wanted)
        found = list(registers.select_related("meter").order_by("id"))
        by_name = {(register.meter.serial, register.obis): register for register in found if register.obis}
        by_name |= {(register.meter.serial, register.code): register for register in found}
        installed: dict[UUID, list[tuple[date, date | None]]] = {}
        days = Installation.objects.filter(
            meter_id__in={register.meter_id for register in found}, superseded_at__isnull=True
        ).values_list("meter_id", "valid_from", "valid_to")
        for meter_id, start, end in days:
            installed.setdefault(meter_id, []).append((start, end))
        serials_found = frozenset(register.meter.serial for register in found)
        return cls(serials=serials_found, registers=by_name, installed=installed)

    def is_installed(self, *, meter_id: UUID, day: date) -> bool:
        """Also on the day it was removed: the closing reading opens that day."""
        return any(start <= day and (end is None or day <= end) for start, end in self.installed.get(meter_id, ()))


class Trust(Enum):
    """How readings come: judged by the rules of their kind or of files, or somebody has seen them and answers."""

    BY_KIND = "BY_KIND"
    BY_FILE = "BY_FILE"
    SEEN = "SEEN"


def record_readings(
    *,
    legal_entity_id: UUID,
    rows: Sequence[ReadingRow],
    source: str,
    recorded_at: datetime,
    is_dry: bool = False,
    trust: Trust = Trust.BY_KIND,
) -> Recorded:
    """Record a batch in the caller's transaction; with is_dry say what would happen and write nothing.

    A reading that the rules of its source hold is kept beside the others and counts for nothing until it is accepted.
    Row errors: reading_not_trusted (the rules refuse it), unknown_meter, unknown_register, wrong_unit, not_installed,
    duplicate, reading_negative, reading_over_dial. Without rules a reading below the one before it that is no rollover
    is kept with its verdict: the bill run parks the account until somebody looks.
    """
    assert_in_transaction()
    outcome = Recorded()
    meters = Meters.of(legal_entity_id=legal_entity_id, serials=(row.meter_serial for row in rows))
    lock_registers(register_ids={register.id for register in meters.registers.values()})
    named = name_registers(rows, meters=meters, outcome=outcome)
    known = in_force({register.id for register, _row in named.values()})
    new = changed_only(named, known=known, outcome=outcome)
    judged = judge(new, known=known, outcome=outcome)
    if trust is not Trust.SEEN:
        rules = rules_of(legal_entity_id=legal_entity_id, told_at=recorded_at)
        told_on = local_day(legal_entity_id=legal_entity_id, instant=recorded_at)
        judged = sort_out(judged, known=known, rules=rules, told_on=told_on, trust=trust, outcome=outcome)
    tally(judged, known=known, outcome=outcome)
    outcome.errors.sort(key=lambda error: (error.row, error.field))
    if not is_dry:
        hold(outcome, source=source, recorded_at=recorded_at)
        write(judged, known=known, source=source, recorded_at=recorded_at, outcome=outcome)
        record(legal_entity_id, outcome=outcome, source=source)
    return outcome


Key = tuple[UUID, date]
Named = dict[Key, tuple[Register, ReadingRow]]


def name_registers(rows: Sequence[ReadingRow], *, meters: Meters, outcome: Recorded) -> Named:
    named: Named = {}
    for row in rows:
        register = meters.registers.get((row.meter_serial, row.register))
        if row.meter_serial not in meters.serials:
            outcome.refuse(row, column="meter_serial", code="unknown_meter", serial=row.meter_serial)
        elif register is None:
            outcome.refuse(row, column="register", code="unknown_register", register=row.register)
        elif row.unit is not None and row.unit.lower() != register.unit.lower():
            outcome.refuse(row, column="unit", code="wrong_unit", unit=row.unit, expected=register.unit)
        elif not meters.is_installed(meter_id=register.meter_id, day=row.boundary_date):
            outcome.refuse(row, column="read_date", code="not_installed", day=row.boundary_date.isoformat())
        elif (register.id, row.boundary_date) in named:
            first = named[register.id, row.boundary_date][1].row
            outcome.refuse(row, column="read_date", code="duplicate", what="reading", first_row=first)
        else:
            named[register.id, row.boundary_date] = (register, row)
    return named


def in_force(register_ids: Iterable[UUID]) -> dict[Key, Reading]:
    found = Reading.objects.filter(register_id__in=list(register_ids), superseded_at__isnull=True)
    return {(reading.register_id, reading.boundary_date): reading for reading in found}


def changed_only(named: Named, *, known: Mapping[Key, Reading], outcome: Recorded) -> Named:
    def says_the_same(key: Key, row: ReadingRow) -> bool:
        reading = known.get(key)
        return reading is not None and (reading.value, reading.kind) == (row.value, row.kind)

    new = {key: entry for key, entry in named.items() if not says_the_same(key, entry[1])}
    outcome.known += len(named) - len(new)
    return new


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """checks: of its source that it did not pass, though it is taken."""

    register: Register
    row: ReadingRow
    verdict: str
    checks: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        return self.register.id, self.row.boundary_date


def judge(new: Named, *, known: Mapping[Key, Reading], outcome: Recorded) -> list[Judged]:
    """Each new reading with its verdict against the one before and the one after; impossible values are refused."""
    values = {key: (reading.value, reading.kind) for key, reading in known.items()}
    values |= {key: (row.value, row.kind) for key, (_register, row) in new.items()}
    digits = {register.id: register.digits for register, _row in new.values()}
    verdicts = verdicts_of(values={key: value for key, value in values.items() if key[0] in digits}, digits=digits)
    judged = []
    for key, (register, row) in new.items():
        verdict = verdicts[key]
        if verdict in CUMULATIVE_VERDICTS_REFUSED:
            outcome.refuse(row, column="value", code=verdict.lower(), value=str(row.value), digits=register.digits)
            continue
        judged.append(Judged(register=register, row=row, verdict=verdict))
    return judged


def sort_out(
    judged: Sequence[Judged],
    *,
    known: Mapping[Key, Reading],
    rules: Mapping[str, Mapping[str, Any]],
    told_on: date,
    trust: Trust,
    outcome: Recorded,
) -> list[Judged]:
    """Those that the rules accept; the others become errors or held readings of the outcome."""
    if not rules:
        return list(judged)
    is_import = trust is Trust.BY_FILE
    told = [
        Told(
            register=one.register,
            boundary_date=one.row.boundary_date,
            value=one.row.value,
            source=source_of(kind=one.row.kind, is_import=is_import, rules=rules),
        )
        for one in judged
    ]
    values = {key: reading.value for key, reading in known.items()}
    kept = []
    for one, opinion in zip(judged, opinions_of(told=told, known=values, rules=rules, told_on=told_on), strict=True):
        if opinion.action == REFUSE:
            checks = ", ".join(opinion.checks)
            outcome.refuse(one.row, column="value", code="reading_not_trusted", value=str(one.row.value), checks=checks)
        elif opinion.action == HOLD:
            outcome.held.append(held_of(one, checks=opinion.checks))
        else:
            kept.append(replace(one, checks=opinion.checks))
    return kept


def held_of(one: Judged, *, checks: Sequence[str]) -> HeldReading:
    row = one.row
    return HeldReading(
        register=one.register,
        boundary_date=row.boundary_date,
        read_at=row.read_at,
        value=row.value,
        kind=row.kind,
        verdict=one.verdict,
        checks=list(checks),
    )


def tally(judged: Sequence[Judged], *, known: Mapping[Key, Reading], outcome: Recorded) -> None:
    outcome.added = len(judged)
    outcome.superseded = sum(one.key in known for one in judged)
    outcome.verdicts = dict(Counter(one.verdict for one in judged))


def hold(outcome: Recorded, *, source: str, recorded_at: datetime) -> None:
    """Keep what is held; what waits already with the same value is not doubled."""
    for one in outcome.held:
        one.source, one.recorded_at = source[:SOURCE_MAX], recorded_at
    HeldReading.objects.bulk_create(outcome.held, ignore_conflicts=True, batch_size=5000)


def write(
    judged: Sequence[Judged], *, known: Mapping[Key, Reading], source: str, recorded_at: datetime, outcome: Recorded
) -> None:
    replaced = [known[one.key].id for one in judged if one.key in known]
    Reading.objects.filter(id__in=replaced).update(superseded_at=recorded_at)
    outcome.readings = Reading.objects.bulk_create(
        [
            Reading(
                register=one.register,
                boundary_date=one.row.boundary_date,
                read_at=one.row.read_at,
                value=one.row.value,
                kind=one.row.kind,
                source=source[:SOURCE_MAX],
                verdict=one.verdict,
                checks=list(one.checks),
                recorded_at=recorded_at,
            )
            for one in judged
        ],
        batch_size=5000,
    )


def record(legal_entity_id: UUID, *, outcome: Recorded, source: str) -> None:
    if not outcome.readings:
        return
    rows = "\n".join(f"{entry.register_id}|{entry.boundary_date}|{entry.value}" for entry in outcome.readings)
    record_audit(
        operation="recordReadings",
        object_kind="readings",
        object_id=source[:SOURCE_MAX],
        legal_entity_id=legal_entity_id,
        after={"added": outcome.added, "superseded": outcome.superseded, "known": outcome.known},
        digest=sha256(rows.encode()).hexdigest(),
    )
