"""One payment, one receipt, whatever breaks: every fault at every step, and every pair of faults.

The judge reads the journal of the simulated register and nothing of the agent's but its final word.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from sqlite3 import Connection

import pytest
from rachun_agent.drivers.datecs.driver import DatecsRegister, Operator
from rachun_agent.drivers.fiscal_register import SaleLine
from rachun_agent.exactly_once.journal import Journal
from rachun_agent.exactly_once.machine import FiscalMachine
from rachun_agent.exactly_once.model import JobOrder, Kind
from rachun_agent.protocol.datecs_frame import SEQUENCE_FIRST
from rachun_agent.protocol.datecs_profile import load_profile
from rachun_agent.simulators.datecs_register import SimulatedRegister
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


def live_through(order: JobOrder, plan: Mapping[int, Fault]) -> World:
    """The agent works, dies, is started again; a person puts paper in; until the job is settled."""
    register = SimulatedRegister(PROFILE, started_at=NOON)
    register.cash_minor = 100_000
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
