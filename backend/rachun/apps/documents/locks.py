from uuid import UUID

from rachun.apps.documents.models import PrintBatch
from rachun.apps.identity.models import LegalEntity


def lock_templates(legal_entity_id: UUID) -> None:
    """Two people who change a template at once take turns, so each gets a version number of their own."""
    LegalEntity.objects.select_for_update().get(id=legal_entity_id)


def lock_batch(batch_id: UUID) -> PrintBatch:
    """Two who go on with a stopped batch at once take turns; so do two workers that cut it into chunks."""
    return PrintBatch.objects.select_for_update().get(id=batch_id)
