"""On which days an agreement is served, as known now."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from rachun.apps.agreements.errors import NotServedThen
from rachun.apps.agreements.models import ServiceAgreement, ServiceTerm


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From the first served day to the first day after the last one; None is open. Suspensions lie inside it."""

    start: date
    end: date | None

    def holds(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


def terms_of(*, agreement: ServiceAgreement) -> QuerySet[ServiceTerm]:
    return ServiceTerm.objects.filter(agreement=agreement, superseded_at__isnull=True).order_by("valid_from")


def find_span(*, agreement: ServiceAgreement) -> Span | None:
    """None when the agreement is served on no day at all."""
    terms = list(terms_of(agreement=agreement))
    if not terms:
        return None
    return Span(start=terms[0].valid_from, end=terms[-1].valid_to)


def get_span(*, agreement: ServiceAgreement, on: date) -> Span:
    """The span of the agreement, when the day lies in it. Raises NotServedThen."""
    span = find_span(agreement=agreement)
    if span is None or not span.holds(on):
        raise NotServedThen(agreement=agreement.number, day=on)
    return span


def term_end(*, agreement: ServiceAgreement, on: date) -> date | None:
    """The end of the stretch that serves this very day; None is open. Raises NotServedThen."""
    term = terms_of(agreement=agreement).filter(valid_from__lte=on).last()
    if term is None or (term.valid_to is not None and term.valid_to <= on):
        raise NotServedThen(agreement=agreement.number, day=on)
    return term.valid_to
