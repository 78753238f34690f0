"""Order: meters before registers, each by id."""

from collections.abc import Iterable
from uuid import UUID

from rachun.apps.metering.models import Meter, Register


def lock_meter(*, meter_id: UUID) -> Meter:
    return Meter.objects.select_for_update(no_key=True).get(id=meter_id)


def lock_registers(*, register_ids: Iterable[UUID]) -> None:
    """Readings of a register are judged against each other, so one writer at a time."""
    found = Register.objects.filter(id__in=list(register_ids)).order_by("id").select_for_update(no_key=True)
    list(found.values_list("id", flat=True))
