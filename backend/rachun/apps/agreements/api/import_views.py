"""Files of customers."""

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from rachun.apps.agreements.api.serializers import CustomerImportIn
from rachun.apps.base.api.idempotency import idempotent
from rachun.apps.base.api.requests import checked, keep_upload
from rachun.apps.base.api.serializers import JobOut
from rachun.apps.base.api.templates import template_response, template_schema
from rachun.apps.base.jobs import enqueue
from rachun.apps.identity.scope import scope_of
from rachun.apps.identity.selectors import get_whole_legal_entity


@extend_schema(tags=["agreements"])
class CustomerImportView(APIView):
    operations = {"post": "importCustomers"}
    costly_actions = ("post",)
    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": CustomerImportIn}, responses={202: JobOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """Starts a job; its errors name row, field and reason. The same file again changes nothing."""
        told = checked(CustomerImportIn, request)
        entity = get_whole_legal_entity(scope=scope_of(request), legal_entity_id=told["legal_entity_id"])
        job = enqueue(
            "agreements.import_customers",
            params={**keep_upload(file=told["file"]), "encoding": told["encoding"], "dry_run": told["dry_run"]},
            legal_entity_id=entity.id,
        )
        return Response(JobOut(job).data, status=202)


@extend_schema(tags=["agreements"])
class CustomerTemplateView(APIView):
    operations = {"get": "downloadCustomerTemplate"}

    @template_schema
    def get(self, request: Request) -> HttpResponse:
        """The columns of a customer file, with an example row that explains each."""
        return template_response(request=request, name="customers")
