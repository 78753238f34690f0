"""A subscriber tells what the meter shows. It never overrules what the enterprise read or what a bill stands on."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile

from rachun.apps.base.audit import record_audit
from rachun.apps.base.errors import FieldProblem
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.billing.models import BilledInterval
from rachun.apps.metering.models import HeldReading, Reading
from rachun.apps.metering.services import ReadingRow, Recorded, record_readings
from rachun.apps.selfservice.errors import ReadingInFuture, ReadingNotBelievable, ReadingOutOfDate, ReadingSettled
from rachun.apps.selfservice.locks import lock_register
from rachun.apps.selfservice.models import SentReading
from rachun.apps.selfservice.selectors import OwnRegister
from rachun.apps.selfservice.selectors.own_readings import latest_reading
from rachun.apps.selfservice.services.photos import keep_photo

DAY = timedelta(days=1)
SOURCE = "portal"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldReading:
    """read_date: the day at whose end the value counts."""

    read_date: date
    value: Decimal
    photo: UploadedFile | None = None

    @property
    def boundary_date(self) -> date:
        return self.read_date + DAY


def send_reading(*, own: OwnRegister, told: ToldReading, today: date, sent_at: datetime) -> tuple[SentReading, bool]:
    """The reading as it was taken or held, and whether it is new. The same once more changes nothing.

    Raises ReadingInFuture, ReadingOutOfDate, ReadingSettled, ReadingNotBelievable, PhotoRefused.
    """
    assert_in_transaction()
    refuse_impossible_day(own=own, told=told, today=today)
    photo_sha256, photo_media_type = keep_photo(photo=told.photo) if told.photo is not None else ("", "")
    account = own.agreement.account
    row = ReadingRow(
        row=1,
        meter_serial=own.register.meter.serial,
        register=own.register.code,
        boundary_date=told.boundary_date,
        value=told.value,
        kind=Reading.Kind.CUSTOMER,
    )
    recorded = record_readings(legal_entity_id=account.legal_entity_id, rows=[row], source=SOURCE, recorded_at=sent_at)
    refuse(recorded)
    reading, held = outcome_of(own=own, told=told)
    known = SentReading.objects.filter(account=account, reading=reading, held=held).first()
    if known is not None:
        return known, False
    sent = SentReading.objects.create(
        account=account,
        register=own.register,
        boundary_date=told.boundary_date,
        value=told.value,
        reading=reading,
        held=held,
        photo_sha256=photo_sha256,
        photo_media_type=photo_media_type,
        sent_at=sent_at,
    )
    record_audit(
        operation="sendOwnReading",
        object_kind="sent_reading",
        object_id=sent.id,
        legal_entity_id=account.legal_entity_id,
        after={"meter": own.register.meter.serial, "value": str(told.value), "is_held": held is not None},
    )
    return sent, True


def refuse_impossible_day(*, own: OwnRegister, told: ToldReading, today: date) -> None:
    if told.read_date > today:
        raise ReadingInFuture(errors=[FieldProblem(pointer="/read_date", code=ReadingInFuture.code)])
    lock_register(register_id=own.register.id)
    latest = latest_reading(register_id=own.register.id)
    if latest is None or latest.boundary_date < told.boundary_date or is_the_same(latest, told=told):
        return
    if latest.boundary_date > told.boundary_date:
        raise ReadingOutOfDate(latest_date=(latest.boundary_date - DAY).isoformat())
    if latest.kind != Reading.Kind.CUSTOMER or is_billed(own=own, boundary_date=told.boundary_date):
        raise ReadingSettled


def is_the_same(latest: Reading, *, told: ToldReading) -> bool:
    return (latest.boundary_date, latest.value, latest.kind) == (
        told.boundary_date,
        told.value,
        Reading.Kind.CUSTOMER,
    )


def is_billed(*, own: OwnRegister, boundary_date: date) -> bool:
    """An issued bill of the agreement reaches this day by this register."""
    held = BilledInterval.objects.filter(agreement=own.agreement, released_at__isnull=True)
    return held.filter(register=own.register.code, valid_to__gte=boundary_date).exists()


def refuse(recorded: Recorded) -> None:
    """Raises ReadingNotBelievable."""
    for error in recorded.errors:
        field = FieldProblem(pointer=f"/{error.field}", code=error.code, params=dict(error.params))
        raise ReadingNotBelievable(errors=[field], reason=error.code)


def outcome_of(*, own: OwnRegister, told: ToldReading) -> tuple[Reading | None, HeldReading | None]:
    """What metering has now: the reading in force, or the one that waits."""
    facts = {"register": own.register, "boundary_date": told.boundary_date, "value": told.value}
    kind = Reading.Kind.CUSTOMER
    reading = Reading.objects.filter(superseded_at__isnull=True, kind=kind, **facts).first()
    if reading is not None:
        return reading, None
    return None, HeldReading.objects.get(decided_at__isnull=True, kind=kind, **facts)
