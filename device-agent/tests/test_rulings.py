"""A person's word ends only what it is for; for everything else the register's word goes on to count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rachun_agent.drivers.fiscal_register import SaleLine, Snapshot
from rachun_agent.exactly_once.journal import Journal
from rachun_agent.exactly_once.model import JobOrder, Kind, Ruling, State
from rachun_agent.session.inbox import Inbox

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
JOB = "0197f3a2-0000-7000-8000-000000000001"
BASELINE = Snapshot(
    serial_number="DT1", is_receipt_open=False, is_service_open=False, amount_minor=0, tender_minor=0, document_no=1,
    day_total_minor=0, closure_no=1, cash_in_minor=0, cash_out_minor=0, clock=datetime(2026, 11, 25, 12, 0),  # noqa: DTZ001
)  # fmt: skip


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal(tmp_path / "journal.sqlite3", now=lambda: NOON)
    line = SaleLine(text="Voda", tax_letter="А", amount_minor=500)
    made.receive(JobOrder(job_id=JOB, register_id="till", kind=Kind.SALE, amount_minor=500, lines=(line,)))
    yield made
    made.close()


def bring(journal: Journal, *, to: State, waits_for: str = "") -> None:
    job = journal.get_job(JOB)
    if to is not State.NEW:
        journal.begin_attempt(job, baseline=BASELINE)
    if waits_for:
        journal.hold(job, code=waits_for)


@pytest.mark.parametrize(
    ("state", "waits_for", "ruling", "ends"),
    [
        (State.NEW, "PaperOut", Ruling.WITHDRAWN, State.FAILED),
        (State.NEW, "", Ruling.WITHDRAWN, State.FAILED),
        (State.SENT, "", Ruling.WITHDRAWN, State.SENT),
        (State.UNKNOWN, "NoReply", Ruling.WITHDRAWN, State.UNKNOWN),
        (State.UNKNOWN, "NoReply", Ruling.NOT_PRINTED, State.UNKNOWN),
        (State.UNKNOWN, "PaperOut", Ruling.PRINTED, State.UNKNOWN),
        (State.UNKNOWN, "TotalGrewByAnother", Ruling.PRINTED, State.DONE),
        (State.UNKNOWN, "TotalGrewByAnother", Ruling.NOT_PRINTED, State.FAILED),
        (State.NEW, "ForeignReceipt", Ruling.PRINTED, State.NEW),
    ],
)
def test_ruling_ends_only_what_it_is_for(
    journal: Journal, state: State, waits_for: str, ruling: Ruling, ends: State
) -> None:
    bring(journal, to=state, waits_for=waits_for)
    inbox = Inbox(journal=journal, registers=frozenset({"till"}))

    for _ in range(2):  # a repetition changes nothing
        inbox.take({"type": "ruling", "sequence": 1, "message_id": JOB, "job_id": JOB, "was": ruling.value})

    assert journal.get_job(JOB).state is ends
    results = [message for message in journal.waiting(after=0) if message.type == "result"]
    assert len(results) == (ends in {State.DONE, State.FAILED})
    assert inbox.stored_up_to == 1
