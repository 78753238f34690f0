"""Usage as an operator looks through it. Records carry no branch, so a branch operator sees those of its accounts."""

from uuid import UUID

from django.db.models import Q, QuerySet

from rachun.apps.base.errors import NotFound
from rachun.apps.identity.scope import Reach, Scope
from rachun.apps.usage.models import UsageBatch, UsageRecord, UsageSource


def list_sources(*, scope: Scope) -> QuerySet[UsageSource]:
    """Sources serve the whole enterprise; a subscriber sees none."""
    return UsageSource.objects.filter(_of_enterprise(scope)).order_by("code", "id")


def get_source(*, scope: Scope, source_id: UUID) -> UsageSource:
    """Raises NotFound, also for a source outside the scope."""
    source = list_sources(scope=scope).filter(id=source_id).first()
    if source is None:
        raise NotFound(source_id=source_id)
    return source


def list_batches(*, scope: Scope) -> QuerySet[UsageBatch]:
    """Newest first."""
    return UsageBatch.objects.filter(_of_enterprise(scope)).select_related("source").order_by("-received_at", "id")


def list_records(*, scope: Scope) -> QuerySet[UsageRecord]:
    """By day, newest first. Records of no agreement yet are seen by those who see the whole enterprise."""
    guided = scope.on("agreement__account")
    if scope.reach is not Reach.OWN_ACCOUNTS:
        guided |= Q(agreement__isnull=True) & scope.on_entity_id("source__legal_entity_id")
    found = UsageRecord.objects.filter(guided).select_related("source", "agreement")
    return found.order_by("-usage_date", "load_key", "record_no")


def _of_enterprise(scope: Scope) -> Q:
    return scope.on_entity_id()
