"""Rules end by date: the row with the later end is superseded, its days before are written again. Nothing is edited."""

from datetime import date, datetime
from typing import TypeVar

from django.db.models import QuerySet

from rachun.apps.base.fields import DatedFact
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.metering.errors import RuleEndRefused

Rule = TypeVar("Rule", bound=DatedFact)
_OWN = {"id", "valid_from", "valid_to", "recorded_at", "superseded_at"}


def end_rule(found: QuerySet[Rule], *, at: date, recorded_at: datetime) -> tuple[Rule, Rule]:
    """(the row that holds now, the one it replaces). found: of one rule.

    Raises RuleEndRefused when the rule is superseded, starts no earlier than the day, or ends no later already.
    """
    assert_in_transaction()
    rule = found.select_for_update().get()
    is_over = rule.valid_to is not None and rule.valid_to <= at
    if rule.superseded_at is not None or at <= rule.valid_from or is_over:
        raise RuleEndRefused(valid_from=rule.valid_from, valid_to=rule.valid_to)
    return _ended(found, rule, at=at, recorded_at=recorded_at), rule


def end_open(standing: QuerySet[Rule], *, at: date, recorded_at: datetime) -> None:
    """The open rule among those that started before the day ends on it; without one nothing happens."""
    rule = standing.filter(valid_to__isnull=True, valid_from__lt=at).first()
    if rule is not None:
        _ended(standing.filter(id=rule.id), rule, at=at, recorded_at=recorded_at)


def _ended(found: QuerySet[Rule], rule: Rule, *, at: date, recorded_at: datetime) -> Rule:
    found.update(superseded_at=recorded_at)
    fields = rule._meta.concrete_fields  # noqa: SLF001 -- Django's own name
    facts = {field.attname: getattr(rule, field.attname) for field in fields if field.name not in _OWN}
    return found.model._default_manager.create(  # noqa: SLF001 -- as above
        valid_from=rule.valid_from, valid_to=at, recorded_at=recorded_at, **facts
    )
