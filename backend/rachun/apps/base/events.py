"""Facts go up: a lower app emits, handlers of upper apps run in the same transaction; publish tells the outside."""

from dataclasses import asdict, is_dataclass
from typing import Any

from rachun.apps.base.models import OutboxRow
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.base.wiring import handlers


def emit(event: object) -> None:
    """Run every handler that config/wiring.py lists for this event, now, in this transaction."""
    assert_in_transaction()
    for handle in handlers().get(type(event), ()):
        handle(event)


def publish(event: Any, *, topic: str) -> OutboxRow:
    """Keep a frozen event for webhooks, push and WebSocket, delivered after the commit of its cause."""
    assert_in_transaction()
    assert is_dataclass(event), "events are frozen dataclasses"
    assert not isinstance(event, type), "an event is an instance"
    return OutboxRow.objects.create(topic=topic, payload=asdict(event))
