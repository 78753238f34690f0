"""Estimation rules, and the estimates that bills hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from rachun.apps.base.audit import record_audit
from rachun.apps.base.errors import FieldProblem
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.catalog.models import Service
from rachun.apps.identity.models import Branch
from rachun.apps.metering.errors import EstimateTakenBackTwice, EstimationRuleInvalid, EstimationRuleOverlaps
from rachun.apps.metering.models import Consumption, EstimationRule
from rachun.apps.metering.services.end_rules import end_open, end_rule
from rachun.values.quantity import InexactQuantity, parse_micro

SAME_SEASON, LAST_PERIODS, NORM_PER_MEMBER = METHODS = ("SAME_SEASON", "LAST_PERIODS", "NORM_PER_MEMBER")
PERIODS_MAX = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledEstimate:
    agreement_id: UUID
    register_code: str
    valid_from: date
    valid_to: date
    quantity: Decimal
    evidence: str
    rule_id: UUID


def keep_billed_estimates(*, made: Sequence[BilledEstimate], taken_back: Sequence[UUID], billed_at: datetime) -> None:
    """Building block of issuing: keep what a bill estimates and close what it takes back.

    Raises EstimateTakenBackTwice when one of taken_back is closed already.
    """
    assert_in_transaction()
    still_open = Consumption.objects.filter(id__in=taken_back, superseded_at__isnull=True, rule__isnull=False)
    if still_open.update(superseded_at=billed_at) != len(taken_back):
        raise EstimateTakenBackTwice
    Consumption.objects.bulk_create(
        [
            Consumption(
                agreement_id=one.agreement_id,
                register_code=one.register_code,
                valid_from=one.valid_from,
                valid_to=one.valid_to,
                quantity=one.quantity,
                basis=Consumption.Basis.ESTIMATED,
                evidence=one.evidence,
                rule_id=one.rule_id,
                recorded_at=billed_at,
            )
            for one in made
        ],
        batch_size=2000,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEstimationRule:
    """branch None: for every branch that has no rule of its own."""

    service: Service
    branch: Branch | None
    steps: Sequence[dict[str, Any]]
    max_days: int
    valid_from: date
    valid_to: date | None
    source_document: str


def add_estimation_rule(*, new: NewEstimationRule, recorded_at: datetime) -> EstimationRule:
    """Add a dated rule; the open one that started earlier for the same service and branch ends where it begins.

    Raises EstimationRuleInvalid with each fault and its place, EstimationRuleOverlaps.
    """
    assert_in_transaction()
    if faults := rule_faults(new):
        raise EstimationRuleInvalid(errors=faults)
    facts = {name: getattr(new, name) for name in ("max_days", "valid_from", "valid_to", "source_document")}
    standing = EstimationRule.objects.filter(service=new.service, branch=new.branch, superseded_at__isnull=True)
    try:
        with transaction.atomic():
            end_open(standing, at=new.valid_from, recorded_at=recorded_at)
            rule = EstimationRule.objects.create(
                legal_entity_id=new.service.legal_entity_id,
                branch=new.branch,
                service=new.service,
                steps=list(new.steps),
                recorded_at=recorded_at,
                **facts,
            )
    except IntegrityError as error:
        raise EstimationRuleOverlaps(valid_from=new.valid_from) from error
    record_audit(
        operation="createEstimationRule",
        object_kind="estimation_rule",
        object_id=rule.id,
        legal_entity_id=rule.legal_entity_id,
        after={**facts, "service": new.service.code, "steps": list(new.steps)},
    )
    return rule


def end_estimation_rule(*, rule_id: UUID, valid_to: date, recorded_at: datetime) -> EstimationRule:
    """No day from `valid_to` on is estimated by the rule. Returns the row that says so. Raises RuleEndRefused."""
    ended, before = end_rule(EstimationRule.objects.filter(id=rule_id), at=valid_to, recorded_at=recorded_at)
    record_audit(
        operation="endEstimationRule",
        object_kind="estimation_rule",
        object_id=ended.id,
        legal_entity_id=ended.legal_entity_id,
        before={"valid_to": before.valid_to},
        after={"valid_to": valid_to, "replaces": str(before.id)},
    )
    return ended


def rule_faults(new: NewEstimationRule) -> list[FieldProblem]:
    faults = [fault for no, step in enumerate(new.steps) for fault in step_faults(no, step)]
    if new.valid_to is not None and new.valid_to <= new.valid_from:
        faults.append(
            FieldProblem(pointer="/valid_to", code="ends_before_start", detail=_("It ends before it starts."))
        )
    if new.branch is not None and new.branch.legal_entity_id != new.service.legal_entity_id:
        told = _("The branch sells other services.")
        faults.append(FieldProblem(pointer="/branch_id", code="other_legal_entity", detail=told))
    return faults


def step_faults(no: int, step: dict[str, Any]) -> list[FieldProblem]:
    def fault(field: str, code: str) -> FieldProblem:
        return FieldProblem(pointer=f"/steps/{no}/{field}", code=code, detail=FAULTS[code])

    method, faults = step["method"], []
    if method == LAST_PERIODS and not 1 <= step.get("periods", 0) <= PERIODS_MAX:
        faults.append(fault("periods", "periods_out_of_range"))
    if method == NORM_PER_MEMBER and not step.get("attribute"):
        faults.append(fault("attribute", "attribute_missing"))
    if method == NORM_PER_MEMBER and not step.get("norms"):
        faults.append(fault("norms", "norms_missing"))
    if not all(is_quantity(norm) for norm in step.get("norms", {}).values()):
        faults.append(fault("norms", "norm_not_a_quantity"))
    return faults


def is_quantity(text: str) -> bool:
    try:
        return parse_micro(text=text) >= 0
    except InexactQuantity:
        return False


FAULTS = {
    "periods_out_of_range": _("Say how many of the latest periods count: 1 to 36."),
    "attribute_missing": _("Name the attribute that counts the members."),
    "norms_missing": _("Give the norm of a member and month by register, or for * all of them."),
    "norm_not_a_quantity": _("A norm is a quantity like 4.5, with six decimals at most, not negative."),
}
