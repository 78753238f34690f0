"""Re-ratings, and what they found: by agreement, and call by call."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, When

from rachun.apps.agreements.models import ServiceAgreement, TariffAssignment
from rachun.apps.identity.scope import Scope
from rachun.apps.usage.models import ReratedCall, Rerating, UsageRecord, UsageSource

PRICED = (UsageRecord.State.RATED, UsageRecord.State.BILLED)
Standing = ReratedCall.Standing


def list_reratings(*, scope: Scope) -> QuerySet[Rerating]:
    """The latest first; whoever sees the whole enterprise sees them."""
    return Rerating.objects.filter(scope.on_entity_id()).order_by("-created_at", "id")


def list_rerated_calls(*, rerating: Rerating) -> QuerySet[ReratedCall]:
    """By agreement and day. on_bill_id: the bill of a billed call, also where it was only being issued then."""
    issued = UsageRecord.objects.filter(load_key=OuterRef("load_key"), record_no=OuterRef("record_no"))
    bill = Case(
        When(standing=Standing.BILLED, bill_id__isnull=True, then=Subquery(issued.values("bill_id"))),
        default=F("bill_id"),
    )
    found = _told(rerating).select_related("agreement").annotate(on_bill_id=bill)
    return found.order_by("agreement__number", "usage_date", "load_key", "record_no")


def list_rerated_agreements(*, rerating: Rerating) -> QuerySet[ReratedCall, dict[str, object]]:
    """Sums of each agreement, the largest difference of what is not billed first.

    was_micro, now_micro: of its changed calls. billed_was_micro, billed_now_micro: of calls that bills hold.
    """
    changed, billed = Q(standing=Standing.CHANGED), Q(standing=Standing.BILLED)
    return (
        _told(rerating)
        .values("agreement_id", number=F("agreement__number"))
        .annotate(
            changed=Count("id", filter=changed),
            unpriced=Count("id", filter=Q(standing=Standing.UNPRICED)),
            left=Count("id", filter=Q(standing=Standing.LEFT)),
            billed=Count("id", filter=billed),
            was_micro=Sum("amount_micro_was", filter=changed, default=0),
            now_micro=Sum("amount_micro", filter=changed, default=0),
            billed_was_micro=Sum("amount_micro_was", filter=billed, default=0),
            billed_now_micro=Sum("amount_micro", filter=billed, default=0),
        )
        .order_by("number", "agreement_id")
    )


def count_rerated(*, rerating: Rerating) -> dict[str, int]:
    """How many calls of each standing, in lower case."""
    found = dict(_told(rerating).values_list("standing").annotate(Count("id")))
    return {standing.lower(): found.get(standing, 0) for standing in Standing.values}


def _told(rerating: Rerating) -> QuerySet[ReratedCall]:
    """What the rehearsal said, until it is applied."""
    is_applied = rerating.state in {Rerating.State.APPLYING, Rerating.State.APPLIED}
    return ReratedCall.objects.filter(rerating=rerating, is_applied=is_applied)


def list_agreements_to_rerate(*, rerating: Rerating) -> QuerySet[ServiceAgreement]:
    """Those with priced calls of its time, by id."""
    calls = UsageRecord.objects.filter(
        agreement_id=OuterRef("id"),
        kind=UsageSource.Kind.CALLS,
        state__in=PRICED,
        usage_date__gte=rerating.from_date,
        usage_date__lt=rerating.to_date,
    )
    found = ServiceAgreement.objects.filter(Exists(calls), legal_entity_id=rerating.legal_entity_id)
    if rerating.plan_id is not None:
        planned = TariffAssignment.objects.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gt=rerating.from_date),
            agreement_id=OuterRef("id"),
            plan_id=rerating.plan_id,
            superseded_at__isnull=True,
            valid_from__lt=rerating.to_date,
        )
        found = found.filter(Exists(planned))
    return found.order_by("id")


def list_priced_calls(*, agreement_ids: Sequence[UUID], start: date, end: date) -> QuerySet[UsageRecord]:
    """Rated and billed calls of the days [start, end)."""
    return UsageRecord.objects.filter(
        agreement_id__in=agreement_ids,
        kind=UsageSource.Kind.CALLS,
        state__in=PRICED,
        usage_date__gte=start,
        usage_date__lt=end,
    )
