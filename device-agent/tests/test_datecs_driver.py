"""The driver over a real serial port (a pty) to the simulated register, at the speed of a real line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime

import pytest
from rachun_agent.drivers.datecs.driver import DatecsRegister, Operator
from rachun_agent.drivers.fiscal_register import SaleLine
from rachun_agent.errors import (
    BadSyntax,
    CashShort,
    DeviceError,
    MemoryFull,
    NoReply,
    NotPermitted,
    PaperOut,
    PortGone,
)
from rachun_agent.protocol.datecs_profile import load_profile
from rachun_agent.simulators.datecs_register import OpenReceipt, SimulatedRegister
from rachun_agent.simulators.scripted_line import ScriptedLine
from rachun_agent.simulators.wire import Fault
from rachun_agent.transport.serial_port import SerialChannel

NOON = datetime(2026, 11, 25, 12, 0)  # noqa: DTZ001 -- a register's clock has no zone
INTERNET = SaleLine(text="Інтернет 11/2026", tax_letter="А", amount_minor=24950)
PROFILE = load_profile("datecs-fp2000")
HURRIED = replace(PROFILE, timing=replace(PROFILE.timing, first_byte_s=0.2, syn_gap_s=0.4))

Bench = Callable[..., tuple[DatecsRegister, SimulatedRegister]]


@pytest.fixture
def bench() -> Iterator[Bench]:
    with ExitStack() as opened:

        def build(plan: dict[int, Fault] | None = None, **line: float) -> tuple[DatecsRegister, SimulatedRegister]:
            simulated = SimulatedRegister(PROFILE, started_at=NOON)
            port = opened.enter_context(ScriptedLine(simulated, plan or {}, **line).port)
            channel = SerialChannel(port.name)
            opened.callback(channel.close)
            return DatecsRegister(channel, HURRIED, operator=Operator()), simulated

        yield build


def sell(register: DatecsRegister) -> None:
    register.open_receipt()
    register.sell(INTERNET)
    register.pay_cash(30000)
    register.close_receipt()


class TestReceipt:
    def test_is_printed_with_its_text_and_sum(self, bench: Bench) -> None:
        register, simulated = bench()
        before = register.snapshot()

        sell(register)

        after = register.snapshot()
        [printed] = simulated.documents
        assert (printed.texts, printed.amount_minor, printed.tender_minor) == (["Інтернет 11/2026"], 24950, 30000)
        assert after.document_no == before.document_no + 1
        assert after.day_total_minor - before.day_total_minor == 24950

    @pytest.mark.parametrize("fault", [Fault.NAK, Fault.LOST_REQUEST, Fault.LOST_REPLY, Fault.BUSY])
    @pytest.mark.parametrize("frame", [1, 2, 3, 4])
    def test_is_printed_once_though_a_frame_breaks(self, bench: Bench, fault: Fault, frame: int) -> None:
        register, simulated = bench({frame: fault})

        sell(register)

        assert [(printed.kind, printed.amount_minor) for printed in simulated.documents] == [("sale", 24950)]

    def test_waits_while_the_register_says_that_it_works(self, bench: Bench) -> None:
        register, simulated = bench({4: Fault.BUSY}, busy_s=1.0)  # longer than the wait for a first byte

        sell(register)

        assert len(simulated.documents) == 1

    def test_gives_up_on_a_dead_line(self, bench: Bench) -> None:
        register, _ = bench(dict.fromkeys(range(1, 10), Fault.SILENT))

        with pytest.raises(NoReply):
            register.open_receipt()


class TestRefusal:
    def test_paper_out(self, bench: Bench) -> None:
        register, simulated = bench()
        simulated.has_paper = False

        with pytest.raises(PaperOut):
            register.open_receipt()

        assert not register.snapshot().is_receipt_open

    def test_a_wrong_password_is_not_tried_twice(self, bench: Bench) -> None:
        register, simulated = bench()
        simulated.password = "1234"

        with pytest.raises(NotPermitted):
            register.open_receipt()

        assert simulated.wrong_passwords == 1

    @pytest.mark.parametrize(
        ("spoil", "ask", "error"),
        [
            ({"is_memory_full": True}, DatecsRegister.check_ready, MemoryFull),
            ({}, lambda register: register.move_cash(-1), CashShort),
            ({}, DatecsRegister.close_receipt, NotPermitted),
            ({}, lambda register: register.sell(replace(INTERNET, tax_letter="Q")), BadSyntax),
        ],
    )
    def test_has_its_own_error(
        self, bench: Bench, spoil: dict[str, bool], ask: Callable[[DatecsRegister], None], error: type[DeviceError]
    ) -> None:
        register, simulated = bench()
        for name, value in spoil.items():
            setattr(simulated, name, value)

        with pytest.raises(error):
            ask(register)

    def test_a_day_left_open_takes_no_more_receipts(self, bench: Bench) -> None:
        register, simulated = bench()
        sell(register)
        simulated.clock = NOON.replace(day=26, hour=13)

        with pytest.raises(NotPermitted):
            register.open_receipt()


class TestService:
    def test_cash_in_out_and_reports(self, bench: Bench) -> None:
        register, simulated = bench()

        register.move_cash(50000)
        sell(register)
        register.move_cash(-10000)
        register.report(is_closing=False)
        middle = register.snapshot()
        register.report(is_closing=True)
        end = register.snapshot()

        assert (middle.cash_in_minor, middle.cash_out_minor, middle.day_total_minor) == (50000, 10000, 24950)
        assert (end.closure_no, end.day_total_minor) == (middle.closure_no + 1, 0)
        kinds = [document.kind for document in simulated.documents]
        assert kinds == ["cash", "sale", "cash", "x_report", "z_report"]

    def test_a_report_is_not_sent_twice_into_silence(self, bench: Bench) -> None:
        register, simulated = bench({1: Fault.POWER_AFTER})

        with pytest.raises(NoReply):
            register.report(is_closing=True)

        assert [document.kind for document in simulated.documents] == ["z_report"]

    def test_an_old_answer_is_not_taken_for_a_new_one(self, bench: Bench) -> None:
        """A restarted agent whose first sequence number is the register's latest would get that old reply."""
        register, simulated = bench()
        register.transaction()  # 20h: nothing is open
        simulated.receipt = OpenReceipt(amount_minor=24950, items=1)
        restarted = DatecsRegister(register._link._channel, HURRIED, operator=Operator(), sequence=0x20)

        assert restarted.snapshot().is_receipt_open


class TestPort:
    def test_is_ours_alone(self, bench: Bench) -> None:
        register, _ = bench()

        with pytest.raises(PortGone):
            SerialChannel(register._link._channel.address)  # type: ignore[attr-defined]

    def test_tells_that_it_is_not_there(self) -> None:
        with pytest.raises(PortGone, match="no-such-port"):
            SerialChannel("/dev/no-such-port")
