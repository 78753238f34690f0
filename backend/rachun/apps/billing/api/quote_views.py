from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from rachun.apps.agreements.models import ServiceAgreement
from rachun.apps.agreements.selectors.lists import find_agreement
from rachun.apps.base.api.requests import checked
from rachun.apps.base.api.schema import problems
from rachun.apps.base.errors import NotFound
from rachun.apps.billing.api import quote_serializers as told_as
from rachun.apps.billing.billing_period import billing_period, some_period
from rachun.apps.billing.refusals import QuoteNotPriced, QuoteUnclear, RunPeriodInvalid
from rachun.apps.billing.selectors.quote import Priceable, QuoteAsked, UsageAsked, get_quote
from rachun.apps.billing.selectors.told_quote import quote_told
from rachun.apps.catalog.errors import CurrencyDiffers, TariffNotValid
from rachun.apps.catalog.models import TariffVersion
from rachun.apps.catalog.selectors import list_tariff_versions
from rachun.apps.catalog.services import load_draft
from rachun.apps.documents.rendering.sentences import Sentences
from rachun.apps.identity.models import LegalEntity
from rachun.apps.identity.scope import Scope, scope_of
from rachun.apps.identity.selectors import get_legal_entity
from rachun.engine.tariffs.parsing import parse_version


@extend_schema(tags=["quotes"])
class QuoteViewSet(viewsets.GenericViewSet[Any]):
    operations = {"create": "createQuote"}
    costly_actions = ("create",)
    queryset = TariffVersion.objects.none()
    serializer_class = told_as.QuoteOut
    pagination_class = None
    filterset_class = None

    @extend_schema(
        request=told_as.QuoteIn,
        responses={
            200: told_as.QuoteOut,
            **problems(QuoteNotPriced, QuoteUnclear, RunPeriodInvalid, TariffNotValid, CurrencyDiffers),
        },
    )
    def create(self, request: Request) -> Response:
        """Prices any tariff version on given or historical usage, with the bill's own engine. Nothing is stored."""
        told = checked(told_as.QuoteIn, request)
        asked = asked_of(told, scope=scope_of(request))
        return Response(told_as.QuoteOut(quote_told(get_quote(asked), language=told["language"])).data)


def asked_of(told: Mapping[str, Any], *, scope: Scope) -> QuoteAsked:
    """Raises NotFound for what lies outside the scope."""
    agreement = agreement_of(told, scope=scope)
    stored = stored_version(told, scope=scope)
    entity = entity_of(told, scope=scope, agreement=agreement, stored=stored)
    return QuoteAsked(
        entity=entity,
        agreement=agreement,
        version=priceable(told, stored=stored, entity=entity),
        period=billing_period(told["period_from"], told["period_to"]),
        served=None
        if told["service_from"] is None and told["service_to"] is None
        else some_period(told["service_from"] or told["period_from"], told["service_to"] or told["period_to"]),
        usage=UsageAsked(
            consumption=rows(told["consumption"]),
            calls=rows(told["calls"]),
            deliveries=rows(told["deliveries"]),
            attributes=told["attributes"],
        ),
        known_until=timezone.now(),
    )


def rows(told: list[dict[str, Any]] | None) -> list[Any] | None:
    """In the order of the serializer's fields."""
    return None if told is None else [tuple(row.values()) for row in told]


def agreement_of(told: Mapping[str, Any], *, scope: Scope) -> ServiceAgreement | None:
    if told["agreement_id"] is None:
        return None
    found = find_agreement(scope=scope, agreement_id=told["agreement_id"])
    if found is None:
        raise NotFound(agreement_id=told["agreement_id"])
    return found


def stored_version(told: Mapping[str, Any], *, scope: Scope) -> TariffVersion | None:
    if told["tariff_version_id"] is None:
        return None
    versions = list_tariff_versions(scope=scope).select_related("plan__legal_entity")
    found = versions.filter(id=told["tariff_version_id"]).first()
    if found is None:
        raise NotFound(tariff_version_id=told["tariff_version_id"])
    return found


def entity_of(
    told: Mapping[str, Any], *, scope: Scope, agreement: ServiceAgreement | None, stored: TariffVersion | None
) -> LegalEntity:
    """The agreement's, the version's, or the one that is named; whichever are given must be one.

    Whose agreement or version lies in the scope, that entity does.
    """
    if (stored is None) == (told["tariff"] is None):
        raise QuoteUnclear
    ids = {agreement.legal_entity_id} if agreement is not None else set()
    ids |= {stored.plan.legal_entity_id} if stored is not None else set()
    ids |= {told["legal_entity_id"]} if told["legal_entity_id"] is not None else set()
    if len(ids) != 1:
        raise QuoteUnclear
    if agreement is not None:
        return agreement.legal_entity
    if stored is not None:
        return stored.plan.legal_entity
    return get_legal_entity(scope=scope, legal_entity_id=ids.pop())


def priceable(told: Mapping[str, Any], *, stored: TariffVersion | None, entity: LegalEntity) -> Priceable:
    if stored is not None:
        return Priceable(
            tariff=parse_version(document=stored.body),
            body=stored.body,
            plan=stored.plan.names.get(told["language"]) or stored.plan.code,
            valid_from=stored.valid_from,
            approved_by=stored.approved_by,
            source_document=stored.source_document,
        )
    body = told["tariff"]
    tariff = load_draft(body=body, currency=entity.currency, pointer="/tariff")
    draft = Sentences(language=told["language"], currency=entity.currency).heading("draft")
    return Priceable(tariff=tariff, body=body, plan=draft, valid_from=told["period_from"])
