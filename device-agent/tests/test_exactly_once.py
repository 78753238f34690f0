"""One payment, one receipt, whatever breaks: every fault at every step, and every pair of faults.

The judge reads the journal of the simulated register and nothing of the agent's but its final word.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from sqlite3 import Connection

import pytest
from rachun_agent.cli import main as run_command
from rachun_agent.drivers.datecs.driver import DatecsRegister, Operator
from rachun_agent.drivers.fiscal_register import SaleLine
from rachun_agent.exactly_once.decide import Way, decide
from rachun_agent.exactly_once.journal import AlreadySettled, Journal
from rachun_agent.exactly_once.machine import FiscalMachine
from rachun_agent.exactly_once.model import JobOrder, Kind, State
from rachun_agent.protocol.datecs_frame import SEQUENCE_FIRST
from rachun_agent.protocol.datecs_profile import load_profile
from rachun_agent.simulators.datecs_register import OpenReceipt, SimulatedRegister
from rachun_agent.simulators.wire import AgentKilled, Fault, FaultyWire

PROFILE = load_profile("datecs-fp2000")
NOON = datetime(2026, 11, 25, 12, 0)  # noqa: DTZ001 -- a register's clock has no zone
ROUNDS_MAX = 20
JOURNAL_FAULTS = (Fault.KILL_BEFORE, Fault.KILL_AFTER)

PAYMENT = JobOrder(
    job_id="0197f3a2-0000-7000-8000-00000000aa01",
    register_id="till",
    kind=Kind.SALE,
    amount_minor=24950,
    tender_minor=30000,
    lines=(
        SaleLine(text="Інтернет 11/2026", tax_letter="А", amount_minor=19900),
        SaleLine(text="Телебачення 11/2026", tax_letter="А", amount_minor=5050),
    ),
)


class MortalJournal(Journal):
    """Every write is a step at which the agent may die, before it or after it."""

    wire: FaultyWire

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        fault = self.wire.next_fault()
        self.wire.writes.add(self.wire.step)
        if fault is Fault.KILL_BEFORE:
            raise AgentKilled
        with super()._transaction() as connection:
            yield connection
        if fault is Fault.KILL_AFTER:
            raise AgentKilled


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """A hundred thousand broken receipts warn a million times."""
    logger = logging.getLogger("rachun_agent")
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(logging.NOTSET)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    register: SimulatedRegister
    journal: MortalJournal
    wire: FaultyWire

    @property
    def steps(self) -> int:
        return self.wire.step


def live_through(order: JobOrder, plan: Mapping[int, Fault], **state: object) -> World:
    """The agent works, dies, is started again; a person puts paper in; until the job is settled."""
    register = SimulatedRegister(PROFILE, started_at=NOON)
    register.cash_minor = 100_000
    for name, value in state.items():
        setattr(register, name, value)
    wire = FaultyWire(register, {})
    journal = MortalJournal(":memory:", now=lambda: datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
    journal.wire = wire
    journal.receive(order)
    wire.step, wire.plan, wire.writes = 0, plan, set()
    sequence, is_alive = SEQUENCE_FIRST, False
    machine: FiscalMachine | None = None
    for _ in range(ROUNDS_MAX):
        if machine is None or not is_alive:
            machine = FiscalMachine(journal, DatecsRegister(wire, PROFILE, operator=Operator(), sequence=sequence))
        try:
            is_alive = True
            if machine.settle(order.job_id).is_settled:
                break
        except AgentKilled:
            is_alive = False
            wire.unplug()
            latest = register.latest_sequence if wire.is_colliding else None
            sequence = SEQUENCE_FIRST if latest is None else latest
        register.has_paper = True
        register.clock += timedelta(seconds=10)
    return World(register=register, journal=journal, wire=wire)


def judge(order: JobOrder, world: World) -> str:
    """What is wrong with this ending; empty when the payment has its one receipt."""
    sales = [document for document in world.register.documents if document.kind == "sale"]
    if len(sales) != 1:
        return f"{len(sales)} receipts"
    [sale] = sales
    if sale.amount_minor != order.amount_minor or order.mark not in sale.texts:
        return f"receipt of {sale.amount_minor} with {sale.texts}"
    results = [message.body for message in world.journal.waiting(after=0) if message.type == "result"]
    if [(result["state"], result["document_no"]) for result in results] != [("DONE", sale.number)]:
        return f"receipt {sale.number}, told {results} ({world.journal.get_job(order.job_id)})"
    return ""


def judge_service(order: JobOrder, kind: str, world: World) -> str:
    """The same for what is no sale: one document of its kind, of its amount, and one word about it."""
    found = [document.amount_minor for document in world.register.documents if document.kind == kind]
    wanted = {Kind.CASH_IN: order.amount_minor, Kind.CASH_OUT: -order.amount_minor}.get(order.kind, 0)
    states = [message.body["state"] for message in world.journal.waiting(after=0) if message.type == "result"]
    return "" if (found, states) == ([wanted], ["DONE"]) else f"{found}, told {states}"


def faults_at(step: int, writes: set[int]) -> tuple[Fault, ...]:
    return JOURNAL_FAULTS if step in writes else tuple(Fault)


def test_nothing_breaks() -> None:
    world = live_through(PAYMENT, {})

    assert judge(PAYMENT, world) == ""
    assert world.register.documents[0].tender_minor == 30000


def single_faults(order: JobOrder) -> list[dict[int, Fault]]:
    world = live_through(order, {})
    return [{step: fault} for step in range(1, world.steps + 1) for fault in faults_at(step, world.wire.writes)]


def second_faults(order: JobOrder, first: dict[int, Fault]) -> Iterator[dict[int, Fault]]:
    """Every fault at every step that the agent takes after the first one, recovery included."""
    world = live_through(order, first)
    for step in range(max(first) + 1, world.steps + 1):
        for fault in faults_at(step, world.wire.writes):
            yield {**first, step: fault}


def test_every_fault_at_every_step() -> None:
    assert wrong_endings(single_faults(PAYMENT)) == {}


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        (Kind.CASH_IN, "cash"),
        (Kind.CASH_OUT, "cash"),
        (Kind.X_REPORT, "x_report"),
        (Kind.Z_REPORT, "z_report"),
    ],
)
def test_reports_and_cash_happen_once_too(kind: Kind, document: str) -> None:
    amount_minor = 5000 if kind in {Kind.CASH_IN, Kind.CASH_OUT} else 0
    order = JobOrder(job_id=PAYMENT.job_id, register_id="till", kind=kind, amount_minor=amount_minor)

    plans = single_faults(order)
    endings = {str(plan): judge_service(order, document, live_through(order, plan)) for plan in plans}

    assert {plan: verdict for plan, verdict in endings.items() if verdict} == {}
    assert len(endings) > 200


class TestWhatIsNotDone:
    """Failed means: proved not printed, and the reason is told."""

    def test_a_denied_receipt_fails_with_the_reason_and_nothing_printed(self) -> None:
        world = live_through(PAYMENT, {}, password="1234")

        [result] = [message.body for message in world.journal.waiting(after=0) if message.type == "result"]
        assert (result["state"], result["refusal"], result["document_no"]) == ("FAILED", "NotPermitted", None)
        assert world.register.documents == []
        assert world.register.wrong_passwords == 1

    def test_a_receipt_of_somebody_else_is_waited_out_and_not_touched(self) -> None:
        world = live_through(PAYMENT, {}, receipt=OpenReceipt(amount_minor=100, items=1))

        job = world.journal.get_job(PAYMENT.job_id)
        assert (job.state, job.waits_for) == (State.NEW, "ForeignReceipt")
        assert world.register.receipt is not None

    def test_another_receipt_in_between_is_left_to_a_person(self) -> None:
        """The one thing the model excludes: somebody else prints while our answer is lost."""
        world = live_through(PAYMENT, {})
        before = world.journal.get_job(PAYMENT.job_id).baseline
        assert before is not None

        other = replace(before, document_no=before.document_no + 2, day_total_minor=before.day_total_minor + 25000)
        verdict = decide(PAYMENT, before=before, now=other, is_closed=False)

        assert (verdict.way, verdict.why) == (Way.ASK_PERSON, "TotalGrewByAnother")


class TestAnswer:
    """What only a person can judge: the day was closed at the register while the answer was lost."""

    @pytest.fixture
    def left(self, tmp_path: Path) -> tuple[Path, Journal]:
        (tmp_path / "agent.toml").write_text('server = "wss://billing.example"', encoding="utf-8")
        register = SimulatedRegister(PROFILE, started_at=NOON)
        journal = Journal(tmp_path / "journal.sqlite3", now=lambda: datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
        journal.receive(PAYMENT)
        broken = FaultyWire(register, dict.fromkeys(range(18, 60), Fault.SILENT))
        FiscalMachine(journal, DatecsRegister(broken, PROFILE, operator=Operator())).settle(PAYMENT.job_id)
        register.receipt, register.closure_no = None, register.closure_no + 1
        mended = DatecsRegister(FaultyWire(register, {}), PROFILE, operator=Operator())
        FiscalMachine(journal, mended).settle(PAYMENT.job_id)
        return tmp_path, journal

    @pytest.mark.parametrize(("answer", "state"), [("printed", State.DONE), ("not-printed", State.FAILED)])
    def test_ends_the_job_once(self, left: tuple[Path, Journal], answer: str, state: State) -> None:
        folder, journal = left
        waiting = journal.get_job(PAYMENT.job_id)
        assert (waiting.state, waiting.waits_for) == (State.UNKNOWN, "DayWasClosed")

        codes = [run_command(["--folder", str(folder), "answer", PAYMENT.job_id, answer]) for _ in range(2)]

        assert codes == [0, 1]
        assert journal.get_job(PAYMENT.job_id).state is state
        assert [message.type for message in journal.waiting(after=0)].count("result") == 1

    def test_is_final_for_an_agent_that_was_about_to_print(self, left: tuple[Path, Journal]) -> None:
        folder, journal = left
        job = journal.get_job(PAYMENT.job_id)
        run_command(["--folder", str(folder), "answer", PAYMENT.job_id, "printed"])
        assert job.baseline is not None

        with pytest.raises(AlreadySettled):
            journal.begin_attempt(job, baseline=job.baseline)


def pairs_of(first_fault: Fault) -> Iterator[dict[int, Fault]]:
    for first in single_faults(PAYMENT):
        if first_fault in first.values():
            yield from second_faults(PAYMENT, first)


def wrong_endings(plans: Iterable[dict[int, Fault]]) -> dict[str, str]:
    return {str(plan): verdict for plan in plans if (verdict := judge(PAYMENT, live_through(PAYMENT, plan)))}


@pytest.mark.parametrize("first_fault", list(Fault))
def test_one_pair_of_faults_in_thirty_seven(first_fault: Fault) -> None:
    assert wrong_endings(islice(pairs_of(first_fault), 0, None, 37)) == {}


@pytest.mark.long
@pytest.mark.parametrize("first_fault", list(Fault))
def test_every_pair_of_faults(first_fault: Fault) -> None:
    assert wrong_endings(pairs_of(first_fault)) == {}
