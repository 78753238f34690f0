"""A place changes its holder on a day: the old account is served up to it, the new one from it, by the same terms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q

from rachun.apps.agreements.errors import SameHolder, ServicePointVacant
from rachun.apps.agreements.locks import lock_agreement, lock_service_point
from rachun.apps.agreements.models import (
    AgreementAttribute,
    Contract,
    ServiceAgreement,
    ServicePoint,
    ServiceTerm,
    TariffAssignment,
)
from rachun.apps.agreements.services.change_agreement import end_agreement
from rachun.apps.agreements.services.open_agreement import Terms, open_agreement
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.catalog.models import TariffPlan
from rachun.apps.customers.models import Account, Premise


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTerms:
    """What the new holder gets otherwise than the old one had; the rest is taken over as it stands on the day."""

    plan: TariffPlan | None = None
    attributes: Mapping[str, Decimal] = field(default_factory=dict)
    contract: Contract | None = None


def hand_over_service_point(
    *,
    point: ServicePoint,
    to_account: Account,
    service_from: date,
    reason: str,
    handed_over_at: datetime,
    new_terms: NewTerms | None = None,
) -> ServiceAgreement:
    """End the agreement that holds the point and open one for `to_account` from `service_from`; returns the new one.

    Numbers and logins stay with the old holder, debt stays on the old account, readings of the day are metering's.
    Raises ServicePointVacant, SameHolder and what end_agreement and open_agreement raise.
    """
    assert_in_transaction()
    stated = new_terms or NewTerms()
    held = lock_agreement(get_holding_agreement(point=lock_service_point(point.id), on=service_from).id)
    if held.account_id == to_account.id:
        raise SameHolder(account=to_account.number, service_point=point.code)
    terms = Terms(
        plan=stated.plan or get_plan(agreement=held, on=service_from),
        service_from=service_from,
        attributes={**attributes_on(agreement=held, on=service_from), **stated.attributes},
        contract=stated.contract,
    )
    end_agreement(agreement=held, service_to=service_from, reason=reason, ended_at=handed_over_at)
    return open_agreement(account=to_account, point=point, terms=terms, opened_at=handed_over_at)


def hand_over_premise(
    *, premise: Premise, to_account: Account, service_from: date, reason: str, handed_over_at: datetime
) -> list[ServiceAgreement]:
    """Hand over every service point of the premise that somebody else holds; returns the new agreements.

    Raises ServicePointVacant when nobody holds any.
    """
    assert_in_transaction()
    points = ServicePoint.objects.filter(premise=premise).order_by("code")
    held = [point for point in points if find_holding_agreement(point=point, on=service_from) is not None]
    if not held:
        raise ServicePointVacant(premise=str(premise), day=service_from)
    return [
        hand_over_service_point(
            point=point,
            to_account=to_account,
            service_from=service_from,
            reason=reason,
            handed_over_at=handed_over_at,
        )
        for point in held
    ]


def find_holding_agreement(*, point: ServicePoint, on: date) -> ServiceAgreement | None:
    """The agreement served at the point both before this day and on or after it; it may be suspended on the day."""
    terms = ServiceTerm.objects.filter(service_point=point, superseded_at__isnull=True)
    lasting = terms.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on)).values("agreement")
    begun = terms.filter(valid_from__lt=on, agreement__in=lasting).order_by("-valid_from")
    term = begun.select_related("agreement").first()
    return term.agreement if term else None


def get_holding_agreement(*, point: ServicePoint, on: date) -> ServiceAgreement:
    """Raises ServicePointVacant."""
    agreement = find_holding_agreement(point=point, on=on)
    if agreement is None:
        raise ServicePointVacant(service_point=point.code, day=on)
    return agreement


def get_plan(*, agreement: ServiceAgreement, on: date) -> TariffPlan:
    """The plan that prices the agreement on this day; it has one on every day of its span."""
    in_force = Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    assigned = TariffAssignment.objects.filter(in_force, agreement=agreement, superseded_at__isnull=True)
    return assigned.filter(valid_from__lte=on).select_related("plan").get().plan


def attributes_on(*, agreement: ServiceAgreement, on: date) -> dict[str, Decimal]:
    in_force = Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    facts = AgreementAttribute.objects.filter(in_force, agreement=agreement, superseded_at__isnull=True)
    return dict(facts.filter(valid_from__lte=on).values_list("attribute", "value"))
