from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

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

from rachun.apps.agreements.selectors.lists import get_service_point
from rachun.apps.base.api.idempotency import idempotent
from rachun.apps.base.api.requests import checked, keep_upload
from rachun.apps.base.api.schema import problems
from rachun.apps.base.api.serializers import JobOut
from rachun.apps.base.api.templates import template_response, template_schema
from rachun.apps.base.errors import FieldProblem
from rachun.apps.base.jobs import enqueue
from rachun.apps.base.transactions import edge_transaction
from rachun.apps.identity.scope import Scope, scope_of
from rachun.apps.identity.selectors import get_branch, get_whole_legal_entity
from rachun.apps.metering import errors, selectors, services
from rachun.apps.metering.api import filters, serializers
from rachun.apps.metering.models import Installation, IntervalDay, Meter, Reading, Register


@extend_schema(tags=["meters"])
class MeterViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Meter]):
    operations = {
        "list": "listMeters",
        "retrieve": "getMeter",
        "create": "createMeter",
        "installation": "createMeterInstallation",
        "removal": "createMeterRemoval",
        "exchange": "createMeterExchange",
    }
    queryset = Meter.objects.none()
    serializer_class = serializers.MeterOut
    filterset_class = filters.MeterFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[Meter]:
        return selectors.list_meters(scope=scope_of(self.request))

    def told(self, meter_id: UUID, *, status: int = 200) -> Response:
        return Response(serializers.MeterOut(self.get_queryset().get(id=meter_id)).data, status=status)

    @extend_schema(
        request=serializers.MeterIn,
        responses={201: serializers.MeterOut, **problems(errors.MeterSerialTaken, errors.RegistersMissing)},
    )
    def create(self, request: Request) -> Response:
        told = checked(serializers.MeterIn, request)
        branch = get_branch(scope=scope_of(request), branch_id=told.pop("branch_id"))
        registers = [services.RegisterFacts(**register) for register in told.pop("registers")]
        with edge_transaction():
            meter = services.register_meter(
                legal_entity_id=branch.legal_entity_id, branch_id=branch.id, registers=registers, **told
            )
        return self.told(meter.id, status=201)

    @extend_schema(
        request=serializers.InstallationIn,
        responses={
            200: serializers.MeterOut,
            **problems(errors.MeterElsewhere, errors.ReadingsMissing, errors.ReadingRefused),
        },
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def installation(self, request: Request, id: UUID) -> Response:
        meter = self.get_object()  # before the body is judged: 404 is the scope check
        told = checked(serializers.InstallationIn, request)
        point = get_service_point(scope=scope_of(request), service_point_id=told["service_point_id"])
        with edge_transaction():
            services.install_meter(
                meter_id=meter.id,
                service_point=point,
                installed_date=told["installed_date"],
                opening=values_of(told["readings"]),
                installed_at=timezone.now(),
            )
        return self.told(meter.id)

    @extend_schema(
        request=serializers.RemovalIn,
        responses={
            200: serializers.MeterOut,
            **problems(errors.MeterNotInstalled, errors.ReadingsMissing, errors.ReadingRefused),
        },
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def removal(self, request: Request, id: UUID) -> Response:
        meter = self.get_object()
        told = checked(serializers.RemovalIn, request)
        with edge_transaction():
            services.remove_meter(
                meter_id=meter.id,
                removed_date=told["removed_date"],
                closing=values_of(told["readings"]),
                removed_at=timezone.now(),
            )
        return self.told(meter.id)

    @extend_schema(
        request=serializers.ExchangeIn,
        responses={
            200: serializers.MeterOut,
            **problems(errors.MeterNotInstalled, errors.MeterElsewhere, errors.ReadingsMissing, errors.ReadingRefused),
        },
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def exchange(self, request: Request, id: UUID) -> Response:
        """Closes this meter and opens the new one on the same service point. Answers the new one."""
        meter = self.get_object()
        told = checked(serializers.ExchangeIn, request)
        new = selectors.get_meter(scope=scope_of(request), meter_id=told["new_meter_id"])
        with edge_transaction():
            services.exchange_meter(
                old_meter_id=meter.id,
                new_meter_id=new.id,
                exchange_date=told["exchange_date"],
                closing=values_of(told["closing"]),
                opening=values_of(told["opening"]),
                at=timezone.now(),
            )
        return self.told(new.id)


@extend_schema(tags=["meters"])
class RegisterViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Register]):
    operations = {"list": "listRegisters"}
    queryset = Register.objects.none()
    serializer_class = serializers.RegisterOut
    filterset_class = filters.RegisterFilter

    def get_queryset(self) -> QuerySet[Register]:
        return selectors.list_registers(scope=scope_of(self.request))


@extend_schema(tags=["readings"])
class ReadingRoundViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Register]):
    """What stands at the end of a day and has to be read, in the order of a walk."""

    operations = {"list": "listRegistersToRead"}
    queryset = Register.objects.none()
    serializer_class = serializers.RegisterToReadOut
    filterset_class = filters.ReadingRoundFilter

    def get_queryset(self) -> QuerySet[Register]:
        return selectors.list_registers(scope=scope_of(self.request))


@extend_schema(tags=["meters"])
class InstallationViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Installation]):
    operations = {"list": "listInstallations"}
    queryset = Installation.objects.none()
    serializer_class = serializers.InstallationOut
    filterset_class = filters.InstallationFilter

    def get_queryset(self) -> QuerySet[Installation]:
        return selectors.list_installations(scope=scope_of(self.request))


@extend_schema(tags=["readings"])
class ReadingViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Reading]):
    operations = {"list": "listReadings", "create": "createReading", "check": "checkReading"}
    queryset = Reading.objects.none()
    serializer_class = serializers.ReadingOut
    filterset_class = filters.ReadingFilter

    def get_queryset(self) -> QuerySet[Reading]:
        return selectors.list_readings(scope=scope_of(self.request))

    @extend_schema(
        request=serializers.ReadingIn,
        responses={
            201: serializers.ReadingOut,
            202: serializers.HeldReadingOut,
            **problems(errors.ReadingRefused),
        },
    )
    def create(self, request: Request) -> Response:
        """One reading. The same reading again changes nothing; another value for the day supersedes.

        202: the rules of its source hold it until somebody looks at it.
        """
        told = checked(serializers.ReadingIn, request)
        meter = selectors.get_meter(scope=scope_of(request), meter_id=told["meter_id"])
        row = services.ReadingRow(
            row=1,
            meter_serial=meter.serial,
            register=told["register"],
            boundary_date=told["read_date"] + timedelta(days=1),
            value=told["value"],
            kind=told["kind"],
        )
        with edge_transaction():
            recorded = services.record_readings(
                legal_entity_id=meter.legal_entity_id, rows=[row], source="interface", recorded_at=timezone.now()
            )
            refuse(recorded)
        if recorded.held:
            held = selectors.list_held_readings(scope=Scope.everything()).get(
                register_id=recorded.held[0].register_id,
                boundary_date=row.boundary_date,
                value=row.value,
                kind=row.kind,
                decided_at__isnull=True,
            )
            return Response(serializers.HeldReadingOut(held).data, status=202)
        reading = self.get_queryset().get(
            register__meter=meter,
            register__code=told["register"],
            boundary_date=row.boundary_date,
            superseded_at__isnull=True,
        )
        return Response(serializers.ReadingOut(reading).data, status=201)

    @extend_schema(
        request=serializers.ReadingIn,
        responses={
            200: serializers.ReadingCheckOut,
            **problems(errors.UnknownRegister, errors.MeterNotInstalled),
        },
    )
    @action(detail=False, methods=["post"], filterset_class=None)
    def check(self, request: Request) -> Response:
        """What would become of this reading. Changes nothing: screens ask while somebody types."""
        told = checked(serializers.ReadingIn, request)
        meter = selectors.get_meter(scope=scope_of(request), meter_id=told["meter_id"])
        found = services.check_reading(
            meter=meter,
            register=told["register"],
            boundary_date=told["read_date"] + timedelta(days=1),
            value=told["value"],
            kind=told["kind"],
            told_at=timezone.now(),
        )
        previous = found.previous
        answer = {
            **asdict(found.opinion),
            "previous_value": previous and previous.value,
            "previous_date": previous and previous.boundary_date,
        }
        return Response(serializers.ReadingCheckOut(answer).data)


@extend_schema(tags=["readings"])
class IntervalDayViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[IntervalDay]):
    operations = {"list": "listIntervalDays"}
    queryset = IntervalDay.objects.none()
    serializer_class = serializers.IntervalDayOut
    filterset_class = filters.IntervalDayFilter

    def get_queryset(self) -> QuerySet[IntervalDay]:
        return selectors.list_interval_days(scope=scope_of(self.request))


@extend_schema(tags=["readings"])
class ReadingImportView(APIView):
    operations = {"post": "importReadings"}
    costly_actions = ("post",)
    parser_classes = (MultiPartParser,)

    @extend_schema(request={"multipart/form-data": serializers.ReadingImportIn}, responses={202: JobOut})
    @idempotent
    def post(self, request: Request) -> Response:
        """Starts a job; its errors name row, field and reason. The same file again changes nothing."""
        told = checked(serializers.ReadingImportIn, request)
        entity = get_whole_legal_entity(scope=scope_of(request), legal_entity_id=told["legal_entity_id"])
        names = ("format", "encoding", "meter_serial", "register", "dry_run")
        params = {**keep_upload(file=told["file"]), **{name: told[name] for name in names}}
        job = enqueue("metering.import_readings", params=params, legal_entity_id=entity.id)
        return Response(JobOut(job).data, status=202)


@extend_schema(tags=["readings"])
class ReadingTemplateView(APIView):
    operations = {"get": "downloadReadingTemplate"}

    @template_schema
    def get(self, request: Request) -> HttpResponse:
        """The columns of a file of readings, with an example row that explains each."""
        return template_response(request=request, name="readings")


def values_of(readings: Sequence[dict[str, Any]]) -> dict[str, Decimal]:
    return {entry["register"]: entry["value"] for entry in readings}


def refuse(recorded: services.Recorded) -> None:
    """Raises ReadingRefused."""
    if recorded.errors:
        problem = recorded.errors[0]
        field = FieldProblem(pointer=f"/{problem.field}", code=problem.code, params=dict(problem.params))
        raise errors.ReadingRefused(errors=[field], reason=problem.code)
