"""A million lines of 0.01 come to 10,000.00: in the lines, in the bill's totals and in the books."""

import dataclasses
from datetime import date

import polars as pl
import pytest
from oracle.worlds import snapshot_of
from rachun.engine.accounting.bill import bill_items, bill_postings
from rachun.engine.billing.pipeline import price
from rachun.engine.billing.snapshot import Priced
from rachun.engine.billing.totals import account_totals, tax_summary
from worked import MARCH, tariff, world

MILLION = 1_000_000
CALL = {"code": "call", "kind": "one_off", "item": "call", "unit": "pc", "price": "0.01", "posting_code": "REV"}


def a_million_deliveries(*, tax_rounding: str) -> Priced:
    made = world((date(2025, 1, 1), tariff(CALL)), tax_rounding=tax_rounding)
    delivered = pl.select(
        delivery_ix=pl.int_range(MILLION, dtype=pl.Int64),
    ).with_columns(
        agreement_ix=pl.lit(7, pl.Int64),
        item=pl.lit("call"),
        performed_on=pl.lit(MARCH),
        quantity_micro=pl.lit(10**6, pl.Int64),
    )
    return price(dataclasses.replace(snapshot_of(made), deliveries=delivered))


class TestAMillionLines:
    # LINE: 17 % of a cent is no cent, a million times. GROUP: 17 % of 10,000.00, and the lines sum to it.
    @pytest.mark.parametrize(("tax_rounding", "tax"), [("LINE", 0), ("GROUP", 170_000)])
    def test_sum_exactly(self, tax_rounding: str, tax: int) -> None:
        charges = a_million_deliveries(tax_rounding=tax_rounding).charges

        whole = (MILLION, tax, MILLION + tax)
        assert charges.height == MILLION
        assert account_totals(charges=charges).rows() == [(3, MILLION, *whole)]
        assert tax_summary(charges=charges).rows() == [(3, "STANDARD", 17_000_000, *whole)]
        assert bill_items(charges=charges).select("net_minor", "tax_minor", "gross_minor").rows() == [whole]
        posted = bill_postings(charges=charges).select("debit_code", "credit_code", "amount_minor").rows()
        vat = [("BILLED", "VAT_OUTPUT", tax)] if tax else []
        assert posted == [("RECEIVABLE", "BILLED", MILLION + tax), ("BILLED", "REV", MILLION), *vat]
