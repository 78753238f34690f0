"""One call by itself is priced and read as the columns do it."""

from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rachun.engine.rating.calls import destination_table, rate_calls
from rachun.engine.rating.numbers import NumberingRules, normalise_number, normalise_numbers
from rachun.engine.rating.single import PricedCall, price_call

CALM: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}
E8 = 10**8
START = date(2026, 1, 1)
PREFIXES = ["", "3", "38", "380", "38044", "380445551", "49", "4930"]
CALLED = ["380445551122", "380441112233", "38050111", "4930123456789", "49", "3", "15551234567", "0445551122", "voice"]
STEPS = st.lists(
    st.fixed_dictionaries(
        {
            "from_s": st.integers(1, 300),
            "price_e8": st.integers(0, 3 * E8),
            "per": st.sampled_from([1, 7, 60, 1024]),
            "increment": st.sampled_from([1, 6, 60, 61]),
        }
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda step: step["from_s"],
)
ROWS = st.fixed_dictionaries(
    {
        "label": st.sampled_from(["near", "far"]),
        "price_per_minute_e8": st.sampled_from([0, 1, 12_000_000, 9 * 10**16]),
        "connection_fee_e8": st.sampled_from([0, 1, 15_000_000]),
        "first_interval_s": st.sampled_from([0, 1, 30, 60]),
        "increment_s": st.sampled_from([1, 6, 60]),
        "steps": st.one_of(st.none(), STEPS),
        "rounding": st.sampled_from(["UP", "DOWN", "HALF_UP", "HALF_EVEN"]),
        "decimals": st.integers(0, 6),
        "minimum_s": st.sampled_from([0, 0, 30]),
        "minimum_e8": st.sampled_from([0, 0, E8 // 2]),
        "free_below_s": st.sampled_from([0, 0, 5]),
        "max_cost_e8": st.sampled_from([None, None, E8, 3]),
        "max_cost_strategy": st.sampled_from(["", "FREE", "DISCONNECT"]),
    }
)
RULES = [
    NumberingRules(
        country_code="380",
        national_lengths=frozenset({9}),
        area_code="44",
        local_lengths=frozenset({7}),
        short_lengths=frozenset({3, 5}),
    ),
    NumberingRules(country_code="387", national_lengths=frozenset({8, 9})),
    NumberingRules(country_code="", trunk_prefix="", national_lengths=frozenset(range(7, 16))),
]


@st.composite
def tables(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows = []
    for prefix in draw(st.lists(st.sampled_from(PREFIXES), min_size=1, max_size=5, unique=True)):
        told = draw(ROWS)
        steps = told["steps"] and sorted(told["steps"], key=lambda step: step["from_s"])
        if steps:
            steps = [{**steps[0], "from_s": 0}, *steps[1:]]
        turn = START + timedelta(days=draw(st.integers(0, 3)))
        rows.append({**told, "steps": steps, "prefix": prefix, "valid_from": date(2020, 1, 1), "valid_to": turn})
        rows.append({**told, "label": "later", "steps": steps, "prefix": prefix, "valid_from": turn, "valid_to": None})
    return rows


class TestOneCall:
    @settings(max_examples=400, **CALM)
    @given(
        rows=tables(),
        called=st.sampled_from(CALLED),
        days=st.integers(0, 3),
        seconds=st.one_of(st.integers(0, 200), st.integers(0, 10**8 + 1)),
    )
    def test_costs_what_it_costs_in_columns(
        self, rows: list[dict[str, Any]], called: str, days: int, seconds: int
    ) -> None:
        table = destination_table(rows=pl.DataFrame(rows, infer_schema_length=None))
        day = START + timedelta(days=days)

        alone = price_call(table=table, called=called, day=(day - date(1970, 1, 1)).days, seconds=seconds)

        calls = {"called": [called], "usage_date": [day], "billable_s": [seconds], "answered": [True]}
        [beside] = rate_calls(calls=pl.DataFrame(calls), table=table).rows(named=True)
        if alone is None:  # never for what is plain
            free = any(row["free_below_s"] for row in rows) and seconds < 5
            is_number = called.isdigit() and called[0] != "0" and len(called) >= table.zones.longest
            assert beside["error"] or free or seconds == 0 or not is_number
        else:
            found = PricedCall(
                prefix=beside["prefix"],
                label=beside["label"],
                billed_s=beside["billed_s"],
                amount_micro=beside["amount_micro"],
            )
            assert alone == found


class TestOneNumber:
    @settings(max_examples=400, **CALM)
    @given(
        number=st.one_of(
            st.text("0123456789", max_size=17),
            st.text("0123456789+ ()./-\u00a0\t\x1cа٣", max_size=14),
            st.from_regex(r"\A(\+|00|0)?(380|387)?[0-9]{3,12}\Z"),
        ),
        rules=st.sampled_from(RULES),
    )
    def test_reads_as_in_a_column(self, number: str, rules: NumberingRules) -> None:
        alone = normalise_number(number=number, rules=rules)

        [beside] = normalise_numbers(numbers=pl.Series([number]), rules=rules)["e164"]
        if alone is not None or (number.isascii() and number.isdigit()):
            assert alone == beside
