"""A question that is written down once answers for the values of each time."""

from datetime import date

import polars as pl
import pytest
from django.db.models import DateField, TextField
from django.db.models.functions import Least
from rachun.apps.base.columns import IsOneOf, listed
from rachun.apps.base.questions import FrameQuestion, ModelQuestion, Rows, Told
from rachun.apps.identity.models import LegalEntity
from tests.factories.metering import make_legal_entity

pytestmark = pytest.mark.django_db
COLUMNS = {"code": pl.String(), "day": pl.Date()}
NEW_YEAR, MAY = date(2026, 1, 1), date(2026, 5, 1)


def codes_and_days() -> Rows:
    """Entities by code, each with the earlier of two days."""
    entities = LegalEntity.objects.filter(IsOneOf("code", Told("codes", TextField()), kind="text"))
    return entities.values_list("code", Least(Told("day", DateField()), Told("other_day", DateField())))


class TestFrameQuestion:
    def test_answers_for_the_values_that_it_is_told_each_time(self) -> None:
        first, second = make_legal_entity().code, make_legal_entity().code
        question = FrameQuestion(codes_and_days, COLUMNS)

        answers = [
            question.ask(codes=first, day=MAY, other_day=NEW_YEAR).rows(),
            question.ask(codes=second, day=MAY, other_day=MAY).rows(),
            sorted(question.ask(codes=listed([first, second]), day=NEW_YEAR, other_day=MAY).rows()),
        ]

        assert answers == [[(first, NEW_YEAR)], [(second, MAY)], sorted([(first, NEW_YEAR), (second, NEW_YEAR)])]

    def test_keeps_its_columns_where_nothing_is_found(self) -> None:
        found = FrameQuestion(codes_and_days, COLUMNS).ask(codes="", day=MAY, other_day=MAY)

        assert found.schema == COLUMNS
        assert found.is_empty()

    def test_takes_values_for_values_and_never_for_text(self) -> None:
        make_legal_entity()
        awkward = "'); DROP TABLE identity_legalentity; --%s"

        found = FrameQuestion(codes_and_days, COLUMNS).ask(codes=awkward, day=MAY, other_day=MAY)

        assert found.is_empty()
        assert LegalEntity.objects.exists()

    def test_refuses_to_ask_without_a_value(self) -> None:
        question = FrameQuestion(codes_and_days, COLUMNS)

        with pytest.raises(KeyError, match="other_day"):
            question.ask(codes="", day=MAY)

    def test_composes_its_query_once(self) -> None:
        composed: list[int] = []

        def counted() -> Rows:
            composed.append(1)
            return codes_and_days()

        question = FrameQuestion(counted, COLUMNS)
        for _ in range(3):
            question.ask(codes="", day=MAY, other_day=MAY)

        assert len(composed) == 1


class TestModelQuestion:
    def test_finds_the_row_of_the_values_it_is_told(self) -> None:
        entities = [make_legal_entity() for _ in range(2)]
        question = ModelQuestion(
            LegalEntity.objects, lambda: LegalEntity.objects.filter(code=Told("code", TextField()))
        )

        found = [question.find(code=code) for code in (*(one.code for one in entities), "nobody's")]

        assert found == [*entities, None]
