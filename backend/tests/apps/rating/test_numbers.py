"""Numbers as each country's numbering plan has them, against the answers of libphonenumber."""

import csv

import polars as pl
from rachun.apps.rating.mapping import rules_of
from rachun.countries.loader import load_pack
from rachun.engine.rating.numbers import normalise_numbers

from tests.samples import needs_samples, sample_bytes


class TestNumbersOfACountry:
    @needs_samples
    def test_become_what_libphonenumber_says(self) -> None:
        cases = list(csv.DictReader(sample_bytes("numbering/normalise_cases.csv").decode().splitlines()))

        answers = {case["input"]: e164(case["input"], country=case["default_region"]) for case in cases}

        # What the file calls invalid (12345) is no number of the plan: it waits with a reason.
        expected = {case["input"]: case["e164"].removeprefix("+") if case["valid"] == "yes" else None for case in cases}
        assert answers == expected


def e164(dialled: str, *, country: str) -> str | None:
    rules = rules_of(plan=load_pack(country).numbering, area_code="")
    found: str | None = normalise_numbers(numbers=pl.Series([dialled]), rules=rules)["e164"][0]
    return found
