"""The report of losses, to look at and to take into a spreadsheet."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from rachun.apps.base.api.schema import problems
from rachun.apps.base.api.serializers import In, Out
from rachun.apps.base.api.templates import CSV, MEDIA_TYPES, XLSX
from rachun.apps.base.errors import FieldProblem, Invalid, NotFound
from rachun.apps.billing.selectors.losses import ZoneLoss, list_losses, next_month
from rachun.apps.identity.scope import scope_of
from rachun.apps.identity.selectors import get_legal_entity
from rachun.formats.csv_out import Cell, write_csv, write_xlsx

MONTHS_MAX = 24
QUANTITY: dict[str, Any] = {"max_digits": 24, "decimal_places": 6}


class LossesIn(In):
    legal_entity_id = serializers.UUIDField()
    from_month = serializers.DateField(help_text="Any day of the first month.")
    to_month = serializers.DateField(help_text="Any day of the last month; 24 months at most.")
    main_point_id = serializers.UUIDField(required=False, help_text="One zone only.")


class LossesFileIn(LossesIn):
    kind = serializers.ChoiceField(choices=sorted(MEDIA_TYPES), default=XLSX)


class ZoneLossOut(Out):
    """A month of a network zone or building behind a main meter."""

    common_meter_id = serializers.UUIDField(source="rule.id")
    main_point_id = serializers.UUIDField(source="rule.main_point_id")
    main_point_code = serializers.CharField(source="rule.main_point.code")
    register_code = serializers.CharField(source="rule.register_code")
    unit = serializers.CharField(source="rule.main_point.service.unit", help_text="Of every quantity here.")
    month = serializers.DateField()
    input = serializers.DecimalField(**QUANTITY, allow_null=True, help_text="Null: the main meter was not read whole.")
    billed = serializers.DecimalField(**QUANTITY, help_text="In issued bills, shares of the rest among it.")
    unbilled = serializers.DecimalField(**QUANTITY, help_text="Measured beyond what was billed, point by point.")
    loss = serializers.DecimalField(**QUANTITY, allow_null=True, help_text="Input less billed less unbilled.")
    loss_percent = serializers.DecimalField(**QUANTITY, allow_null=True, help_text="Of the input.")
    is_negative = serializers.BooleanField(help_text="More came out than went in: something is wrong.")
    unread_points = serializers.IntegerField(help_text="Points with a meter that was not read for every day.")


class LossesView(APIView):
    operations = {"get": "getLossesReport"}
    costly_actions = ("get",)

    @extend_schema(
        tags=["meters"],
        parameters=[LossesIn],
        responses={200: ZoneLossOut(many=True), **problems(NotFound, Invalid)},
    )
    def get(self, request: Request) -> Response:
        """What goes into each zone and is neither billed nor measured, month by month."""
        return Response(ZoneLossOut(found(request, asked_of(LossesIn, request)), many=True).data)


class LossesFileView(APIView):
    operations = {"get": "downloadLossesReport"}
    costly_actions = ("get",)

    @extend_schema(
        tags=["meters"],
        parameters=[LossesFileIn],
        responses={
            **{
                (200, media_type): OpenApiResponse(OpenApiTypes.BINARY, description="The report as a table.")
                for media_type in MEDIA_TYPES.values()
            },
            **problems(NotFound, Invalid),
        },
    )
    def get(self, request: Request) -> HttpResponse:
        """The same report for a spreadsheet, in the reader's language."""
        told = asked_of(LossesFileIn, request)
        kind = told.pop("kind")
        rows = [row_of(loss) for loss in found(request, told)]
        content = (
            write_csv(header=header(), rows=rows)
            if kind == CSV
            else write_xlsx(sheets={_("Losses"): [header(), *rows]})
        )
        disposition = {"Content-Disposition": f'attachment; filename="losses.{kind}"'}
        return HttpResponse(content, content_type=MEDIA_TYPES[kind], headers=disposition)


def asked_of(serializer_class: Any, request: Request) -> dict[str, Any]:
    """Raises ValidationError."""
    asked = serializer_class(data=request.query_params.dict())
    asked.is_valid(raise_exception=True)
    told: dict[str, Any] = asked.validated_data
    return told


def found(request: Request, told: dict[str, Any]) -> list[ZoneLoss]:
    """Raises NotFound, Invalid."""
    scope = scope_of(request)
    entity = get_legal_entity(scope=scope, legal_entity_id=told["legal_entity_id"])
    return list_losses(
        scope=scope,
        legal_entity_id=entity.id,
        months=months_of(told["from_month"], told["to_month"]),
        known_until=timezone.now(),
        main_point_id=told.get("main_point_id"),
    )


def months_of(first: date, last: date) -> list[date]:
    """First days of the months. Raises Invalid."""
    months = [first.replace(day=1)]
    while len(months) <= MONTHS_MAX and next_month(months[-1]) <= last:
        months.append(next_month(months[-1]))
    if last < months[0] or len(months) > MONTHS_MAX:
        raise Invalid(errors=[FieldProblem(pointer="/to_month", code="months_out_of_range", detail=OUT_OF_RANGE)])
    return months


def header() -> list[str]:
    return [
        _("Point of the main meter"),
        _("Register"),
        _("Month"),
        _("Input"),
        _("Billed"),
        _("Measured, not billed"),
        _("Loss"),
        _("Loss, %"),
        _("Points not read"),
        _("Remark"),
    ]


def row_of(loss: ZoneLoss) -> list[Cell]:
    numbers = (loss.input, loss.billed, loss.unbilled, loss.loss, loss.loss_percent)
    told = [loss.rule.main_point.code, loss.rule.register_code, f"{loss.month:%Y-%m}"]
    return [*told, *numbers, loss.unread_points, remark_of(loss)]


def remark_of(loss: ZoneLoss) -> str:
    if loss.input is None:
        return _("The main meter was not read for the whole month.")
    return _("Negative: more came out than went in. Check readings and points.") if loss.is_negative else ""


OUT_OF_RANGE = gettext_lazy("The last month is not before the first, and at most 24 months are told.")
