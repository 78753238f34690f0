"""Order: the desk, its agent, its shift, the key of the channel, then the account's money."""

from uuid import UUID

from django.db import connection

from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.devices.services.order_jobs import hold_agent
from rachun.apps.payments.models import CashDesk, CashShift


def lock_external_key(*, legal_entity_id: UUID, channel: str, external_key: str) -> None:
    """One receipt with this key at a time: the second one sees the first, whatever account it names."""
    assert_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"receipt {legal_entity_id} {channel} {external_key}"],
        )


def lock_desk(desk_id: UUID) -> CashDesk:
    """One shift opens at a desk at a time."""
    assert_in_transaction()
    found = CashDesk.objects.select_for_update(of=("self",)).select_related("register__agent", "legal_entity")
    return found.get(id=desk_id)


def lock_shift(shift_id: UUID) -> CashShift:
    """Everything that happens at a desk waits for this row, and before it for the desk's agent."""
    assert_in_transaction()
    agent_id = CashShift.objects.values_list("desk__register__agent_id", flat=True).get(id=shift_id)
    if agent_id is not None:
        hold_agent(agent_id=agent_id)
    found = CashShift.objects.select_for_update(of=("self",))
    return found.select_related("desk__register__agent", "legal_entity").get(id=shift_id)
