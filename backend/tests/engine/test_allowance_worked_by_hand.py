"""Included units with pencil and paper: credit, proration, sharing, rollover and their exact sums."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.worlds import snapshot_of
from rachun.engine.billing.pipeline import price
from rachun.engine.billing.snapshot import ALLOWANCES, Priced
from rachun.engine.tariffs.schema import validate_tariff
from worked import APRIL, ENERGY, MARCH, fixed, metered, money, tariff, world

LONG_AGO = date(2025, 1, 1)
FEBRUARY = date(2026, 2, 1)
FLAT = [{"price": "0.10"}]


def included(quantity: str, *of: str, **more: Any) -> dict[str, Any]:
    fields = {"of": list(of or ("energy",)), "quantity": quantity, "unit": "kWh", "posting_code": "REV"}
    return {"code": "free", "kind": "allowance", **fields, **more}


def priced(document: dict[str, Any], *used: str, opening: tuple[tuple, ...] = (), **more: Any) -> Priced:
    """Agreement 7, 8, … of one account use so much."""
    made = world((LONG_AGO, document))
    made.agreements = [(7 + n, 3, LONG_AGO, None) for n, _ in enumerate(used)]
    made.assignments = [(7 + n, 1, LONG_AGO, None) for n, _ in enumerate(used)]
    made.consumption = [(n, 7 + n, "VT", MARCH, APRIL, Decimal(q), "MEASURED") for n, q in enumerate(used)]
    for name, value in more.items():
        setattr(made, name, value)
    snapshot = snapshot_of(made)
    balance = pl.DataFrame(list(opening), schema=dict(ALLOWANCES), orient="row")
    return price(type(snapshot)(**{n: getattr(snapshot, n) for n in snapshot.__slots__} | {"allowances": balance}))


class TestAllowance:
    def test_credits_the_included_units(self) -> None:
        # 150 kWh × 0.10 = 15.00; 100 included: 10.00 back
        answer = priced(tariff(metered(("VT", FLAT)), included("100")), "150")

        assert money(answer, "quantity_micro", "net_minor") == [(150_000_000, 1500), (-100_000_000, -1000)]

    def test_covers_the_first_units_block_by_block(self) -> None:
        # 100 × 0.10 + 50 × 0.20; 120 included: all of the first block, 20 of the second
        answer = priced(tariff(metered(("VT", ENERGY)), included("120")), "150")

        credited = answer.charges.filter(pl.col("kind") == "allowance")
        assert credited.select("block_no", "quantity_micro", "net_minor").rows() == [
            (1, -100_000_000, -1000),
            (2, -20_000_000, -400),
        ]

    def test_grants_by_days(self) -> None:
        # served 10 of 31 days: 62 × 10/31 = 20 units
        used = [(0, 7, "VT", MARCH, date(2026, 3, 11), Decimal(50), "MEASURED")]
        served = [(7, 3, LONG_AGO, date(2026, 3, 11))]

        answer = priced(tariff(metered(("VT", FLAT)), included("62")), "0", agreements=served, consumption=used)

        assert money(answer, "net_minor") == [(500,), (-200,)]

    def test_shares_one_pool_over_the_account(self) -> None:
        # two agreements with 100 each; 180 and 40 used: 200 cover 180 and 20
        shared = tariff(metered(("VT", FLAT)), included("100", shared_by="ACCOUNT"))

        answer = priced(shared, "180", "40")

        assert money(answer, "agreement_ix", "net_minor") == [(7, 1800), (7, -1800), (8, 400), (8, -200)]

    def test_keeps_each_to_its_own_units_otherwise(self) -> None:
        answer = priced(tariff(metered(("VT", FLAT)), included("100")), "180", "40")

        assert money(answer, "agreement_ix", "net_minor") == [(7, 1800), (7, -1000), (8, 400), (8, -400)]

    def test_hands_unused_units_to_the_next_periods(self) -> None:
        answer = priced(tariff(metered(("VT", FLAT)), included("100", rollover_periods=2)), "30")

        assert answer.allowances.rows() == [(7, "free", MARCH, 2, 70_000_000)]

    def test_spends_what_expires_first(self) -> None:
        # 40 of February that end with March, then 30 of the 100 of March
        document = tariff(metered(("VT", FLAT)), included("100", rollover_periods=1))

        answer = priced(document, "70", opening=((7, "free", FEBRUARY, 1, 40_000_000),))

        assert money(answer, "net_minor") == [(700,), (-700,)]
        assert answer.allowances.rows() == [(7, "free", MARCH, 1, 70_000_000)]

    def test_lets_units_expire(self) -> None:
        answer = priced(tariff(metered(("VT", FLAT)), included("100")), "30")

        assert answer.allowances.is_empty()

    def test_keeps_nothing_of_an_account_that_is_parked(self) -> None:
        document = tariff(metered(("VT", FLAT)), included("100", rollover_periods=1))

        answer = priced(document, "30", consumption=[])

        assert answer.allowances.is_empty()

    def test_explains_itself(self) -> None:
        answer = priced(tariff(metered(("VT", FLAT)), included("100")), "150")

        said = json.loads(answer.charges["inputs"][1])
        assert {name: said[name] for name in ("component", "included_micro", "pool_micro", "used_micro")} == {
            "component": "energy",
            "included_micro": "100000000",
            "pool_micro": "100000000",
            "used_micro": "100000000",
        }

    @settings(max_examples=60, deadline=None)
    @given(
        used=st.lists(st.integers(0, 500), min_size=1, max_size=3),
        granted=st.integers(1, 500),
        left=st.integers(1, 300),
        shared=st.booleans(),
    )
    def test_no_unit_is_lost_or_given_twice(self, used: list[int], granted: int, left: int, shared: bool) -> None:
        rule = {"rollover_periods": 1, "shared_by": "ACCOUNT" if shared else "AGREEMENT"}
        document = tariff(metered(("VT", FLAT)), included(str(granted), **rule))
        opening = ((7, "free", FEBRUARY, 2, left * 10**6),)

        answer = priced(document, *(str(q) for q in used), opening=opening)

        held = [granted + (left if n == 0 else 0) for n, _ in enumerate(used)]
        covered = min(sum(used), sum(held)) if shared else sum(map(min, used, held))
        credited = answer.charges.filter(pl.col("kind") == "allowance")["quantity_micro"].sum()
        assert credited == -covered * 10**6
        assert answer.allowances["remaining_micro"].sum() == (sum(held) - covered) * 10**6

    @pytest.mark.parametrize(
        ("components", "pointer", "code"),
        [
            ((fixed("1"), included("5", "fee")), "/components/1/of/0", "TARGET_HAS_NO_UNITS"),
            (
                (metered(("VT", FLAT)), included("5"), included("6") | {"code": "more"}),
                "/components/2/of/0",
                "TARGET_HAS_ALLOWANCE",
            ),
        ],
    )
    def test_refuses(self, components: tuple, pointer: str, code: str) -> None:
        faults = validate_tariff(document=tariff(*components))

        assert (pointer, code) in [(fault.pointer, fault.code) for fault in faults]
