from datetime import datetime
from uuid import UUID

from rachun.apps.base.files import keep_file
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.documents.models import Document


def store_document(  # house: argument-count -- each is a column of the row
    *,
    legal_entity_id: UUID,
    branch_id: UUID,
    account_id: UUID,
    kind: str,
    subject_id: UUID,
    number: str,
    language: str,
    template_version: str,
    content: bytes,
    media_type: str,
    rendered_at: datetime,
) -> Document:
    """Keep a rendered file and its row. A second rendering by the same template version answers the first document."""
    assert_in_transaction()
    existing = Document.objects.filter(
        kind=kind, subject_id=subject_id, language=language, template_version=template_version
    ).first()
    if existing is not None:
        return existing
    return Document.objects.create(
        legal_entity_id=legal_entity_id,
        branch_id=branch_id,
        account_id=account_id,
        kind=kind,
        subject_id=subject_id,
        number=number,
        language=language,
        template_version=template_version,
        sha256=keep_file(content=content),
        size_bytes=len(content),
        media_type=media_type,
        rendered_at=rendered_at,
    )
