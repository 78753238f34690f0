"""The books of a bill: balanced by pairs, one receivable posting per open item."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rachun.engine.accounting.bill import bill_items, bill_postings, receipt_postings
from rachun.engine.receivables.allocation import AllocationRefused, OpenItemBalance, allocate

COLUMNS = ["account_ix", "agreement_ix", "tax_category", "posting_code", "net_minor", "tax_minor", "gross_minor"]


def charges(*rows: tuple) -> pl.DataFrame:
    return pl.DataFrame([(*row, row[-1] + row[-2]) for row in rows], schema=COLUMNS, orient="row")


def sides(postings: pl.DataFrame) -> list[tuple]:
    return postings.select("item_no", "debit_code", "credit_code", "amount_minor").rows()


class TestBillPostings:
    def test_pair_receivable_revenue_and_tax_through_clearing(self) -> None:
        lines = charges((1, 7, "STANDARD", "ENERGY", 1000, 170), (1, 7, "STANDARD", "OIE", 100, 17))

        assert sides(bill_postings(charges=lines)) == [
            (0, "RECEIVABLE", "BILLED", 1287),
            (0, "BILLED", "ENERGY", 1000),
            (0, "BILLED", "OIE", 100),
            (0, "BILLED", "VAT_OUTPUT", 187),
        ]

    def test_swap_sides_of_a_credit(self) -> None:
        assert sides(bill_postings(charges=charges((1, 7, "STANDARD", "ENERGY", -1000, -170)))) == [
            (0, "BILLED", "RECEIVABLE", 1170),
            (0, "ENERGY", "BILLED", 1000),
            (0, "VAT_OUTPUT", "BILLED", 170),
        ]

    @given(
        st.lists(
            st.tuples(
                st.integers(1, 3),
                st.integers(1, 2),
                st.sampled_from("AB"),
                st.sampled_from("XYZ"),
                st.integers(-999, 999),
                st.integers(-99, 99),
            ),
            min_size=1,
            max_size=30,
        )
    )
    def test_clear_to_zero_and_leave_the_gross_on_the_item(self, rows: list[tuple]) -> None:
        lines = charges(*((account, account * 10 + agreement, *rest) for account, agreement, *rest in rows))
        postings, items = bill_postings(charges=lines), bill_items(charges=lines)

        for item in items.iter_rows(named=True):
            own = postings.filter(pl.col("account_ix") == item["account_ix"], pl.col("item_no") == item["item_no"])
            balance = {"RECEIVABLE": 0, "BILLED": 0}
            for debit, credit, amount in own.select("debit_code", "credit_code", "amount_minor").iter_rows():
                balance[debit] = balance.get(debit, 0) + amount
                balance[credit] = balance.get(credit, 0) - amount
            assert (balance["BILLED"], balance["RECEIVABLE"]) == (0, item["gross_minor"])
            assert own.filter(pl.col("debit_is_item") | pl.col("credit_is_item")).height == (item["gross_minor"] != 0)
        assert postings.filter(pl.col("amount_minor") <= 0).is_empty()


class TestReceiptPostings:
    def test_credit_items_and_leave_the_rest_as_advance(self) -> None:
        allocations = pl.DataFrame(
            {"receipt_ix": [1, 1], "item_ix": [5, None], "amount_minor": [70, 30], "cash_code": ["BANK"] * 2}
        )

        answer = receipt_postings(allocations=allocations)

        assert answer.select("debit_code", "credit_code", "amount_minor").rows() == [
            ("BANK", "RECEIVABLE", 70),
            ("BANK", "ADVANCE", 30),
        ]


def item(item_id: int, day: int, balance: int) -> OpenItemBalance:
    return OpenItemBalance(item_id=item_id, due_date=date(2026, 3, day), balance_minor=balance)


class TestAllocate:
    ITEMS = (item(3, 20, 500), item(2, 10, 300), item(1, 10, 200), item(4, 1, -50))

    @pytest.mark.parametrize(
        ("amount", "named", "parts", "advance"),
        [
            (250, (), ((1, 200), (2, 50)), 0),
            (1200, (), ((1, 200), (2, 300), (3, 500)), 200),
            (600, (3,), ((3, 500), (1, 100)), 0),
            (900, (3, 2), ((3, 500), (2, 300), (1, 100)), 0),
        ],
    )
    def test_settles_named_items_then_the_oldest(self, amount: int, named: tuple, parts: tuple, advance: int) -> None:
        plan = allocate(amount_minor=amount, items=self.ITEMS, named=named)

        assert (plan.parts, plan.advance_minor) == (parts, advance)

    def test_does_not_depend_on_the_order_of_items(self) -> None:
        assert allocate(amount_minor=450, items=self.ITEMS) == allocate(amount_minor=450, items=self.ITEMS[::-1])

    @pytest.mark.parametrize(("amount", "named"), [(0, ()), (-5, ()), (5, (99,))])
    def test_refuses_what_it_cannot_settle(self, amount: int, named: tuple) -> None:
        with pytest.raises(AllocationRefused):
            allocate(amount_minor=amount, items=self.ITEMS, named=named)
