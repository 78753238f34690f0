"""What the catalog asks of apps above it."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistersAsked:
    """Which register codes meters of the enterprise have: whoever knows adds them to `found`."""

    legal_entity_id: UUID
    found: set[str] = field(default_factory=set)
