from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from rachun.apps.base.audit import record_audit
from rachun.apps.documents.models import DocumentTemplate


@transaction.atomic(durable=True)
def change_template(*, legal_entity_id: UUID, kind: str, body: str, changed_at: datetime) -> DocumentTemplate:
    """Add the next version of a template; documents already rendered keep theirs."""
    versions = DocumentTemplate.objects.filter(legal_entity_id=legal_entity_id, kind=kind)
    latest = versions.aggregate(latest=Max("version"))["latest"] or 0
    template = DocumentTemplate.objects.create(
        legal_entity_id=legal_entity_id, kind=kind, version=latest + 1, body=body, recorded_at=changed_at
    )
    record_audit(
        operation="changeDocumentTemplate",
        object_kind="document_template",
        object_id=template.id,
        legal_entity_id=legal_entity_id,
        after={"kind": kind, "version": template.version},
    )
    return template
