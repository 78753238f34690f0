"""What happened to a job of a device: for the apps above that ordered it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceJobChanged:
    """The job is held, unknown, done or failed now; `source_kind` and `source_id` are those it was ordered with."""

    job_id: UUID
    kind: str
    source_kind: str
    source_id: UUID
    state: str
    code: str
    document_no: int | None
    changed_at: datetime
