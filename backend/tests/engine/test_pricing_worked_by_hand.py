"""Bills worked out with pencil and paper; the working stands beside each."""

import itertools
import json
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rachun.engine.billing.pipeline import SnapshotInvalid
from worked import APRIL, ENERGY, MARCH, codes, fixed, metered, money, priced, tariff, world

LONG_AGO = date(2025, 1, 1)


def used(*rows: tuple[str, date, date, str]) -> list[tuple]:
    return [(ix, 7, register, a, b, Decimal(q), "MEASURED") for ix, (register, a, b, q) in enumerate(rows)]


class TestFixed:
    def test_bills_a_whole_month_with_vat_on_top(self) -> None:
        answer = priced(world((LONG_AGO, tariff(fixed("10.00")))))

        assert money(answer) == [(1000, 170, 1170)]

    def test_takes_vat_out_of_a_price_that_holds_it(self) -> None:
        answer = priced(world((LONG_AGO, tariff(fixed("10.00"), vat="INSIDE"))))

        assert money(answer) == [(855, 145, 1000)]  # 10.00 × 17 / 117 = 1.4529…

    def test_bills_days_after_moving_in_mid_month(self) -> None:
        # 22 of 31 days from 10 March: 31.00 - 31.00 × 9 / 31
        answer = priced(world((LONG_AGO, tariff(fixed("31.00"))), agreements=[(7, 3, date(2026, 3, 10), None)]))

        assert money(answer, "net_minor", "service_from", "service_to") == [(2200, date(2026, 3, 10), APRIL)]

    def test_bills_each_version_for_its_own_days(self) -> None:
        # 3.10 × 15/31 = 1.50; 4.10 - round(4.10 × 15/31 = 1.9838…) = 4.10 - 1.98 = 2.12
        answer = priced(world((LONG_AGO, tariff(fixed("3.10"))), (date(2026, 3, 16), tariff(fixed("4.10")))))

        assert money(answer, "version_ix", "net_minor") == [(0, 150), (1, 212)]

    def test_skips_suspended_days(self) -> None:
        stretches = [(7, 3, LONG_AGO, date(2026, 3, 11)), (7, 3, date(2026, 3, 21), None)]

        answer = priced(world((LONG_AGO, tariff(fixed("31.00"))), agreements=stretches))

        assert money(answer, "net_minor") == [(1000,), (1100,)]

    @pytest.mark.parametrize(
        ("proration", "start", "expected"),
        [
            ("FULL", date(2026, 3, 31), [(1000,)]),
            ("FULL", date(2026, 3, 1), [(1000,)]),
            ("NONE", date(2026, 3, 2), []),
            ("NONE", date(2026, 3, 1), [(1000,)]),
        ],
    )
    def test_bills_whole_or_nothing_when_told(self, proration: str, start: date, expected: list) -> None:
        document = tariff(fixed("10", proration=proration))

        answer = priced(world((LONG_AGO, document), agreements=[(7, 3, start, None)]))

        assert money(answer, "net_minor") == expected

    def test_bills_a_full_price_once_under_two_versions(self) -> None:
        documents = [
            (LONG_AGO, tariff(fixed("10", proration="FULL"))),
            (date(2026, 3, 16), tariff(fixed("12", proration="FULL"))),
        ]

        answer = priced(world(*documents))

        assert money(answer, "version_ix", "net_minor") == [(0, 1000)]

    def test_makes_no_line_of_a_zero_price(self) -> None:
        answer = priced(world((LONG_AGO, tariff(fixed("0")))))

        assert answer.charges.is_empty()
        assert answer.refusals.is_empty()

    @settings(max_examples=60, deadline=None)
    @given(cents=st.integers(1, 10**6), cuts=st.sets(st.integers(2, 31), max_size=8))
    def test_parts_of_a_month_sum_to_the_whole(self, cents: int, cuts: set[int]) -> None:
        days = [MARCH, *(date(2026, 3, day) for day in sorted(cuts)), APRIL]
        stretches = [(7, 3, a, b) for a, b in itertools.pairwise(days)]

        answer = priced(world((LONG_AGO, tariff(fixed(f"{Decimal(cents) / 100}"))), agreements=stretches))

        assert answer.charges["net_minor"].sum() == cents


class TestPerAttribute:
    POWER = {"code": "power", "kind": "per_attribute", "attribute": "kw", "price": "3.10", "posting_code": "REV"}

    def test_follows_a_change_of_value_by_days(self) -> None:
        # 6 kW: 18.60 × 10/31 = 6.00; 9 kW: 27.90 - 27.90 × 10/31 = 18.90
        values = [(7, "kw", Decimal(6), LONG_AGO, date(2026, 3, 11)), (7, "kw", Decimal(9), date(2026, 3, 11), None)]

        answer = priced(world((LONG_AGO, tariff(self.POWER)), attributes=values))

        assert money(answer, "quantity_micro", "net_minor") == [(6_000_000, 600), (9_000_000, 1890)]

    def test_parks_an_account_whose_value_is_missing(self) -> None:
        answer = priced(world((LONG_AGO, tariff(self.POWER))))

        assert codes(answer) == ["MISSING_ATTRIBUTE"]

    def test_parks_an_account_with_two_values_on_one_day(self) -> None:
        values = [(7, "kw", Decimal(6), LONG_AGO, date(2026, 3, 11)), (7, "kw", Decimal(9), date(2026, 3, 10), None)]

        answer = priced(world((LONG_AGO, tariff(self.POWER)), attributes=values))

        assert codes(answer) == ["OVERLAPPING_ATTRIBUTE"]

    def test_uses_the_default_the_tariff_states(self) -> None:
        answer = priced(world((LONG_AGO, tariff(self.POWER | {"default_value": "2"}))))

        assert money(answer, "net_minor") == [(620,)]


class TestMetered:
    def test_prices_blocks_of_a_month(self) -> None:
        # 100 × 0.10 + 50 × 0.20
        answer = priced(
            world((LONG_AGO, tariff(metered(("VT", ENERGY)))), consumption=used(("VT", MARCH, APRIL, "150")))
        )

        assert money(answer, "block_no", "quantity_micro", "net_minor") == [
            (1, 100_000_000, 1000),
            (2, 50_000_000, 1000),
        ]

    def test_shares_block_bounds_between_two_versions_by_days(self) -> None:
        # 310 kWh over 31 days: 150 and 160. Bound 31 × 15/31 = 15 and 16:
        # 15 × 0.10 + 135 × 0.20, 16 × 0.10 + 144 × 0.30
        first = metered(("VT", [{"upto": "31", "price": "0.10"}, {"price": "0.20"}]))
        second = metered(("VT", [{"upto": "31", "price": "0.10"}, {"price": "0.30"}]))
        documents = [(LONG_AGO, tariff(first)), (date(2026, 3, 16), tariff(second))]

        answer = priced(world(*documents, consumption=used(("VT", MARCH, APRIL, "310"))))

        assert money(answer, "version_ix", "block_no", "net_minor") == [
            (0, 1, 150),
            (0, 2, 2700),
            (1, 1, 160),
            (1, 2, 4320),
        ]

    def test_keeps_the_quantity_of_a_reading_taken_at_the_boundary(self) -> None:
        change = date(2026, 3, 16)
        documents = [
            (LONG_AGO, tariff(metered(("VT", [{"price": "1"}])))),
            (change, tariff(metered(("VT", [{"price": "2"}])))),
        ]

        answer = priced(world(*documents, consumption=used(("VT", MARCH, change, "10"), ("VT", change, APRIL, "90"))))

        assert money(answer, "quantity_micro", "net_minor") == [(10_000_000, 1000), (90_000_000, 18000)]

    def test_keeps_blocks_whole_across_a_meter_exchange(self) -> None:
        # both meters together use 150 kWh, so the first block is used up once
        rows = used(("VT", MARCH, date(2026, 3, 12), "70"), ("VT", date(2026, 3, 12), APRIL, "80"))

        answer = priced(world((LONG_AGO, tariff(metered(("VT", ENERGY)))), consumption=rows))

        assert money(answer, "quantity_micro", "net_minor") == [(100_000_000, 1000), (50_000_000, 1000)]

    def test_prices_late_days_by_the_version_and_month_of_those_days(self) -> None:
        # 59 days, 59 kWh: 28 in February at 1.00, 31 in March at 2.00
        documents = [
            (LONG_AGO, tariff(metered(("VT", [{"price": "1"}])))),
            (MARCH, tariff(metered(("VT", [{"price": "2"}])))),
        ]

        answer = priced(world(*documents, consumption=used(("VT", date(2026, 2, 1), APRIL, "59"))))

        assert money(answer, "version_ix", "net_minor") == [(0, 2800), (1, 6200)]

    def test_sums_all_registers_where_the_tariff_says_so(self) -> None:
        rows = used(("VT", MARCH, APRIL, "60"), ("MT", MARCH, APRIL, "50"))

        answer = priced(world((LONG_AGO, tariff(metered(("*", ENERGY)))), consumption=rows))

        assert money(answer, "register", "net_minor") == [("*", 1000), ("*", 200)]

    def test_never_takes_a_missing_reading_for_zero(self) -> None:
        answer = priced(world((LONG_AGO, tariff(fixed("5"), metered(("VT", ENERGY))))))

        assert codes(answer) == ["MISSING_CONSUMPTION"]
        assert answer.charges.is_empty()

    def test_asks_for_every_day(self) -> None:
        rows = used(("VT", MARCH, date(2026, 3, 31), "10"))

        answer = priced(world((LONG_AGO, tariff(metered(("VT", ENERGY)))), consumption=rows))

        assert json.loads(answer.refusals["params"][0]) == {"component": "energy", "register": "VT", "days": 1}

    def test_believes_a_stated_zero(self) -> None:
        answer = priced(world((LONG_AGO, tariff(metered(("VT", ENERGY)))), consumption=used(("VT", MARCH, APRIL, "0"))))

        assert answer.charges.is_empty()
        assert answer.refusals.is_empty()

    def test_refuses_what_no_component_prices(self) -> None:
        rows = used(("VT", MARCH, APRIL, "1"), ("T3", MARCH, APRIL, "1"))

        answer = priced(world((LONG_AGO, tariff(metered(("VT", ENERGY)))), consumption=rows))

        assert codes(answer) == ["UNKNOWN_REGISTER"]

    @settings(max_examples=40, deadline=None)
    @given(micro=st.integers(1, 10**12), change=st.integers(2, 31))
    def test_loses_no_unit_between_versions(self, micro: int, change: int) -> None:
        document = tariff(metered(("VT", [{"price": "1"}])))
        rows = used(("VT", MARCH, APRIL, f"{Decimal(micro).scaleb(-6):f}"))

        answer = priced(world((LONG_AGO, document), (date(2026, 3, change), document), consumption=rows))

        assert answer.charges["quantity_micro"].sum() == micro


class TestOtherKinds:
    def test_sums_calls_per_destination_and_rounds_once(self) -> None:
        calls = {"code": "calls", "kind": "traffic", "destination_table": "deck", "posting_code": "REV"}
        usage = [(7, "calls", "BiH", date(2026, 3, 5), Decimal(60), 1, Decimal("0.0040"))] * 2

        answer = priced(world((LONG_AGO, tariff(calls)), usage=usage))

        assert money(answer, "label", "net_minor") == [("BiH", 1)]  # 0.0080, though each alone is 0.00

    def test_prices_a_delivered_service_by_its_day(self) -> None:
        join = {"code": "join", "kind": "one_off", "item": "join", "unit": "pc", "price": "30", "posting_code": "REV"}

        answer = priced(world((LONG_AGO, tariff(join)), deliveries=[(5, 7, "join", date(2026, 3, 5), Decimal(1))]))

        assert money(answer, "delivery_ix", "net_minor") == [(5, 3000)]

    def test_takes_a_percentage_of_earlier_lines(self) -> None:
        rebate = {"code": "rebate", "kind": "percentage", "of": ["fee"], "percent": "-12.5", "posting_code": "REV"}

        answer = priced(world((LONG_AGO, tariff(fixed("10.20"), rebate))))

        assert money(answer) == [(1020, 173, 1193), (-128, -22, -150)]  # 1.275 away from zero


class TestTax:
    THREE = [fixed("0.03", code=code) for code in ("a", "b", "c")]

    def test_rounds_each_line_alone(self) -> None:
        answer = priced(world((LONG_AGO, tariff(*self.THREE))))

        assert money(answer, "tax_minor") == [(1,), (1,), (1,)]  # 0.0051 each

    def test_rounds_a_group_once_and_lets_the_largest_line_take_the_rest(self) -> None:
        answer = priced(world((LONG_AGO, tariff(*self.THREE)), tax_rounding="GROUP"))

        assert money(answer, "tax_minor") == [(0,), (1,), (1,)]  # 0.09 × 17 % = 0.0153

    def test_refuses_a_category_without_a_rate(self) -> None:
        answer = priced(world((LONG_AGO, tariff(fixed("1", tax_category="EXOTIC")))))

        assert codes(answer) == ["NO_TAX_RATE"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"assignments": [(7, 1, date(2026, 3, 2), None)]}, "NO_TARIFF"),
            ({"assignments": [(7, 9, LONG_AGO, None)]}, "NO_VERSION"),
            (
                {"agreements": [(7, 3, LONG_AGO, date(2026, 3, 9)), (7, 3, date(2026, 3, 8), None)]},
                "OVERLAPPING_SERVICE",
            ),
            ({"deliveries": [(1, 7, "gift", MARCH, Decimal(1))]}, "UNKNOWN_ITEM"),
        ],
    )
    def test_park_the_account_with_a_code(self, change: dict, code: str) -> None:
        answer = priced(world((LONG_AGO, tariff(fixed("5"))), **change))

        assert codes(answer) == [code]
        assert answer.charges.is_empty()

    def test_leave_other_accounts_alone(self) -> None:
        made = world((LONG_AGO, tariff(fixed("5"))), agreements=[(7, 3, LONG_AGO, None), (8, 4, LONG_AGO, None)])

        answer = priced(made)

        assert codes(answer) == ["NO_TARIFF"]
        assert money(answer, "account_ix", "net_minor") == [(3, 500)]

    def test_refuse_an_amount_too_large_instead_of_wrapping(self) -> None:
        document = tariff(metered(("VT", [{"price": "999999999"}])))

        answer = priced(world((LONG_AGO, document), consumption=used(("VT", MARCH, APRIL, "999999999999"))))

        assert codes(answer) == ["OVERFLOW"]

    def test_refuse_a_sum_of_quantities_past_the_bound(self) -> None:
        document = tariff(metered(("VT", [{"price": "0.00000001"}])))
        rows = used(("VT", MARCH, date(2026, 3, 9), "9000000000000"), ("VT", date(2026, 3, 9), APRIL, "9000000000000"))

        answer = priced(world((LONG_AGO, document), consumption=rows))

        assert codes(answer) == ["OVERFLOW"]

    def test_raise_for_a_stranger_in_the_frames(self) -> None:
        with pytest.raises(SnapshotInvalid):
            priced(world((LONG_AGO, tariff(fixed("5"))), deliveries=[(1, 99, "gift", MARCH, Decimal(1))]))


class TestCharges:
    def test_explain_themselves(self) -> None:
        answer = priced(world((LONG_AGO, tariff(fixed("31.00"))), agreements=[(7, 3, date(2026, 3, 10), None)]))

        inputs = json.loads(answer.charges["inputs"][0])

        assert (inputs["days"], inputs["days_in_period"], inputs["proration"], inputs["vat"]) == (
            22,
            31,
            "DAYS",
            "ON_TOP",
        )
        assert int(inputs["numerator"]) == 2200 * int(inputs["denominator"])

    def test_are_numbered_in_one_order_whatever_the_input_order(self) -> None:
        made = world((LONG_AGO, tariff(metered(("VT", ENERGY), ("MT", ENERGY)), fixed("1"))))
        made.consumption = used(("VT", MARCH, APRIL, "150"), ("MT", MARCH, APRIL, "150"))
        forward = priced(made).charges.drop("inputs")

        made.consumption = made.consumption[::-1]

        assert priced(made).charges.drop("inputs").equals(forward)
        assert forward["line_ix"].to_list() == list(range(forward.height))
        assert forward.select(pl.col("net_minor") + pl.col("tax_minor") == pl.col("gross_minor")).to_series().all()
