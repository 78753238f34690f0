"""How far each source of readings is trusted: dated rules, checked before they are kept, ended and never edited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from rachun.apps.base.audit import record_audit
from rachun.apps.base.errors import FieldProblem
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.metering.errors import ReadingRuleInvalid, ReadingRuleOverlaps
from rachun.apps.metering.models import ReadingRule
from rachun.apps.metering.services.end_rules import end_open, end_rule

USUAL = 100  # percent
WITH_PERCENT, WITH_DAYS = ("HIGH", "LOW", "SPIKE"), ("ZERO", "STALE")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReadingRule:
    """checks: check, action, percent, days; percent and days are 0 where the check knows none."""

    legal_entity_id: UUID
    source: str
    checks: Sequence[dict[str, Any]]
    valid_from: date
    valid_to: date | None = None


def add_reading_rule(*, new: NewReadingRule, recorded_at: datetime) -> ReadingRule:
    """From the day on; the open rule of the source that started earlier ends there.

    Raises ReadingRuleInvalid with each fault and its place, ReadingRuleOverlaps.
    """
    assert_in_transaction()
    if faults := faults_of(new):
        raise ReadingRuleInvalid(errors=faults)
    checks = {one["check"]: {name: one[name] for name in ("action", "percent", "days")} for one in new.checks}
    facts: dict[str, Any] = {"source": new.source, "checks": checks}
    facts |= {"valid_from": new.valid_from, "valid_to": new.valid_to}
    standing = ReadingRule.objects.filter(
        legal_entity_id=new.legal_entity_id, source=new.source, superseded_at__isnull=True
    )
    try:
        with transaction.atomic():
            end_open(standing, at=new.valid_from, recorded_at=recorded_at)
            rule = ReadingRule.objects.create(legal_entity_id=new.legal_entity_id, recorded_at=recorded_at, **facts)
    except IntegrityError as error:
        raise ReadingRuleOverlaps(valid_from=new.valid_from) from error
    audit("createReadingRule", rule, after=facts)
    return rule


def end_reading_rule(*, rule_id: UUID, valid_to: date, recorded_at: datetime) -> ReadingRule:
    """Readings told from the day on are taken as they come. Returns the row that says so. Raises RuleEndRefused."""
    ended, before = end_rule(ReadingRule.objects.filter(id=rule_id), at=valid_to, recorded_at=recorded_at)
    after = {"valid_to": valid_to, "replaces": str(before.id)}
    audit("endReadingRule", ended, before={"valid_to": before.valid_to}, after=after)
    return ended


def faults_of(new: NewReadingRule) -> list[FieldProblem]:
    faults = []
    if new.valid_to is not None and new.valid_to <= new.valid_from:
        faults.append(fault("/valid_to", "ends_before_start"))
    names = [one["check"] for one in new.checks]
    for no, one in enumerate(new.checks):
        if names.index(one["check"]) != no:
            faults.append(fault(f"/checks/{no}/check", "check_twice"))
        if (code := percent_fault(one)) is not None:
            faults.append(fault(f"/checks/{no}/percent", code))
        if (one["check"] in WITH_DAYS) != (one["days"] > 0):
            faults.append(fault(f"/checks/{no}/days", "days_unused" if one["days"] else "days_missing"))
    return faults


def percent_fault(check: dict[str, Any]) -> str | None:
    name, percent = check["check"], check["percent"]
    if name not in WITH_PERCENT:
        return "percent_unused" if percent else None
    if name == "LOW":
        return None if 0 < percent < USUAL else "percent_not_below_usual"
    return None if percent > USUAL else "percent_not_above_usual"


def fault(pointer: str, code: str) -> FieldProblem:
    return FieldProblem(pointer=pointer, code=code, detail=FAULTS[code])


def audit(operation: str, rule: ReadingRule, **told: Any) -> None:
    record_audit(
        operation=operation,
        object_kind="reading_rule",
        object_id=rule.id,
        legal_entity_id=rule.legal_entity_id,
        **told,
    )


FAULTS = {
    "ends_before_start": _("It ends before it starts."),
    "check_twice": _("This check is named twice."),
    "percent_unused": _("This check knows no percent; leave it out."),
    "percent_not_below_usual": _("LOW needs a percent of the usual use from 1 to 99."),
    "percent_not_above_usual": _("HIGH and SPIKE need a percent above 100: 300 is three times as much."),
    "days_unused": _("This check knows no days; leave them out."),
    "days_missing": _("ZERO and STALE need a number of days."),
}
