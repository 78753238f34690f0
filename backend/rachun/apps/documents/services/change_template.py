from datetime import datetime
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext_lazy as _
from jinja2 import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from rachun.apps.base.audit import record_audit
from rachun.apps.base.errors import Refused
from rachun.apps.base.transactions import use_case
from rachun.apps.documents.locks import lock_templates
from rachun.apps.documents.models import DocumentTemplate


class TemplateBroken(Refused):
    code = "template_broken"
    title = _("The template cannot be read.")


@use_case
def change_template(*, legal_entity_id: UUID, kind: str, body: str, changed_at: datetime) -> DocumentTemplate:
    """Add the next version of a template; documents already rendered keep theirs. Raises TemplateBroken."""
    refuse_broken(body=body)
    lock_templates(legal_entity_id)
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


def refuse_broken(*, body: str) -> None:
    try:
        ImmutableSandboxedEnvironment(autoescape=True).parse(body)
    except TemplateSyntaxError as error:
        raise TemplateBroken(line=error.lineno, reason=error.message or "") from error
