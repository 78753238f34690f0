"""The meters that serve a subscriber now, and the readings that the subscriber sent."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from rachun.apps.agreements.models import ServiceAgreement, ServiceTerm
from rachun.apps.base.errors import NotFound
from rachun.apps.identity.models import LegalEntity
from rachun.apps.identity.scope import Scope
from rachun.apps.metering.models import HeldReading, Installation, Reading, Register
from rachun.apps.selfservice.models import SentReading
from rachun.apps.selfservice.selectors.own_accounts import list_own_accounts
from rachun.values.calendar import local_day


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRegister:
    """A counter that the subscriber may read. latest: in force; waiting: sent, and somebody looks at it first."""

    register: Register
    agreement: ServiceAgreement
    latest: Reading | None
    waiting: HeldReading | None


def list_own_registers(*, scope: Scope, today: date) -> list[OwnRegister]:
    """Of meters at the service points that an account in scope is served at today, by address and serial."""
    terms = (
        ServiceTerm.objects.filter(
            scope.on("agreement__account"), Q(valid_to__isnull=True) | Q(valid_to__gt=today), valid_from__lte=today
        )
        .filter(superseded_at__isnull=True)
        .select_related("agreement__service", "agreement__account", "agreement__service_point__premise")
        .order_by("agreement__account__number", "agreement__service__position", "agreement_id")
    )
    found = []
    for term in terms:
        standing = Installation.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=today),
            service_point_id=term.service_point_id,
            valid_from__lte=today,
            superseded_at__isnull=True,
        )
        registers = Register.objects.filter(meter_id__in=standing.values("meter_id")).select_related("meter")
        found += [
            OwnRegister(
                register=register,
                agreement=term.agreement,
                latest=latest_reading(register_id=register.id),
                waiting=HeldReading.objects.filter(register=register, decided_at__isnull=True)
                .order_by("-recorded_at")
                .first(),
            )
            for register in registers.order_by("meter__serial", "code")
        ]
    return found


def get_own_register(*, scope: Scope, register_id: UUID, now: datetime) -> OwnRegister:
    """By the day at the enterprise that serves it. Raises NotFound, also for a register of somebody else."""
    for entity in LegalEntity.objects.filter(id__in=list_own_accounts(scope=scope).values("legal_entity_id")):
        for own in list_own_registers(scope=scope, today=local_day(instant=now, zone=entity.time_zone)):
            if own.register.id == register_id and own.agreement.legal_entity_id == entity.id:
                return own
    raise NotFound


def latest_reading(*, register_id: UUID) -> Reading | None:
    standing = Reading.objects.filter(register_id=register_id, superseded_at__isnull=True)
    return standing.order_by("-boundary_date").first()


def list_sent_readings(*, scope: Scope) -> QuerySet[SentReading]:
    """Newest first, with what became of each."""
    found = SentReading.objects.filter(scope.on("account"))
    related = found.select_related("account", "register__meter", "reading", "held")
    return related.order_by("-sent_at", "-id")
