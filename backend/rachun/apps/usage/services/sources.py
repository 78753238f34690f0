"""Exchanges, carriers and systems that send usage."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction

from rachun.apps.base.audit import record_audit
from rachun.apps.base.imports import refusing_files
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.usage.errors import FormatNotRead, SourceCodeTaken, TimeZoneUnknown
from rachun.apps.usage.models import UsageSource
from rachun.formats.declared_calls import SHIPPED_PROFILES, check_profile

FORMATS = {
    UsageSource.Kind.CALLS: ("asterisk_cdr", "calls:declared", *(f"calls:{name}" for name in SHIPPED_PROFILES)),
    UsageSource.Kind.DELIVERIES: ("delivered_services",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """How the files of a source read. profile: the layout of `calls:declared`. area_code completes local numbers."""

    kind: str
    format: str
    time_zone: str
    area_code: str = ""
    profile: dict[str, Any] | None = None


def create_source(*, legal_entity_id: UUID, code: str, facts: SourceFacts) -> UsageSource:
    """Raises SourceCodeTaken, FormatNotRead, TimeZoneUnknown, FileNotUnderstood for a wrong profile."""
    assert_in_transaction()
    check(facts)
    try:
        with transaction.atomic():
            source = UsageSource.objects.create(
                legal_entity_id=legal_entity_id,
                code=code,
                kind=facts.kind,
                format=facts.format,
                time_zone=facts.time_zone,
                area_code=facts.area_code,
                profile=facts.profile,
            )
    except IntegrityError as error:
        raise SourceCodeTaken(code=code) from error
    record_audit(
        operation="createUsageSource",
        object_kind="usage_source",
        object_id=source.id,
        legal_entity_id=legal_entity_id,
        after={"code": code, "format": facts.format, "time_zone": facts.time_zone, "area_code": facts.area_code},
    )
    return source


def check(facts: SourceFacts) -> None:
    if facts.format not in FORMATS[UsageSource.Kind(facts.kind)]:
        raise FormatNotRead(format=facts.format, kind=facts.kind)
    if (facts.format == "calls:declared") != (facts.profile is not None):
        raise FormatNotRead(format=facts.format, kind=facts.kind)
    if facts.time_zone not in available_timezones():
        raise TimeZoneUnknown(time_zone=facts.time_zone)
    if facts.profile is not None:
        with refusing_files():
            check_profile(profile=facts.profile)
