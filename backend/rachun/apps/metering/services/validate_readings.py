"""Readings against the rules of their source: accepted, held for somebody to look at, or refused."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import polars as pl

from rachun.apps.identity.models import LegalEntity
from rachun.apps.metering.models import ReadingRule, Register
from rachun.apps.metering.selectors.knowledge import known_at
from rachun.engine.usage.validation import CANDIDATES, KNOWN, RULES, judged_readings
from rachun.values.quantity import MICRO

IMPORT = ReadingRule.Source.IMPORT.value
HOLD, REFUSE = "HOLD", "REFUSE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A reading as somebody tells it. source: its kind, or IMPORT for a file where the entity has rules for files."""

    register: Register
    boundary_date: date
    value: Decimal
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """used, usual: in units of the dial; usual was used in usual_days. None where there is nothing to compare with."""

    action: str
    checks: tuple[str, ...]
    used: Decimal | None
    days: int | None
    usual: Decimal | None
    usual_days: int | None


def local_day(*, legal_entity_id: UUID, instant: datetime) -> date:
    """The enterprise's own day: shortly after its midnight the day of UTC is still the one before."""
    zone = LegalEntity.objects.values_list("time_zone", flat=True).get(id=legal_entity_id)
    return instant.astimezone(ZoneInfo(zone)).date()


def rules_of(*, legal_entity_id: UUID, told_at: datetime) -> dict[str, dict[str, Any]]:
    """The checks of each source that are in force on the local day."""
    day = local_day(legal_entity_id=legal_entity_id, instant=told_at)
    found = ReadingRule.objects.filter(
        known_at(instant=told_at), legal_entity_id=legal_entity_id, valid_from__lte=day
    ).exclude(valid_to__lte=day)
    return {rule.source: rule.checks for rule in found}


def opinions_of(
    *,
    told: Sequence[Told],
    known: Mapping[tuple[UUID, date], Decimal],
    rules: Mapping[str, Mapping[str, Any]],
    told_on: date,
) -> list[Opinion]:
    """One per reading, in order. known: the values in force of their registers."""
    registers = {register: ix for ix, register in enumerate(dict.fromkeys(one.register.id for one in told))}
    candidates = [
        (
            ix,
            registers[one.register.id],
            one.register.digits,
            one.boundary_date,
            told_on,
            int(one.value * MICRO),
            one.source,
        )
        for ix, one in enumerate(told)
    ]
    values = [(registers[key[0]], key[1], int(value * MICRO)) for key, value in known.items() if key[0] in registers]
    judged = judged_readings(
        candidates=frame(candidates, CANDIDATES), known=frame(values, KNOWN), rules=frame(rule_rows(rules), RULES)
    )
    return [
        Opinion(
            action=row["action"],
            checks=tuple(row["checks"]),
            used=scaled(row["used_micro"]),
            days=row["days"],
            usual=scaled(row["usual_micro"]),
            usual_days=row["usual_days"],
        )
        for row in judged.iter_rows(named=True)
    ]


def rule_rows(rules: Mapping[str, Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (source, check, rule["action"], rule.get("percent", 0), rule.get("days", 0))
        for source, checks in rules.items()
        for check, rule in checks.items()
    ]


def source_of(*, kind: str, is_import: bool, rules: Mapping[str, Any]) -> str:
    return IMPORT if is_import and IMPORT in rules else kind


def scaled(micro: int | None) -> Decimal | None:
    return None if micro is None else Decimal(micro).scaleb(-6)


def frame(rows: Iterable[tuple[Any, ...]], columns: Mapping[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=dict(columns), orient="row")
