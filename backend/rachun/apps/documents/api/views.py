from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from rachun.apps.base.api.requests import checked
from rachun.apps.base.api.schema import problems
from rachun.apps.base.files import read_file
from rachun.apps.documents import selectors, services
from rachun.apps.documents.api.filters import DocumentFilter, DocumentTemplateFilter
from rachun.apps.documents.api.serializers import DocumentOut, DocumentTemplateIn, DocumentTemplateOut
from rachun.apps.documents.models import Document, DocumentTemplate
from rachun.apps.documents.services.change_template import TemplateBroken
from rachun.apps.identity.scope import scope_of
from rachun.apps.identity.selectors import get_whole_legal_entity

EXTENSIONS = {"application/pdf": "pdf", "text/html": "html"}


@extend_schema(tags=["documents"])
class DocumentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Document]):
    operations = {"list": "listDocuments", "retrieve": "getDocument", "content": "downloadDocument"}
    queryset = Document.objects.none()
    serializer_class = DocumentOut
    filterset_class = DocumentFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[Document]:
        return selectors.list_documents(scope=scope_of(self.request))

    @extend_schema(responses={(200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY, description="The file.")})
    @action(detail=True, methods=["get"], filterset_class=None)
    def content(self, request: Request, id: UUID) -> HttpResponse:
        return file_response(document=self.get_object())


def file_response(*, document: Document) -> HttpResponse:
    """The file as an attachment; its hash is its version, so a browser asks for it once."""
    extension = EXTENSIONS.get(document.media_type, "bin")
    name = f"{document.number}-{document.language}.{extension}".replace("/", "-")
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "attachment",
        "ETag": f'"{document.sha256}"',
        "Cache-Control": "private, max-age=31536000, immutable",
    }
    return HttpResponse(read_file(digest=document.sha256), content_type=document.media_type, headers=headers)


@extend_schema(tags=["documents"])
class DocumentTemplateViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[DocumentTemplate]
):
    operations = {
        "list": "listDocumentTemplates",
        "retrieve": "getDocumentTemplate",
        "create": "changeDocumentTemplate",
    }
    queryset = DocumentTemplate.objects.none()
    serializer_class = DocumentTemplateOut
    filterset_class = DocumentTemplateFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[DocumentTemplate]:
        return selectors.list_templates(scope=scope_of(self.request))

    @extend_schema(request=DocumentTemplateIn, responses={201: DocumentTemplateOut, **problems(TemplateBroken)})
    def create(self, request: Request) -> Response:
        """Adds the next version; documents already rendered keep theirs."""
        told = checked(DocumentTemplateIn, request)
        get_whole_legal_entity(scope=scope_of(request), legal_entity_id=told["legal_entity_id"])
        template = services.change_template(changed_at=timezone.now(), **told)
        return Response(DocumentTemplateOut(template).data, status=201)
