from uuid import UUID

from django.db.models import QuerySet

from rachun.apps.documents.models import Document, DocumentTemplate, PrintBatch, PrintFile
from rachun.apps.identity.scope import Scope


def list_documents(*, scope: Scope) -> QuerySet[Document]:
    """Documents the scope may see, newest first."""
    return Document.objects.filter(scope.on_account_column("account_id")).order_by("-rendered_at", "id")


def find_document(*, kind: str, subject_id: UUID, language: str) -> Document | None:
    """The latest rendering in this language."""
    renderings = Document.objects.filter(kind=kind, subject_id=subject_id, language=language)
    return renderings.order_by("-rendered_at", "-id").first()


def find_template(*, legal_entity_id: UUID, kind: str) -> DocumentTemplate | None:
    """The newest version of the legal entity's own template; None means the one that the product ships."""
    versions = DocumentTemplate.objects.filter(legal_entity_id=legal_entity_id, kind=kind)
    return versions.order_by("-version").first()


def list_templates(*, scope: Scope) -> QuerySet[DocumentTemplate]:
    """Versions of templates, of each kind the newest first."""
    templates = DocumentTemplate.objects.filter(scope.on(has_branch=False))
    return templates.order_by("legal_entity__code", "kind", "-version", "id")


def list_print_batches(*, scope: Scope) -> QuerySet[PrintBatch]:
    """Batches of the mass print, newest first; those of a whole legal entity only for whoever sees all of it."""
    return PrintBatch.objects.filter(scope.on()).order_by("-created_at", "-id")


def list_print_files(*, scope: Scope) -> QuerySet[PrintFile]:
    """Finished files in the order in which they are printed."""
    files = PrintFile.objects.filter(scope.on("batch")).select_related("batch", "branch")
    return files.order_by("-batch__created_at", "-batch_id", "number")
