from datetime import date, datetime
from decimal import Decimal

from rachun.apps.agreements.errors import (
    AgreementAlreadyEnded,
    EndBeforeStart,
    NotServedThen,
    PlanOfAnotherService,
)
from rachun.apps.agreements.models import (
    AgreementAttribute,
    ResourceAssignment,
    ServiceAgreement,
    ServiceTerm,
    TariffAssignment,
)
from rachun.apps.agreements.services.dated_facts import replace_from
from rachun.apps.agreements.services.served_days import find_span, get_span, term_end
from rachun.apps.base.audit import record_audit
from rachun.apps.catalog.models import TariffPlan


def end_agreement(*, agreement: ServiceAgreement, service_to: date, reason: str, ended_at: datetime) -> None:
    """Serve the agreement until the day before `service_to`. Raises NotServedThen, AgreementAlreadyEnded."""
    span = find_span(agreement=agreement)
    if span is None or span.start >= service_to:
        raise NotServedThen(agreement=agreement.number, day=service_to)
    if span.end is not None and span.end <= service_to:
        raise AgreementAlreadyEnded(agreement=agreement.number, service_to=span.end)
    for model in (ServiceTerm, TariffAssignment, AgreementAttribute, ResourceAssignment):
        replace_from(model=model, key={"agreement": agreement}, new=None, start=service_to, end=None, at=ended_at)
    audit_change(agreement=agreement, operation="endAgreement", after={"service_to": service_to}, why=reason)


def change_tariff(*, agreement: ServiceAgreement, plan: TariffPlan, valid_from: date, changed_at: datetime) -> None:
    """Price the agreement by another plan from a day to its end, instead of whatever was planned for those days.

    Raises PlanOfAnotherService, NotServedThen.
    """
    if plan.service_id != agreement.service_id:
        raise PlanOfAnotherService(plan=plan.code)
    replace_from(
        model=TariffAssignment,
        key={"agreement": agreement},
        new={"plan": plan},
        start=valid_from,
        end=get_span(agreement=agreement, on=valid_from).end,
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
    """Let an attribute have another value from a day to the agreement's end. Raises NotServedThen."""
    replace_from(
        model=AgreementAttribute,
        key={"agreement": agreement, "attribute": attribute},
        new={"value": value, "reason": reason},
        start=valid_from,
        end=get_span(agreement=agreement, on=valid_from).end,
        at=changed_at,
    )
    after = {"attribute": attribute, "value": value, "valid_from": valid_from}
    audit_change(agreement=agreement, operation="changeAttribute", after=after, why=reason)


def suspend_agreement(
    *, agreement: ServiceAgreement, start: date, end: date, reason: str, suspended_at: datetime
) -> None:
    """Do not serve the agreement on `[start, end)`, days on which it is served without a break.

    Raises EndBeforeStart, NotServedThen.
    """
    if end <= start:
        raise EndBeforeStart(suspended_from=start, suspended_to=end)
    served_until = term_end(agreement=agreement, on=start)
    if served_until is not None and end > served_until:
        raise NotServedThen(agreement=agreement.number, day=served_until)
    replace_from(model=ServiceTerm, key={"agreement": agreement}, new=None, start=start, end=end, at=suspended_at)
    audit_change(agreement=agreement, operation="suspendAgreement", after={"from": start, "to": end}, why=reason)


def audit_change(*, agreement: ServiceAgreement, operation: str, after: dict[str, object], why: str = "") -> None:
    record_audit(
        operation=operation,
        object_kind="service_agreement",
        object_id=agreement.id,
        legal_entity_id=agreement.legal_entity_id,
        after=after,
        why=why,
    )
