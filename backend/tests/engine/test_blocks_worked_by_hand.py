"""Blocks by volume, flats, packages, capacity and months of 30 days; the working stands beside each."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from worked import APRIL, MARCH, codes, fixed, money, priced, tariff, world

LONG_AGO = date(2025, 1, 1)
TWO = [{"upto": "100", "price": "0.10", "flat": "1"}, {"price": "0.20", "flat": "2"}]


def used(*rows: tuple[str, str]) -> list[tuple]:
    return [(ix, 7, register, MARCH, APRIL, Decimal(q), "MEASURED") for ix, (register, q) in enumerate(rows)]


def energy(*registers: dict[str, Any], **more: Any) -> dict[str, Any]:
    metered = {"code": "energy", "kind": "metered", "unit": "kWh", "registers": list(registers)}
    return metered | {"posting_code": "REV"} | more


class TestModes:
    @pytest.mark.parametrize(
        ("mode", "quantity", "expected"),
        [
            # 100 × 0.10 and 1, 20 × 0.20 and 2
            ("GRADUATED", "120", [(1, None, 1000), (1, "FLAT", 100), (2, None, 400), (2, "FLAT", 200)]),
            # 120 × 0.20 and the flat of the block reached alone
            ("VOLUME", "120", [(2, None, 2400), (2, "FLAT", 200)]),
            # the bound belongs to the block below it
            ("VOLUME", "100", [(1, None, 1000), (1, "FLAT", 100)]),
            ("GRADUATED", "0", []),
        ],
    )
    def test_prices_blocks(self, mode: str, quantity: str, expected: list[tuple]) -> None:
        document = tariff(energy({"register": "*", "mode": mode, "blocks": TWO}))

        answer = priced(world((LONG_AGO, document), consumption=used(("T1", quantity))))

        assert money(answer, "block_no", "label", "net_minor") == expected

    def test_asks_the_first_flat_without_usage_when_told(self) -> None:
        document = tariff(energy({"register": "*", "flat_at_zero": True, "blocks": TWO}))

        answer = priced(world((LONG_AGO, document), consumption=used(("T1", "0"))))

        assert money(answer, "block_no", "label", "net_minor") == [(1, "FLAT", 100)]

    def test_lets_all_registers_together_choose_the_block_of_each(self) -> None:
        # 80 + 40 = 120 reach the second block: VT 80 × 0.20, MT 40 × 0.08
        day = {"register": "VT", "mode": "VOLUME", "blocks_by": "*"}
        night = {"register": "MT", "mode": "VOLUME", "blocks_by": "*"}
        prices = [{"upto": "100", "price": "0.10"}, {"price": "0.20"}]
        cheap = [{"upto": "100", "price": "0.05"}, {"price": "0.08"}]
        document = tariff(energy(day | {"blocks": prices}, night | {"blocks": cheap}))

        answer = priced(world((LONG_AGO, document), consumption=used(("VT", "80"), ("MT", "40"))))

        assert money(answer, "register", "block_no", "net_minor") == [("MT", 2, 320), ("VT", 2, 1600)]

    def test_parks_an_account_when_the_choosing_register_was_not_read(self) -> None:
        document = tariff(energy({"register": "VT", "mode": "VOLUME", "blocks_by": "T9", "blocks": TWO}))

        answer = priced(world((LONG_AGO, document), consumption=used(("VT", "80"))))

        assert codes(answer) == ["MISSING_CONSUMPTION"]

    def test_charges_every_started_package(self) -> None:
        # 5 free, 16 more in packages of 10: two at 3.00
        blocks = [{"upto": "5", "price": "0"}, {"price": "3", "package": "10"}]
        document = tariff(energy({"register": "*", "blocks": blocks}))

        answer = priced(world((LONG_AGO, document), consumption=used(("T1", "21"))))

        assert money(answer, "quantity_micro", "net_minor")[-1] == (2_000_000, 600)

    def test_shares_bounds_and_flats_between_two_versions(self) -> None:
        # 15 of 31 days: bound 48.387097, flat 1 × 15/31 = 0.48; 30 kWh × 0.10
        document = tariff(energy({"register": "*", "blocks": TWO}))
        rows = [
            (0, 7, "T1", MARCH, date(2026, 3, 16), Decimal(30), "MEASURED"),
            (1, 7, "T1", date(2026, 3, 16), APRIL, Decimal(30), "MEASURED"),
        ]

        answer = priced(world((LONG_AGO, document), (date(2026, 3, 16), document), consumption=rows))

        assert money(answer, "version_ix", "label", "net_minor") == [
            (0, None, 300),
            (0, "FLAT", 48),
            (1, None, 300),
            (1, "FLAT", 52),
        ]


class TestCapacity:
    TIERS = [{"price": "10", "limits": {"KW": "50", "LINES": "3"}}, {"price": "31"}]

    def capacity(self) -> dict[str, Any]:
        return tariff({"code": "size", "kind": "capacity", "tiers": self.TIERS, "posting_code": "REV"})

    @pytest.mark.parametrize(("kw", "lines", "expected"), [("50", "3", 1000), ("50", "4", 3100), ("50.1", "1", 3100)])
    def test_asks_the_price_of_the_highest_tier_reached(self, kw: str, lines: str, expected: int) -> None:
        answer = priced(world((LONG_AGO, self.capacity()), consumption=used(("KW", kw), ("LINES", lines))))

        assert money(answer, "net_minor") == [(expected,)]

    def test_looks_at_the_peak_and_not_at_the_sum(self) -> None:
        rows = [
            (0, 7, "KW", MARCH, date(2026, 3, 16), Decimal(30), "MEASURED"),
            (1, 7, "KW", date(2026, 3, 16), APRIL, Decimal(40), "MEASURED"),
        ]

        answer = priced(world((LONG_AGO, self.capacity()), consumption=rows))

        assert money(answer, "net_minor") == [(1000,)]

    def test_parks_an_account_that_was_not_measured(self) -> None:
        assert codes(priced(world((LONG_AGO, self.capacity())))) == ["MISSING_CONSUMPTION"]


class TestMonthOf30Days:
    def test_counts_31_days_as_30(self) -> None:
        # from 10 March: 30 - 9 = 21 of 30 days
        document = tariff(fixed("30", proration="DAYS_OF_30"))

        answer = priced(world((LONG_AGO, document), agreements=[(7, 3, date(2026, 3, 10), None)]))

        assert money(answer, "net_minor") == [(2100,)]

    def test_parts_of_a_month_sum_to_its_price(self) -> None:
        stretches = [(7, 3, LONG_AGO, date(2026, 3, 11)), (7, 3, date(2026, 3, 11), None)]
        document = tariff(fixed("19.99", proration="DAYS_OF_30"))

        answer = priced(world((LONG_AGO, document), agreements=stretches))

        assert sum(net for (net,) in money(answer, "net_minor")) == 1999


class TestExactTax:
    def test_is_taken_of_the_amount_before_rounding(self) -> None:
        # 0.49 × 28/31 = 0.442580…: 0.44 net, 17 % of it 0.0752… is 0.08; of 0.44 it would be 0.07
        document = tariff(fixed("0.49")) | {"taxed": "EXACT"}
        made = world((LONG_AGO, document), agreements=[(7, 3, date(2026, 3, 4), None)])

        assert money(priced(made)) == [(44, 8, 52)]


class TestOneOffBounds:
    @pytest.mark.parametrize(("paid", "expected"), [("10", 175), ("80", 239), ("10000", 1200)])
    def test_bounds_a_commission(self, paid: str, expected: int) -> None:
        # 2.99 %: 0.299 raised to 1.75; 2.392; 299 brought down to 12
        item = {"code": "fee", "kind": "one_off", "item": "payment", "unit": "BAM", "posting_code": "REV"}
        document = tariff(item | {"price": "0.0299", "minimum": "1.75", "maximum": "12"})

        answer = priced(world((LONG_AGO, document), deliveries=[(0, 7, "payment", MARCH, Decimal(paid))]))

        assert money(answer, "net_minor") == [(expected,)]
