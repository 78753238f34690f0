"""Main meters and who shares what they show beyond the sub-meters: dated rules, ended and never edited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from rachun.apps.agreements.models import ServicePoint
from rachun.apps.base.audit import record_audit
from rachun.apps.base.errors import FieldProblem
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.metering.errors import CommonMeterInvalid, CommonMeterOverlaps
from rachun.apps.metering.models import CommonMeter, CommonMeterMember
from rachun.apps.metering.services.end_rules import end_rule

_FACTS = (
    "register_code",
    "share_code",
    "method",
    "attribute",
    "when_negative",
    "when_unread",
    "source_document",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    point: ServicePoint
    is_subtracted: bool
    is_sharing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCommonMeter:
    """register_code: what is compared. share_code: the register under which tariffs price the shares."""

    main_point: ServicePoint
    members: Sequence[Member]
    register_code: str
    share_code: str
    method: str
    attribute: str
    when_negative: str
    when_unread: str
    source_document: str
    valid_from: date
    valid_to: date | None


def create_common_meter(*, new: NewCommonMeter, recorded_at: datetime) -> CommonMeter:
    """Add a dated rule. Raises CommonMeterInvalid with each fault and its place, CommonMeterOverlaps."""
    assert_in_transaction()
    if faults := faults_of(new):
        raise CommonMeterInvalid(errors=faults)
    facts: dict[str, Any] = {name: getattr(new, name) for name in (*_FACTS, "valid_from", "valid_to")}
    rule = write(main_point_id=new.main_point.id, facts=facts, members=new.members, recorded_at=recorded_at)
    audit("createCommonMeter", rule, entity=new.main_point.legal_entity_id, after={**facts, **parts_of(new.members)})
    return rule


def end_common_meter(*, rule_id: UUID, valid_to: date, recorded_at: datetime) -> CommonMeter:
    """The rule holds no longer from the day on; what was shared before stays. Returns the row that says so.

    Raises RuleEndRefused.
    """
    ended, before = end_rule(CommonMeter.objects.filter(id=rule_id), at=valid_to, recorded_at=recorded_at)
    CommonMeterMember.objects.bulk_create(
        CommonMeterMember(
            common_meter=ended,
            service_point_id=one.service_point_id,
            is_subtracted=one.is_subtracted,
            is_sharing=one.is_sharing,
        )
        for one in before.members.order_by("id")
    )
    audit(
        "endCommonMeter",
        ended,
        entity=ended.main_point.legal_entity_id,
        before={"valid_to": before.valid_to},
        after={"valid_to": valid_to, "replaces": str(before.id)},
    )
    return ended


def write(
    *, main_point_id: UUID, facts: dict[str, Any], members: Sequence[Member], recorded_at: datetime
) -> CommonMeter:
    """Raises CommonMeterOverlaps."""
    try:
        with transaction.atomic():
            rule = CommonMeter.objects.create(main_point_id=main_point_id, recorded_at=recorded_at, **facts)
    except IntegrityError as error:
        raise CommonMeterOverlaps(register=facts["register_code"], valid_from=facts["valid_from"]) from error
    CommonMeterMember.objects.bulk_create(
        CommonMeterMember(
            common_meter=rule, service_point=one.point, is_subtracted=one.is_subtracted, is_sharing=one.is_sharing
        )
        for one in members
    )
    return rule


def faults_of(new: NewCommonMeter) -> list[FieldProblem]:
    return [*rule_faults(new), *member_faults(new)]


def fault(pointer: str, code: str) -> FieldProblem:
    return FieldProblem(pointer=pointer, code=code, detail=FAULTS[code])


def rule_faults(new: NewCommonMeter) -> list[FieldProblem]:
    faults = []
    is_loss = new.method == CommonMeter.Method.LOSS
    if new.valid_to is not None and new.valid_to <= new.valid_from:
        faults.append(fault("/valid_to", "ends_before_start"))
    if (is_loss or new.method == CommonMeter.Method.EQUAL) != (new.attribute == ""):
        faults.append(fault("/attribute", "attribute_of_equal" if new.attribute else "attribute_missing"))
    if is_loss != (new.share_code == ""):
        faults.append(fault("/share_code", "share_of_loss" if is_loss else "share_missing"))
    if new.share_code == new.register_code:
        faults.append(fault("/share_code", "share_is_register"))
    if is_loss == any(member.is_sharing for member in new.members):
        faults.append(fault("/members", "loss_is_shared" if is_loss else "nobody_shares"))
    return faults


def member_faults(new: NewCommonMeter) -> list[FieldProblem]:
    faults = []
    seen = {new.main_point.id}
    for no, member in enumerate(new.members):
        if member.point.id in seen:
            faults.append(fault(f"/members/{no}/service_point_id", "point_twice"))
        if member.point.branch_id != new.main_point.branch_id:
            faults.append(fault(f"/members/{no}/service_point_id", "other_branch"))
        if not (member.is_subtracted or member.is_sharing):
            faults.append(fault(f"/members/{no}", "member_without_part"))
        seen.add(member.point.id)
    return faults


def parts_of(members: Sequence[Member]) -> dict[str, list[str]]:
    return {
        "subtracted": [member.point.code for member in members if member.is_subtracted],
        "sharing": [member.point.code for member in members if member.is_sharing],
    }


def audit(operation: str, rule: CommonMeter, *, entity: UUID, after: dict[str, Any], **more: Any) -> None:
    record_audit(
        operation=operation,
        object_kind="common_meter",
        object_id=rule.id,
        legal_entity_id=entity,
        after=after,
        **more,
    )


FAULTS = {
    "ends_before_start": _("It ends before it starts."),
    "attribute_missing": _("Name the attribute of the agreements that the shares follow."),
    "attribute_of_equal": _("Equal shares and losses follow no attribute; leave it empty."),
    "share_missing": _("Say under which register tariffs price the shares."),
    "share_of_loss": _("A loss is not priced; leave the register of the shares empty."),
    "loss_is_shared": _("A loss is shared by nobody: no point may take a share."),
    "share_is_register": _("Shares need a register code of their own, apart from what the meters show."),
    "nobody_shares": _("Name at least one point that takes a share."),
    "point_twice": _("This point is the main one, or named twice."),
    "other_branch": _("The point belongs to another branch than the main meter."),
    "member_without_part": _("The point is neither subtracted nor takes a share; leave it out."),
}
