"""Octets, time and peak speed with pencil and paper; prices are the tests' own, a GiB is 2^30 octets (IEC 80000-13)."""

import json
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rachun.engine.tariffs.schema import validate_tariff
from worked import codes, money, priced, tariff, world

LONG_AGO = date(2025, 1, 1)
GIB = 2**30
TIERS = [{"upto": "100", "price": "10.00"}, {"upto": "500", "price": "20.00"}, {"price": "35.00"}]


def data(*blocks: dict[str, str], **more: Any) -> dict[str, Any]:
    fields = {"item": "octets", "unit": "GiB", "per": str(GIB), "blocks": list(blocks), "posting_code": "REV"}
    return {"code": "data", "kind": "data", **fields, **more}


def reported(*quantities: int | Decimal, item: str = "octets") -> dict[str, Any]:
    rows = [(n, 7, item, date(2026, 3, 1 + n), Decimal(quantity)) for n, quantity in enumerate(quantities)]
    return {"deliveries": rows}


class TestData:
    def test_prices_octets_by_the_gib_in_blocks(self) -> None:
        # 3 GiB + 2.5 GiB: 5 at 0.30 = 1.50, half a one at 0.20 = 0.10
        document = tariff(data({"upto": "5", "price": "0.30"}, {"price": "0.20"}))

        answer = priced(world((LONG_AGO, document), **reported(3 * GIB, 5 * GIB // 2)))

        assert money(answer, "block_no", "quantity_micro", "net_minor") == [(1, 5_000_000, 150), (2, 500_000, 10)]

    def test_prices_time_by_the_hour(self) -> None:
        # 5400 s = 1.5 h × 2.00
        document = tariff(data({"price": "2.00"}, item="seconds", unit="h", per="3600"))

        assert money(priced(world((LONG_AGO, document), **reported(5400, item="seconds"))), "net_minor") == [(300,)]

    @pytest.mark.parametrize(("peak", "expected"), [(99, 1000), (100, 1000), (101, 2000), (900, 3500)])
    def test_charges_the_tier_of_the_peak_once(self, peak: int, expected: int) -> None:
        document = tariff(data(*TIERS, item="mbps", unit="Mbit/s", per="1", measure="PEAK"))

        answer = priced(world((LONG_AGO, document), **reported(40, peak, 7, item="mbps")))

        assert money(answer, "net_minor") == [(expected,)]

    def test_leaves_other_items_to_one_off_services(self) -> None:
        join = {"code": "join", "kind": "one_off", "item": "join", "unit": "pcs", "price": "5", "posting_code": "REV"}
        made = world((LONG_AGO, tariff(data({"price": "0.30"}), join)), **reported(GIB))
        made.deliveries.append((1, 7, "join", date(2026, 3, 2), Decimal(1)))

        assert sorted(money(priced(made), "kind", "net_minor")) == [("data", 30), ("one_off", 500)]

    def test_parks_what_no_component_prices(self) -> None:
        answer = priced(world((LONG_AGO, tariff(data({"price": "0.30"}))), **reported(1, item="seconds")))

        assert codes(answer) == ["UNKNOWN_ITEM"]

    def test_takes_included_units_off(self) -> None:
        included = {"code": "free", "kind": "allowance", "of": ["data"], "quantity": "4", "unit": "GiB"}
        document = tariff(data({"price": "0.30"}), included | {"posting_code": "REV"})

        assert money(priced(world((LONG_AGO, document), **reported(6 * GIB))), "net_minor") == [(180,), (-120,)]

    def test_explains_itself(self) -> None:
        [line] = priced(world((LONG_AGO, tariff(data({"price": "0.30"}))), **reported(GIB, GIB))).charges.to_dicts()

        said = json.loads(line["inputs"])
        assert (said["measured_micro"], said["count"], said["deliveries"]) == ("2000000", 2, [0, 1])

    @settings(max_examples=100, deadline=None)
    @given(
        octets=st.lists(st.integers(1, 10**12), min_size=1, max_size=4),
        bound=st.integers(1, 900),
        prices=st.tuples(st.integers(0, 999), st.integers(0, 999)),
    )
    def test_equals_decimals(self, octets: list[int], bound: int, prices: tuple[int, int]) -> None:
        first, second = (Decimal(price).scaleb(-2) for price in prices)
        document = tariff(data({"upto": str(bound), "price": f"{first}"}, {"price": f"{second}"}))

        answer = priced(world((LONG_AGO, document), **reported(*octets)))

        cent, micro = Decimal("0.01"), Decimal("0.000001")
        used = (Decimal(sum(octets)) / GIB).quantize(micro, ROUND_HALF_UP)
        parts = [(min(used, Decimal(bound)), first), (max(used - bound, Decimal(0)), second)]
        expected = [int((q * p).quantize(cent, ROUND_HALF_UP) * 100) for q, p in parts if q]
        assert answer.charges["net_minor"].to_list() == expected

    def test_refuses_blocks_that_do_not_rise(self) -> None:
        document = tariff(data({"upto": "5", "price": "1"}, {"upto": "5", "price": "1"}, {"price": "2"}))

        assert [fault.code for fault in validate_tariff(document=document)] == ["BLOCKS_NOT_ASCENDING"]
