"""One register at a time, and before anything that metering locks."""

from uuid import UUID

from rachun.apps.metering.models import Register


def lock_register(*, register_id: UUID) -> None:
    """What is known of the register stands still until the reading is recorded."""
    Register.objects.select_for_update(no_key=True).get(id=register_id)
