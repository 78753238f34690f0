import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from rachun.apps.base.api.idempotency import idempotent
from rachun.apps.base.api.requests import checked, keep_upload
from rachun.apps.base.api.schema import problems
from rachun.apps.base.api.serializers import JobOut
from rachun.apps.base.api.templates import template_response, template_schema
from rachun.apps.base.api.throttles import Frequent
from rachun.apps.base.errors import NotFound
from rachun.apps.base.files import keep_file
from rachun.apps.base.jobs import enqueue
from rachun.apps.catalog.selectors import list_destination_tables
from rachun.apps.identity.scope import scope_of
from rachun.apps.identity.selectors import get_whole_legal_entity
from rachun.apps.rating.api.filters import UsageBatchFilter, UsageRecordFilter
from rachun.apps.rating.api.online import OPERATION
from rachun.apps.rating.api.serializers import (
    PLAN_FILES,
    CallIn,
    PricedUsageOut,
    RateDeckIn,
    RatePlansIn,
    RecordedCallOut,
    ReleaseIn,
    UsageBatchOut,
    UsageLoadIn,
    UsageRecordOut,
    UsageRowsIn,
)
from rachun.apps.rating.api.told_calls import answer_of, billable_of, told_call
from rachun.apps.rating.errors import RowsOfAnotherKind
from rachun.apps.rating.services import audit_calls, record_calls
from rachun.apps.usage import selectors
from rachun.apps.usage.models import UsageBatch, UsageRecord, UsageSource
from rachun.values.quantity import MICRO


@extend_schema(tags=["usage"])
class UsageBatchViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[UsageBatch]):
    operations = {"list": "listUsageBatches", "retrieve": "getUsageBatch", "create": "loadUsage"}
    costly_actions = ("create",)
    queryset = UsageBatch.objects.none()
    serializer_class = UsageBatchOut
    filterset_class = UsageBatchFilter
    lookup_field = "id"

    def get_parsers(self) -> list[Any]:
        return [MultiPartParser()]

    def get_queryset(self) -> QuerySet[UsageBatch]:
        return selectors.list_batches(scope=scope_of(self.request))

    @extend_schema(request={"multipart/form-data": UsageLoadIn}, responses={202: JobOut})
    @idempotent
    def create(self, request: Request) -> Response:
        """Starts a job whose result names the batch. The same file again is answered with the batch that holds it.

        A file of at most 2 GiB; formats that are not read line by line take less and say so in the job.
        """
        told = checked(UsageLoadIn, request)
        source = selectors.get_source(scope=scope_of(request), source_id=told["source_id"])
        kept = keep_upload(file=told["file"], limit=settings.CALLS_UPLOAD_MAX_SIZE)
        params = {**kept, "encoding": told["encoding"], "source_id": str(source.id)}
        job = enqueue("rating.load_usage", params=params, legal_entity_id=source.legal_entity_id)
        return Response(JobOut(job).data, status=202)


@extend_schema(tags=["usage"])
class UsageRowsView(APIView):
    operations = {"post": "createUsageRecords"}

    @extend_schema(request=UsageRowsIn, responses={202: JobOut, **problems(RowsOfAnotherKind)})
    @idempotent
    def post(self, request: Request) -> Response:
        """Single calls or deliveries as a batch of their own. Rows that are known add nothing."""
        told = checked(UsageRowsIn, request)
        source = selectors.get_source(scope=scope_of(request), source_id=told["source_id"])
        content = json.dumps(rows_of(told, source=source), cls=DjangoJSONEncoder, sort_keys=True).encode()
        params = {"name": "interface", "sha256": keep_file(content=content), "is_json": True}
        job = enqueue(
            "rating.load_usage",
            params={**params, "source_id": str(source.id)},
            legal_entity_id=source.legal_entity_id,
        )
        return Response(JobOut(job).data, status=202)


def rows_of(told: dict[str, Any], *, source: UsageSource) -> list[dict[str, Any]]:
    """Raises RowsOfAnotherKind."""
    wanted = "calls" if source.kind == UsageSource.Kind.CALLS else "deliveries"
    if {name for name in ("calls", "deliveries") if told.get(name)} != {wanted}:
        raise RowsOfAnotherKind(expected=wanted)
    if wanted == "deliveries":
        return [{**row, "quantity_micro": int(row.pop("quantity") * MICRO)} for row in told[wanted]]
    return [{**row, "billable_s": billable_of(row)} for row in told[wanted]]


@extend_schema(tags=["usage"])
class CallView(APIView):
    """What OnlineCalls answers of it by the short way, it answers alike: Note [The short way]."""

    operations = {"post": OPERATION}
    throttle_classes = (Frequent,)

    @extend_schema(
        request=CallIn,
        responses={200: RecordedCallOut, 201: RecordedCallOut, **problems(RowsOfAnotherKind)},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Prices and keeps one call, at once. 200 for a call that is known, by whatever way it came."""
        told = checked(CallIn, request)
        source = selectors.get_source(scope=scope_of(request), source_id=told["source_id"])
        if source.kind != UsageSource.Kind.CALLS:
            raise RowsOfAnotherKind(expected="deliveries")
        recorded = record_calls(source=source, calls=[told_call(told)], recorded_at=timezone.now())
        audit_calls(source=source, recorded=recorded)
        return Response(answer_of(recorded[0]), status=200 if recorded[0].is_known else 201)


@extend_schema(tags=["usage"])
class UsageRecordViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[UsageRecord]):
    operations = {"list": "listUsageRecords", "release": "updateSuspendedUsage"}
    queryset = UsageRecord.objects.none()
    serializer_class = UsageRecordOut
    filterset_class = UsageRecordFilter

    def get_queryset(self) -> QuerySet[UsageRecord]:
        return selectors.list_records(scope=scope_of(self.request))

    @extend_schema(request=ReleaseIn, responses={202: JobOut})
    @action(detail=False, methods=["post"], filterset_class=None, pagination_class=None)
    @idempotent
    def release(self, request: Request) -> Response:
        """Guides and prices suspended records again, after what they waited for was repaired."""
        told = checked(ReleaseIn, request)
        source = selectors.get_source(scope=scope_of(request), source_id=told["source_id"])
        job = enqueue(
            "rating.release_suspended",
            params={"source_id": str(source.id), "reason": told["reason"]},
            legal_entity_id=source.legal_entity_id,
        )
        return Response(JobOut(job).data, status=202)


@extend_schema(tags=["usage"])
class PricedUsageViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[UsageRecord]):
    """Prices of our own carriers are not everybody's: an operation of its own, though its records are those of
    listUsageRecords.
    """

    operations = {"list": "listPricedUsage"}
    queryset = UsageRecord.objects.none()
    serializer_class = PricedUsageOut
    filterset_class = UsageRecordFilter

    def get_queryset(self) -> QuerySet[UsageRecord]:
        return selectors.list_records(scope=scope_of(self.request))

    def paginate_queryset(self, queryset: Any) -> Any:
        records = super().paginate_queryset(queryset) or []
        prices = selectors.find_run_prices(records=records)
        for record in records:
            record.runs = prices.get((record.load_key, record.record_no), [])
        return records


@extend_schema(tags=["catalog"])
class RateDeckImportView(APIView):
    operations = {"post": "importDestinationRates"}
    costly_actions = ("post",)
    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": RateDeckIn}, responses={202: JobOut})
    @idempotent
    def post(self, request: Request, id: UUID) -> Response:
        """Starts a job; names without a prefix are errors of their rows. The same deck again changes nothing."""
        table = list_destination_tables(scope=scope_of(request)).filter(id=id).first()
        if table is None:
            raise NotFound(table_id=id)
        get_whole_legal_entity(scope=scope_of(request), legal_entity_id=table.legal_entity_id)
        told = checked(RateDeckIn, request)
        prefixes = keep_upload(file=told["prefixes"])
        names = ("encoding", "first_interval_s", "increment_s", "dry_run")
        params = {
            **keep_upload(file=told["file"]),
            **{f"prefixes_{name}": value for name, value in prefixes.items()},
            **{name: told[name] for name in names},
            "valid_from": told["valid_from"].isoformat(),
            "connection_fee": str(told["connection_fee"]),
            "table_id": str(table.id),
        }
        job = enqueue("rating.import_rate_deck", params=params, legal_entity_id=table.legal_entity_id)
        return Response(JobOut(job).data, status=202)


@extend_schema(tags=["catalog"])
class RatePlanImportView(APIView):
    operations = {"post": "importRatePlans"}
    costly_actions = ("post",)
    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": RatePlansIn}, responses={202: JobOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """Starts a job that makes a destination table of each plan, or brings it to what the plan says from its day on.

        With a wrong row nothing is kept, unless keep_good says so. The same plans again change nothing.
        """
        told = checked(RatePlansIn, request)
        entity = get_whole_legal_entity(scope=scope_of(request), legal_entity_id=told["legal_entity_id"])
        valid_from = told["valid_from"] or timezone.localdate()
        params = {
            "legal_entity_id": str(entity.id),
            "files": {name: keep_upload(file=told[field]) for name, field in PLAN_FILES.items()},
            "valid_from": valid_from.isoformat(),
            **{name: told[name] for name in ("encoding", "keep_good", "dry_run")},
        }
        job = enqueue("rating.import_rate_plans", params=params, legal_entity_id=entity.id)
        return Response(JobOut(job).data, status=202)


@extend_schema(tags=["usage"])
class DeliveryTemplateView(APIView):
    operations = {"get": "downloadDeliveryTemplate"}

    @template_schema
    def get(self, request: Request) -> HttpResponse:
        """The columns of a file of delivered services, with an example row that explains each."""
        return template_response(request=request, name="delivered_services")
