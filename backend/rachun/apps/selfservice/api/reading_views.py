"""Readings that subscribers send, with the photo of the dial."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

import django_filters as filters
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from rachun.apps.base.api.idempotency import idempotent
from rachun.apps.base.api.parsing import StrictJSONParser
from rachun.apps.base.api.requests import checked
from rachun.apps.base.api.schema import problems
from rachun.apps.base.errors import NotFound
from rachun.apps.base.files import read_file
from rachun.apps.identity.scope import scope_of
from rachun.apps.metering.errors import MeterNotInstalled
from rachun.apps.metering.models import Reading
from rachun.apps.metering.services import check_reading
from rachun.apps.selfservice import errors, selectors, services
from rachun.apps.selfservice.api import own_serializers as told_as
from rachun.apps.selfservice.api.today import today_of
from rachun.apps.selfservice.models import SentReading

PHOTO = {
    (200, media_type): OpenApiResponse(OpenApiTypes.BINARY, description="The photo.")
    for media_type in ("image/jpeg", "image/png", "image/webp")
}


class SentReadingFilter(filters.FilterSet):
    account_id = filters.UUIDFilter(field_name="account_id")
    held_reading_id = filters.UUIDFilter(field_name="held_id")

    class Meta:
        model = SentReading
        fields = ("account_id", "held_reading_id")


@extend_schema(tags=["readings"])
class SentReadingViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[SentReading]):
    """What subscribers sent themselves, for those who look at held readings."""

    operations = {"list": "listSentReadings", "photo": "downloadReadingPhoto"}
    queryset = SentReading.objects.none()
    serializer_class = told_as.SentReadingOut
    filterset_class = SentReadingFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[SentReading]:
        return selectors.list_sent_readings(scope=scope_of(self.request))

    @extend_schema(responses=PHOTO)
    @action(detail=True, methods=["get"], filterset_class=None, pagination_class=None)
    def photo(self, request: Request, id: UUID) -> HttpResponse:
        """404 also where none was sent."""
        sent = self.get_object()
        if not sent.photo_sha256:
            raise NotFound
        headers = {"ETag": f'"{sent.photo_sha256}"', "Content-Disposition": "inline"}
        return HttpResponse(read_file(digest=sent.photo_sha256), content_type=sent.photo_media_type, headers=headers)


@extend_schema(tags=["selfservice"])
class OwnReadingViewSet(SentReadingViewSet):
    operations = {
        "list": "listOwnReadings",
        "photo": "downloadOwnReadingPhoto",
        "create": "sendOwnReading",
        "check": "checkOwnReading",
    }

    def get_parsers(self) -> list[Any]:
        return [StrictJSONParser()] if getattr(self, "action_map", {}).get("post") == "check" else [MultiPartParser()]

    @extend_schema(
        request={"multipart/form-data": told_as.OwnReadingIn},
        responses={
            200: told_as.SentReadingOut,
            201: told_as.SentReadingOut,
            **problems(
                errors.ReadingInFuture,
                errors.ReadingOutOfDate,
                errors.ReadingSettled,
                errors.ReadingNotBelievable,
                errors.PhotoRefused,
            ),
        },
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """What the meter shows, as the subscriber read it. 200: it was sent before. It may wait for somebody's look."""
        told = checked(told_as.OwnReadingIn, request)
        now = timezone.now()
        own = self.own_register(told["register_id"])
        sent, is_new = services.send_reading(
            own=own,
            told=services.ToldReading(read_date=told["read_date"], value=told["value"], photo=told.get("photo")),
            today=today_of(own.agreement.legal_entity),
            sent_at=now,
        )
        return Response(told_as.SentReadingOut(sent).data, status=201 if is_new else 200)

    @extend_schema(
        request=told_as.OwnReadingCheckIn, responses={200: told_as.OwnReadingCheckOut, **problems(MeterNotInstalled)}
    )
    @action(detail=False, methods=["post"], filterset_class=None, pagination_class=None)
    def check(self, request: Request) -> Response:
        """What would become of this reading. Changes nothing: screens ask while somebody types."""
        told = checked(told_as.OwnReadingCheckIn, request)
        own = self.own_register(told["register_id"])
        wanted = services.ToldReading(read_date=told["read_date"], value=told["value"])
        found = check_reading(
            meter=own.register.meter,
            register=own.register.code,
            boundary_date=wanted.boundary_date,
            value=told["value"],
            kind=Reading.Kind.CUSTOMER,
            told_at=timezone.now(),
        )
        answer = {
            **asdict(found.opinion),
            "previous_value": found.previous and found.previous.value,
            "previous_date": found.previous and found.previous.boundary_date,
        }
        return Response(told_as.OwnReadingCheckOut(answer).data)

    def own_register(self, register_id: UUID) -> selectors.OwnRegister:
        return selectors.get_own_register(scope=scope_of(self.request), register_id=register_id, now=timezone.now())
