"""Changing dated facts: the days stay parted among facts, and what was known stays known."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rachun.apps.agreements.models import AgreementAttribute, ServiceAgreement
from rachun.apps.agreements.services.dated_facts import replace_from
from tests.apps.identity.makers import make_enterprise
from tests.factories import customers as a

pytestmark = pytest.mark.django_db
FIRST = date(2026, 1, 1)
DAYS = 40
CHANGES = st.lists(
    st.tuples(st.integers(0, DAYS - 2), st.integers(1, DAYS), st.one_of(st.none(), st.integers(1, 9))),
    min_size=1,
    max_size=6,
)


def value_by_day(*, agreement: ServiceAgreement, known_at: datetime | None = None) -> list[int | None]:
    """The value in force on each day, as known now or at an instant; two on one day would be an error."""
    facts = AgreementAttribute.objects.filter(agreement=agreement, attribute="persons")
    rows = [
        fact
        for fact in facts
        if (fact.superseded_at is None if known_at is None else fact.recorded_at <= known_at)
        and (known_at is None or fact.superseded_at is None or fact.superseded_at > known_at)
    ]
    found: list[int | None] = []
    for day in (FIRST + timedelta(days=number) for number in range(DAYS)):
        [*held] = [row for row in rows if row.valid_from <= day and (row.valid_to is None or day < row.valid_to)]
        assert len(held) <= 1
        found.append(int(held[0].value) if held else None)
    return found


class TestReplacingFacts:
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(changes=CHANGES)
    def test_changes_just_the_days_it_names_and_forgets_nothing(
        self, changes: list[tuple[int, int, int | None]]
    ) -> None:
        with transaction.atomic():
            agreement = a.agreement(branch=make_enterprise(code=f"E{a.next_number()}").north)
            expected: list[int | None] = [None] * DAYS
            known: list[tuple[datetime, list[int | None]]] = []
            for number, (start, length, value) in enumerate(changes):
                end = min(start + length, DAYS)
                at = a.NOON + timedelta(minutes=number)

                replace_from(
                    model=AgreementAttribute,
                    key={"agreement": agreement, "attribute": "persons"},
                    new=None if value is None else {"value": Decimal(value)},
                    start=FIRST + timedelta(days=start),
                    end=None if end == DAYS else FIRST + timedelta(days=end),
                    at=at,
                )

                expected[start:end] = [value] * (end - start)
                known.append((at, list(expected)))

            assert value_by_day(agreement=agreement) == expected
            for at, then in known:
                assert value_by_day(agreement=agreement, known_at=at) == then
            transaction.set_rollback(True)

    def test_leaves_another_attribute_alone(self) -> None:
        agreement = a.agreement(
            branch=make_enterprise().north, attributes={"persons": Decimal(2), "area_m2": Decimal(60)}
        )

        with transaction.atomic():
            key = {"agreement": agreement, "attribute": "persons"}
            replace_from(model=AgreementAttribute, key=key, new=None, start=a.TODAY, end=None, at=a.NOON)

        [area] = AgreementAttribute.objects.filter(agreement=agreement, attribute="area_m2")
        assert (area.valid_to, area.superseded_at) == (None, None)
