"""One call for a new customer."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from rachun.apps.agreements import errors, services
from rachun.apps.agreements.api import serializers as told_as
from rachun.apps.agreements.selectors import lists
from rachun.apps.base.api.idempotency import idempotent
from rachun.apps.base.api.requests import checked
from rachun.apps.base.api.schema import problems
from rachun.apps.catalog.selectors import get_service, get_tariff_plan
from rachun.apps.customers import errors as customer_errors
from rachun.apps.customers.models import Account, Party
from rachun.apps.customers.selectors import get_account, get_party
from rachun.apps.customers.services import Address, Contact, PartyFacts
from rachun.apps.identity.scope import Scope, scope_of
from rachun.apps.identity.selectors import get_branch
from rachun.apps.resources.models import Resource

REFUSALS = (
    errors.ServicePointOccupied,
    errors.ServicePointDiffers,
    errors.PlanOfAnotherService,
    errors.ServiceOfAnotherEntity,
    errors.BranchesDiffer,
    errors.AccountClosed,
    errors.ResourceInUse,
    errors.IdentifierNotValid,
    customer_errors.PremiseOfAnotherBranch,
    customer_errors.ContactNotValid,
    customer_errors.NoEmailAddress,
)
NUMBERS = {"phone_number": Resource.Kind.PHONE_NUMBER, "login": Resource.Kind.LOGIN}


@extend_schema(tags=["customers"])
class CustomerView(APIView):
    operations = {"post": "createCustomer"}

    @extend_schema(request=told_as.CustomerIn, responses={201: told_as.AgreementOut, **problems(*REFUSALS)})
    @idempotent
    def post(self, request: Request) -> Response:
        """Holder, account, place, agreement and meter at once; what is refused leaves nothing behind."""
        told, scope = checked(told_as.CustomerIn, request), scope_of(request)
        new = services.NewCustomer(
            branch=get_branch(scope=scope, branch_id=told["branch_id"]),
            holder=holder_of(told, scope=scope),
            contacts=tuple(
                Contact(kind=kind, value=told[name])
                for kind, name in (("EMAIL", "email"), ("PHONE", "phone"))
                if told[name]
            ),
            delivery=told["delivery"],
            address=Address(**{name: told[name] for name in ("settlement", "street", "building", "unit")}),
            postcode=told["postcode"],
            service=get_service(scope=scope, service_id=told["service_id"]),
            point_code=told["service_point_code"],
            terms=services.Terms(
                plan=get_tariff_plan(scope=scope, plan_id=told["plan_id"]),
                service_from=told["service_from"],
                attributes={entry["attribute"]: entry["value"] for entry in told["attributes"]},
            ),
            meter=meter_of(told),
            numbers={kind: told[name] for name, kind in NUMBERS.items() if told[name]},
        )
        agreement = services.take_customer(new=new, taken_at=timezone.now())
        opened = lists.list_agreements(scope=scope).get(id=agreement.id)
        return Response(told_as.AgreementOut(opened).data, status=201)


def holder_of(told: dict[str, Any], *, scope: Scope) -> PartyFacts | Party | Account:
    if told["account_id"] is not None:
        return get_account(scope=scope, account_id=told["account_id"])
    if told["party_id"] is not None:
        return get_party(scope=scope, party_id=told["party_id"])
    return PartyFacts(**{name: told[name] for name in ("kind", "name", "language", "tax_id")})


def meter_of(told: dict[str, Any]) -> services.NewMeter | None:
    if not told["meter_serial"]:
        return None
    opening = {entry["register"]: entry["value"] for entry in told["opening_readings"]}
    return services.NewMeter(serial=told["meter_serial"], digits=told["meter_digits"], opening=opening)
