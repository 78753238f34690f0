from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from rachun.apps.base.api.requests import checked
from rachun.apps.base.api.schema import problems
from rachun.apps.base.api.versions import check_if_match, etag_of, needs_if_match
from rachun.apps.base.transactions import edge_transaction
from rachun.apps.customers import locks, selectors, services
from rachun.apps.customers.api.filters import AccountFilter, PartyFilter, PremiseFilter
from rachun.apps.customers.api.serializers import (
    AccountChangeIn,
    AccountIn,
    AccountOut,
    PartyChangeIn,
    PartyIn,
    PartyOut,
    PremiseIn,
    PremiseOut,
)
from rachun.apps.customers.errors import AliasTaken, ContactNotValid, NoEmailAddress, PremiseOfAnotherBranch
from rachun.apps.customers.models import Account, Party, Premise
from rachun.apps.identity.scope import scope_of
from rachun.apps.identity.selectors import get_branch


@extend_schema(tags=["customers"])
class PartyViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Party]):
    operations = {
        "list": "listParties",
        "retrieve": "getParty",
        "create": "createParty",
        "partial_update": "updateParty",
    }
    queryset = Party.objects.none()
    serializer_class = PartyOut
    filterset_class = PartyFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[Party]:
        return selectors.list_parties(scope=scope_of(self.request))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return told_party(self.get_object())

    @extend_schema(request=PartyIn, responses={201: PartyOut, **problems(ContactNotValid)})
    def create(self, request: Request) -> Response:
        told = checked(PartyIn, request)
        branch = get_branch(scope=scope_of(request), branch_id=told.pop("branch_id"))
        contacts = [services.Contact(**contact) for contact in told.pop("contact_points")]
        with edge_transaction():
            party = services.register_party(
                legal_entity_id=branch.legal_entity_id,
                branch_id=branch.id,
                facts=services.PartyFacts(**told),
                contacts=contacts,
                registered_at=timezone.now(),
            )
        return told_party(party, status=201)

    @needs_if_match
    @extend_schema(request=PartyChangeIn, responses={200: PartyOut, **problems(ContactNotValid, NoEmailAddress)})
    def partial_update(self, request: Request, id: UUID) -> Response:
        seen = self.get_object()
        told = checked(PartyChangeIn, request)
        points = told.pop("contact_points", None)
        contacts = None if points is None else [services.Contact(**point) for point in points]
        with edge_transaction():
            party = locks.lock_party(seen.id)
            check_if_match(request=request, etag=etag_of(id=party.id, updated_at=party.updated_at))
            facts = replace(services.facts_of(party=party), **told)
            services.change_party(party=party, facts=facts, contacts=contacts, changed_at=timezone.now())
        return told_party(party)


def told_party(party: Party, *, status: int = 200) -> Response:
    etag = etag_of(id=party.id, updated_at=party.updated_at)
    return Response(PartyOut(party).data, status=status, headers={"ETag": etag})


@extend_schema(tags=["customers"])
class AccountViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Account]):
    operations = {
        "list": "listAccounts",
        "retrieve": "getAccount",
        "create": "openAccount",
        "partial_update": "updateAccount",
    }
    queryset = Account.objects.none()
    serializer_class = AccountOut
    filterset_class = AccountFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[Account]:
        return selectors.list_accounts(scope=scope_of(self.request))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return told_account(self.get_object())

    @extend_schema(request=AccountIn, responses={201: AccountOut, **problems(AliasTaken, NoEmailAddress)})
    def create(self, request: Request) -> Response:
        told = checked(AccountIn, request)
        party = selectors.get_party(scope=scope_of(request), party_id=told["party_id"])
        with edge_transaction():
            account = services.open_account(
                party=party,
                delivery=told["delivery"],
                opened_date=told["opened_date"],
                opened_at=timezone.now(),
                aliases=dict.fromkeys(told["aliases"], "OPERATOR"),
            )
        return told_account(account, status=201)

    @needs_if_match
    @extend_schema(request=AccountChangeIn, responses={200: AccountOut, **problems(NoEmailAddress)})
    def partial_update(self, request: Request, id: UUID) -> Response:
        seen = self.get_object()
        told = checked(AccountChangeIn, request)
        with edge_transaction():
            account = locks.lock_account(seen.id)
            check_if_match(request=request, etag=etag_of(id=account.id, updated_at=account.updated_at))
            services.change_delivery(account=account, delivery=told["delivery"], changed_at=timezone.now())
        return told_account(account)


def told_account(account: Account, *, status: int = 200) -> Response:
    etag = etag_of(id=account.id, updated_at=account.updated_at)
    return Response(AccountOut(account).data, status=status, headers={"ETag": etag})


@extend_schema(tags=["customers"])
class PremiseViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Premise]):
    operations = {"list": "listPremises", "retrieve": "getPremise", "create": "createPremise"}
    queryset = Premise.objects.none()
    serializer_class = PremiseOut
    filterset_class = PremiseFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[Premise]:
        return selectors.list_premises(scope=scope_of(self.request))

    @extend_schema(request=PremiseIn, responses={201: PremiseOut, **problems(PremiseOfAnotherBranch)})
    def create(self, request: Request) -> Response:
        """Answers the premise at this address, if there is one already."""
        told = checked(PremiseIn, request)
        branch = get_branch(scope=scope_of(request), branch_id=told["branch_id"])
        with edge_transaction():
            premise = services.register_premise(
                legal_entity_id=branch.legal_entity_id,
                branch_id=branch.id,
                address=services.Address(**{name: told[name] for name in ("settlement", "street", "building", "unit")}),
                postcode=told["postcode"],
                area_m2=told["area_m2"],
            )
        return Response(PremiseOut(premise).data, status=201)
