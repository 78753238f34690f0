"""What the agent knows of its jobs, on disk before it acts on it. Also the queue of what the server must hear.

A step and the message about it are written in one transaction, so neither can be lost without the other.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rachun_agent.drivers.fiscal_register import Snapshot
from rachun_agent.exactly_once.decide import PERSON_CODES
from rachun_agent.exactly_once.model import SETTLED, Job, JobOrder, Ruling, State

SCHEMA = """
CREATE TABLE IF NOT EXISTS job (
    arrival INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id TEXT NOT NULL UNIQUE,
    register_id TEXT NOT NULL,
    order_json TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('NEW', 'SENT', 'UNKNOWN', 'DONE', 'FAILED')),
    attempt INTEGER NOT NULL DEFAULT 0,
    baseline TEXT,
    is_closed INTEGER NOT NULL DEFAULT 0,
    refusal TEXT NOT NULL DEFAULT '',
    waits_for TEXT NOT NULL DEFAULT '',
    evidence TEXT
);
CREATE TABLE IF NOT EXISTS outbox (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    created_at TEXT NOT NULL,
    body TEXT NOT NULL,
    is_acknowledged INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS outbox_waiting ON outbox (sequence) WHERE is_acknowledged = 0;
CREATE TABLE IF NOT EXISTS fact (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class OrderAltered(Exception):
    """A known job came again with other contents."""


class AlreadySettled(Exception):
    """A person has answered for the job while the agent was at it."""


class StaleFence(Exception):
    """The job belongs to a lease of the register that has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    sequence: int
    message_id: str
    type: str
    created_at: str
    body: dict[str, Any]


class Journal:
    """One connection behind one lock: the session writes from its thread, each register from its own."""

    def __init__(self, path: Path | str, *, now: Callable[[], datetime]) -> None:
        self._lock, self._now = threading.RLock(), now
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(SCHEMA)

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    # Jobs.

    def receive(self, order: JobOrder) -> bool:
        """Write a job down; False when it is known. Raises OrderAltered, StaleFence."""
        text = json.dumps(order.as_json(), sort_keys=True)
        with self._transaction() as connection:
            known = connection.execute("SELECT order_json FROM job WHERE job_id = ?", (order.job_id,)).fetchone()
            if known is not None:
                if _same_work(known["order_json"]) != _same_work(text):
                    raise OrderAltered(order.job_id)
                return False
            fence_key = f"fence/{order.register_id}"
            if order.fence < int(_fact(connection, fence_key) or 0):
                raise StaleFence(order.job_id)
            _set_fact(connection, fence_key, str(order.fence))
            connection.execute(
                "INSERT INTO job (job_id, register_id, order_json, state) VALUES (?, ?, ?, 'NEW')",
                (order.job_id, order.register_id, text),
            )
        return True

    def get_job(self, job_id: str) -> Job:
        """Raises KeyError."""
        with self._lock:
            row = self._connection.execute("SELECT * FROM job WHERE job_id = ?", (job_id,)).fetchone()
        if row is None:
            raise KeyError(job_id)
        return _job(row)

    def next_job(self, register_id: str) -> Job | None:
        """The earliest job not settled: what is unknown blocks the register for everything behind it."""
        query = "SELECT * FROM job WHERE register_id = ? AND state NOT IN ('DONE', 'FAILED') ORDER BY arrival LIMIT 1"
        with self._lock:
            row = self._connection.execute(query, (register_id,)).fetchone()
        return None if row is None else _job(row)

    def count_open_jobs(self) -> int:
        with self._lock:
            query = "SELECT count(*) FROM job WHERE state NOT IN ('DONE', 'FAILED')"
            return int(self._connection.execute(query).fetchone()[0])

    def begin_attempt(self, job: Job, *, baseline: Snapshot) -> None:
        """Before the first command of an attempt: from here on only the register knows. Raises AlreadySettled."""
        with self._transaction() as connection:
            _refuse_settled(connection, job)
            connection.execute(
                "UPDATE job SET state = 'SENT', attempt = attempt + 1, baseline = ?, is_closed = 0, refusal = '',"
                " waits_for = '', evidence = NULL WHERE job_id = ?",
                (json.dumps(baseline.as_json()), job.order.job_id),
            )

    def confirm_closed(self, job: Job) -> None:
        with self._transaction() as connection:
            connection.execute("UPDATE job SET is_closed = 1 WHERE job_id = ?", (job.order.job_id,))

    def note_refusal(self, job: Job, *, code: str) -> None:
        with self._transaction() as connection:
            _refuse_settled(connection, job)
            connection.execute(
                "UPDATE job SET state = 'UNKNOWN', refusal = ? WHERE job_id = ?", (code, job.order.job_id)
            )

    def hold(self, job: Job, *, code: str, evidence: Snapshot | None = None) -> None:
        """Not settled, and this is why. A job that was never begun stays new."""
        text = None if evidence is None else json.dumps(evidence.as_json())
        with self._transaction() as connection:
            _refuse_settled(connection, job)
            before = connection.execute(
                "SELECT state, waits_for FROM job WHERE job_id = ?", (job.order.job_id,)
            ).fetchone()
            state = "NEW" if before["state"] == "NEW" else "UNKNOWN"
            connection.execute(
                "UPDATE job SET state = ?, waits_for = ?, evidence = coalesce(?, evidence) WHERE job_id = ?",
                (state, code, text, job.order.job_id),
            )
            if (before["state"], before["waits_for"]) != (state, code):  # told once, not at every try
                event = {"job_id": job.order.job_id, "state": state, "waits_for": code}
                self._put(connection, "event", {"kind": "JOB_HELD", **event})

    def settle(self, job: Job, *, state: State, evidence: Snapshot | None, code: str = "") -> None:
        """The end of a job, and the message about it, in one write. Raises AlreadySettled."""
        with self._transaction() as connection:
            self._settle(connection, job, state=state, evidence=evidence, code=code)

    def rule(self, job_id: str, ruling: Ruling) -> bool:
        """Let a person's word end a job; False where it does not apply, and then the register's word goes on to count.

        WITHDRAWN ends what the register has not heard of, the answers end what only a person can judge.
        """
        with self._transaction() as connection:
            row = connection.execute("SELECT * FROM job WHERE job_id = ?", (job_id,)).fetchone()
            if row is None:
                return False
            job = _job(row)
            if ruling is Ruling.WITHDRAWN:
                applies, state, code = job.state is State.NEW, State.FAILED, "Withdrawn"
            else:
                applies = job.state is State.UNKNOWN and job.waits_for in PERSON_CODES
                state = State.DONE if ruling is Ruling.PRINTED else State.FAILED
                code = "" if state is State.DONE else "PersonSaidNotPrinted"
            if applies:
                self._settle(connection, job, state=state, evidence=job.evidence, code=code)
        return applies

    def _settle(
        self, connection: sqlite3.Connection, job: Job, *, state: State, evidence: Snapshot | None, code: str
    ) -> None:
        document_no = evidence.document_no if evidence is not None and state is State.DONE else None
        result = {
            "job_id": job.order.job_id,
            "state": state.value,
            "document_no": document_no,
            "register_serial_number": "" if evidence is None else evidence.serial_number,
            "register_clock": None if evidence is None else evidence.clock.isoformat(),
            "refusal": code,
        }
        text = None if evidence is None else json.dumps(evidence.as_json())
        _refuse_settled(connection, job)
        connection.execute(
            "UPDATE job SET state = ?, refusal = ?, waits_for = '', evidence = ? WHERE job_id = ?",
            (state.value, code, text, job.order.job_id),
        )
        self._put(connection, "result", result)

    # What the server must hear.

    def post(self, kind: str, body: dict[str, Any]) -> None:
        with self._transaction() as connection:
            self._put(connection, kind, body)

    def _put(self, connection: sqlite3.Connection, kind: str, body: dict[str, Any]) -> None:
        connection.execute(
            "INSERT INTO outbox (message_id, type, created_at, body) VALUES (?, ?, ?, ?)",
            (str(uuid.uuid4()), kind, self._now().isoformat(), json.dumps(body)),
        )

    def waiting(self, *, after: int, limit: int = 100) -> list[Outgoing]:
        query = "SELECT * FROM outbox WHERE is_acknowledged = 0 AND sequence > ? ORDER BY sequence LIMIT ?"
        with self._lock:
            rows = self._connection.execute(query, (after, limit)).fetchall()
        return [
            Outgoing(
                sequence=row["sequence"],
                message_id=row["message_id"],
                type=row["type"],
                created_at=row["created_at"],
                body=json.loads(row["body"]),
            )
            for row in rows
        ]

    def count_waiting(self) -> int:
        with self._lock:
            return int(self._connection.execute("SELECT count(*) FROM outbox WHERE is_acknowledged = 0").fetchone()[0])

    def acknowledge(self, *, up_to: int) -> None:
        with self._transaction() as connection:
            connection.execute("UPDATE outbox SET is_acknowledged = 1 WHERE sequence <= ?", (up_to,))

    # Single facts that must survive a restart.

    def fact(self, key: str) -> str | None:
        with self._lock:
            return _fact(self._connection, key)

    def set_fact(self, key: str, value: str) -> None:
        with self._transaction() as connection:
            _set_fact(connection, key, value)


def _refuse_settled(connection: sqlite3.Connection, job: Job) -> None:
    row = connection.execute("SELECT state FROM job WHERE job_id = ?", (job.order.job_id,)).fetchone()
    if row["state"] in SETTLED:
        raise AlreadySettled(job.order.job_id)


def _fact(connection: sqlite3.Connection, key: str) -> str | None:
    row = connection.execute("SELECT value FROM fact WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row["value"])


def _set_fact(connection: sqlite3.Connection, key: str, value: str) -> None:
    connection.execute(
        "INSERT INTO fact VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, value)
    )


def _same_work(order_json: str) -> dict[str, Any]:
    """A later lease may send the job again under its own fence; the work itself must not differ."""
    return {key: value for key, value in json.loads(order_json).items() if key != "fence"}


def _snapshot(text: str | None) -> Snapshot | None:
    return None if text is None else Snapshot.from_json(json.loads(text))


def _job(row: sqlite3.Row) -> Job:
    return Job(
        order=JobOrder.from_json(json.loads(row["order_json"])),
        state=State(row["state"]),
        attempt=row["attempt"],
        baseline=_snapshot(row["baseline"]),
        is_closed=bool(row["is_closed"]),
        refusal=row["refusal"],
        waits_for=row["waits_for"],
        evidence=_snapshot(row["evidence"]),
    )
