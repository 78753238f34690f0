from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from rachun.apps.agreements.errors import NotServedThen, PlanOfAnotherService, ResourceInUse
from rachun.apps.agreements.models import (
    AgreementAttribute,
    ResourceAssignment,
    ServiceAgreement,
    ServiceTerm,
    TariffAssignment,
)
from rachun.apps.agreements.services.dated_facts import replace_from
from rachun.apps.base.audit import record_audit
from rachun.apps.catalog.models import TariffPlan
from rachun.apps.resources.models import Resource


def end_agreement(*, agreement: ServiceAgreement, service_to: date, reason: str, ended_at: datetime) -> None:
    """Serve the agreement until the day before `service_to`. Raises NotServedThen."""
    served = ServiceTerm.objects.filter(agreement=agreement, superseded_at__isnull=True, valid_from__lt=service_to)
    if not served.exists():
        raise NotServedThen(agreement=agreement.number, day=service_to)
    for model in (ServiceTerm, TariffAssignment, AgreementAttribute, ResourceAssignment):
        replace_from(model=model, key={"agreement": agreement}, new=None, start=service_to, end=None, at=ended_at)
    audit_change(agreement=agreement, operation="endAgreement", after={"service_to": service_to}, why=reason)


def change_tariff(*, agreement: ServiceAgreement, plan: TariffPlan, valid_from: date, changed_at: datetime) -> None:
    """Price the agreement by another plan from a day on. Raises PlanOfAnotherService."""
    if plan.service_id != agreement.service_id:
        raise PlanOfAnotherService(plan=plan.code)
    end = term_end(agreement=agreement, on=valid_from)
    replace_from(
        model=TariffAssignment,
        key={"agreement": agreement},
        new={"plan": plan},
        start=valid_from,
        end=end,
        at=changed_at,
    )
    audit_change(agreement=agreement, operation="changeTariff", after={"plan": plan.code, "valid_from": valid_from})


def change_attribute(
    *,
    agreement: ServiceAgreement,
    attribute: str,
    value: Decimal,
    valid_from: date,
    reason: str,
    changed_at: datetime,
) -> None:
    """Let an attribute have another value from a day on. Raises NotServedThen."""
    replace_from(
        model=AgreementAttribute,
        key={"agreement": agreement, "attribute": attribute},
        new={"value": value, "reason": reason},
        start=valid_from,
        end=term_end(agreement=agreement, on=valid_from),
        at=changed_at,
    )
    after = {"attribute": attribute, "value": value, "valid_from": valid_from}
    audit_change(agreement=agreement, operation="changeAttribute", after=after, why=reason)


def suspend_agreement(
    *, agreement: ServiceAgreement, start: date, end: date, reason: str, suspended_at: datetime
) -> None:
    """Do not serve the agreement on these days. Raises NotServedThen."""
    term_end(agreement=agreement, on=start)
    replace_from(model=ServiceTerm, key={"agreement": agreement}, new=None, start=start, end=end, at=suspended_at)
    audit_change(agreement=agreement, operation="suspendAgreement", after={"from": start, "to": end}, why=reason)


def assign_resource(
    *,
    agreement: ServiceAgreement,
    kind: str,
    identifier: str,
    valid_from: date,
    valid_to: date | None,
    assigned_at: datetime,
) -> ResourceAssignment:
    """Let a number or login serve the agreement. Raises ResourceInUse."""
    resource, _is_new = Resource.objects.get_or_create(
        legal_entity_id=agreement.legal_entity_id,
        kind=kind,
        identifier=identifier,
        defaults={"branch_id": agreement.account.branch_id},
    )
    try:
        with transaction.atomic():
            assignment = ResourceAssignment.objects.create(
                agreement=agreement,
                resource=resource,
                valid_from=valid_from,
                valid_to=valid_to,
                recorded_at=assigned_at,
            )
    except IntegrityError as error:
        raise ResourceInUse(identifier=identifier) from error
    audit_change(agreement=agreement, operation="assignResource", after={"resource": identifier, "from": valid_from})
    return assignment


def term_end(*, agreement: ServiceAgreement, on: date) -> date | None:
    """The end of the term that serves this day; None is open. Raises NotServedThen."""
    terms = ServiceTerm.objects.filter(agreement=agreement, superseded_at__isnull=True, valid_from__lte=on)
    term = terms.order_by("-valid_from").first()
    if term is None or (term.valid_to is not None and term.valid_to <= on):
        raise NotServedThen(agreement=agreement.number, day=on)
    return term.valid_to


def audit_change(*, agreement: ServiceAgreement, operation: str, after: dict[str, object], why: str = "") -> None:
    record_audit(
        operation=operation,
        object_kind="service_agreement",
        object_id=agreement.id,
        legal_entity_id=agreement.legal_entity_id,
        after=after,
        why=why,
    )
