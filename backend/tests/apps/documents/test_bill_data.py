from dataclasses import replace
from decimal import Decimal

import pytest
from rachun.apps.documents.rendering.bill_data import BillDocument, BillDoesNotAddUp, Bridge, BridgeStep
from tests.apps.documents.demo_bills import komunalno_bill

BILL = komunalno_bill("bs")
CENT = Decimal("0.01")


def with_other_line_net(bill: BillDocument) -> BillDocument:
    group = bill.groups[0]
    line = replace(group.lines[0], net=group.lines[0].net + CENT, gross=group.lines[0].gross + CENT)
    return replace(bill, groups=(replace(group, lines=(line, *group.lines[1:])), *bill.groups[1:]))


class TestBillDocument:
    def test_refuses_lines_that_do_not_sum_to_their_service(self) -> None:
        with pytest.raises(BillDoesNotAddUp, match="net of Električna"):
            with_other_line_net(BILL)

    def test_refuses_services_that_do_not_sum_to_the_total(self) -> None:
        with pytest.raises(BillDoesNotAddUp, match="net of the bill"):
            replace(BILL, totals=replace(BILL.totals, net=BILL.totals.net + CENT, gross=BILL.totals.gross + CENT))

    def test_refuses_a_tax_summary_that_differs_from_its_lines(self) -> None:
        first, *rest = BILL.tax_summary

        with pytest.raises(BillDoesNotAddUp, match="net at rate"):
            replace(BILL, tax_summary=(replace(first, net=first.net + CENT), *rest))

    def test_refuses_an_account_that_does_not_close(self) -> None:
        with pytest.raises(BillDoesNotAddUp, match="total due"):
            replace(BILL, account=replace(BILL.account, opening_balance=Decimal(0)))

    def test_refuses_a_slip_over_another_amount(self) -> None:
        assert BILL.slip is not None

        with pytest.raises(BillDoesNotAddUp, match="amount of the slip"):
            replace(BILL, slip=replace(BILL.slip, amount=BILL.slip.amount + CENT))

    def test_refuses_a_slip_when_there_is_nothing_to_pay(self) -> None:
        credit = komunalno_bill("bs", opening="-100", paid="0")
        assert credit.slip is None
        assert BILL.slip is not None

        with pytest.raises(BillDoesNotAddUp, match="nothing to pay"):
            replace(credit, slip=replace(BILL.slip, amount=credit.account.total_due))

    def test_refuses_a_bridge_that_does_not_reach_the_other_side(self) -> None:
        with pytest.raises(BillDoesNotAddUp, match="bridge"):
            replace(BILL, bridge=Bridge(previous_gross=BILL.totals.gross, steps=(BridgeStep(label="?", amount=CENT),)))

    def test_lets_tax_be_worked_out_once_per_rate(self) -> None:
        group = BILL.groups[2]
        lines = tuple(replace(line, tax=None) for line in group.lines)

        bill = replace(BILL, groups=(*BILL.groups[:2], replace(group, lines=lines)))

        assert bill.totals == BILL.totals
