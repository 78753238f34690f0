"""What a database says of its rows stays out of logs and of Sentry."""

import pytest
from rachun.config.observing import hide_values_of_event, without_values

DUPLICATE = (
    "Traceback (most recent call last):\n"
    '  File "save.py", line 4, in save\n'
    'psycopg.errors.UniqueViolation: duplicate key value violates unique constraint "party_name_once"\n'
    "DETAIL:  Key (name)=(Ana Anić) already exists.\n"
)


class TestWithoutValues:
    def test_keeps_the_place_and_the_constraint_and_drops_the_row(self) -> None:
        found = without_values(DUPLICATE)

        assert "line 4, in save\npsycopg.errors.UniqueViolation: duplicate key" in found
        assert '"party_name_once"' in found
        assert "Ana" not in found

    @pytest.mark.parametrize(
        "words",
        [
            "invalid input syntax for type integer: \"Ana Anić\"\nLINE 1: SELECT 'Ana Anić'::int\n               ^",
            'invalid input value for enum state: "Ana Anić"\nCONTEXT:  COPY party, line 3, column state: "Ana Anić"',
            'date/time field value out of range: "Ana Anić"',
            'null value in column "x" violates not-null constraint\nDETAIL:  Failing row contains (7, Ana Anić, null).',
        ],
    )
    def test_drops_a_value_wherever_postgresql_says_it(self, words: str) -> None:
        assert "Ana" not in without_values(words)

    def test_leaves_other_words_alone(self) -> None:
        words = "KeyError: 'amount'\nDETAILS follow: nothing of a row"

        assert without_values(words) == words

    def test_is_told_to_sentry_in_the_same_way(self) -> None:
        event = {
            "exception": {"values": [{"type": "UniqueViolation", "value": DUPLICATE}, {"type": "X", "value": None}]}
        }

        found = hide_values_of_event(event, {})

        assert "Ana" not in str(found)
        assert "party_name_once" in str(found)
        assert hide_values_of_event({"message": "no exception"}, {}) == {"message": "no exception"}
