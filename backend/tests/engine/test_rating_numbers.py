"""Dialled numbers → E.164 (cases checked against libphonenumber's answers)."""

import polars as pl
import pytest
from rachun.engine.rating.numbers import NumberingRules, normalise_numbers

KYIV = NumberingRules(
    country_code="380",
    national_lengths=frozenset({9}),
    area_code="44",
    local_lengths=frozenset({7}),
    short_lengths=frozenset({3, 5}),
)
BANJA_LUKA = NumberingRules(
    country_code="387", national_lengths=frozenset({8, 9}), area_code="51", local_lengths=frozenset({6})
)


class TestNormaliseNumbers:
    @pytest.mark.parametrize(
        ("dialled", "rules", "expected"),
        [
            ("067 123 45 67", KYIV, "380671234567"),
            ("+380501234567", KYIV, "380501234567"),
            ("(044) 234-56-78", KYIV, "380442345678"),
            ("0800 123 456", KYIV, "380800123456"),
            ("12345", KYIV, "38012345"),
            ("2345678", KYIV, "380442345678"),
            ("0038765123456", KYIV, "38765123456"),
            ("+387 65 123 456", BANJA_LUKA, "38765123456"),
            ("049 217 255", BANJA_LUKA, "38749217255"),
            ("00387 49 217 255", BANJA_LUKA, "38749217255"),
            ("217-255", BANJA_LUKA, "38751217255"),
        ],
    )
    def test_resolves(self, dialled: str, rules: NumberingRules, expected: str) -> None:
        answer = normalise_numbers(numbers=pl.Series([dialled]), rules=rules)

        assert answer.rows() == [(expected, None)]

    @pytest.mark.parametrize(
        ("dialled", "error"),
        [
            (None, "EMPTY_NUMBER"),
            (" - ", "EMPTY_NUMBER"),
            ("anonymous", "NOT_A_NUMBER"),
            ("1234", "UNRESOLVED_NUMBER"),
            ("+0123456789", "UNRESOLVED_NUMBER"),
            ("00", "UNRESOLVED_NUMBER"),
        ],
    )
    def test_says_why_not(self, dialled: str | None, error: str) -> None:
        answer = normalise_numbers(numbers=pl.Series([dialled], dtype=pl.String), rules=KYIV)

        assert answer.rows() == [(None, error)]
