"""What a query says comes out of it as columns, sign for sign."""

from datetime import date

import polars as pl
import pytest
from django.db.models import DateField, QuerySet, TextField, Value
from rachun.apps.base.columns import IsOneOf, read_frame
from rachun.apps.identity.models import LegalEntity
from tests.factories.metering import make_legal_entity

pytestmark = pytest.mark.django_db
AWKWARD = 'one, "two"\nand \\N'


def told(*cells: object) -> QuerySet[LegalEntity, tuple[object, ...]]:
    """A query of one row with these cells."""
    make_legal_entity()
    values = {f"cell_{place}": cell for place, cell in enumerate(cells)}
    return LegalEntity.objects.annotate(**values).values_list(*values)  # type: ignore[no-any-return]


class TestReadFrame:
    def test_tells_an_empty_text_from_none_and_keeps_every_sign(self) -> None:
        rows = told(Value(AWKWARD), Value(""), Value(None, output_field=TextField()))

        frame = read_frame(rows, dict.fromkeys("abc", pl.String()))

        assert frame.rows() == [(AWKWARD, "", None)]

    def test_types_numbers_and_days(self) -> None:
        rows = told(Value(10**17), Value(date(2026, 2, 28)), Value(None, output_field=DateField()))

        frame = read_frame(rows, {"a": pl.Int64(), "b": pl.Date(), "c": pl.Date()})

        assert frame.rows() == [(10**17, date(2026, 2, 28), None)]

    @pytest.mark.parametrize("rows", [LegalEntity.objects.none(), LegalEntity.objects.filter(code="nobody's")])
    def test_has_its_columns_when_there_are_no_rows(self, rows: QuerySet[LegalEntity]) -> None:
        frame = read_frame(rows.values_list("code"), {"code": pl.String()})

        assert frame.schema == {"code": pl.String()}
        assert frame.is_empty()


class TestIsOneOf:
    def test_finds_rows_by_any_of_many_values(self) -> None:
        kept = [make_legal_entity().code for _ in range(2)]
        make_legal_entity()

        found = LegalEntity.objects.filter(IsOneOf("code", [*kept, "nobody's"], kind="text"))

        assert sorted(found.values_list("code", flat=True)) == sorted(kept)

    def test_finds_nothing_by_no_value(self) -> None:
        make_legal_entity()

        assert not LegalEntity.objects.filter(IsOneOf("id", [], kind="uuid")).exists()
