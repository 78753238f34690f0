"""Carries a job to its end on a register: once, whatever breaks on the way.

new → sent → done | failed, with unknown whenever something broke. Unknown ends when the register has told what it
did; nothing is ever printed again without its word that nothing was printed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import ClassVar

from rachun_agent.drivers.fiscal_register import FiscalRegister, Snapshot
from rachun_agent.errors import DeviceError, ForeignReceipt, WrongRegister, WrongSum
from rachun_agent.exactly_once.decide import Verdict, Way, decide
from rachun_agent.exactly_once.journal import AlreadySettled, Journal
from rachun_agent.exactly_once.model import Job, Kind, State

log = logging.getLogger(__name__)


class FiscalMachine:
    ATTEMPTS_MAX: ClassVar[int] = 5
    STEPS_MAX: ClassVar[int] = 12  # of one go; what is not settled then is taken up at the next

    def __init__(self, journal: Journal, register: FiscalRegister) -> None:
        self._journal, self._register = journal, register

    def settle(self, job_id: str) -> Job:
        """Bring a job as far as the register lets it. Safe to call any number of times, also after a crash."""
        try:
            self._settle(job_id)
        except AlreadySettled:
            log.warning("job %s was answered by a person", job_id)
        return self._journal.get_job(job_id)

    def _settle(self, job_id: str) -> None:
        try:
            self._work(job_id)
        except DeviceError as error:
            log.warning("job %s waits: %s", job_id, error)
            self._journal.hold(self._journal.get_job(job_id), code=error.code)

    def _work(self, job_id: str) -> None:
        for _ in range(self.STEPS_MAX):
            job = self._journal.get_job(job_id)
            if job.is_settled:
                return
            if job.baseline is None:
                self._attempt(job, self._baseline(job))
                continue
            now = self._register.snapshot()
            verdict = decide(job.order, before=job.baseline, now=now, is_closed=job.is_closed)
            if verdict.way is Way.ASK_PERSON:
                self._journal.hold(job, code=verdict.why, evidence=now)
                return
            self._go_on(job, verdict, now)

    def _baseline(self, job: Job) -> Snapshot:
        """The register's word before we touch it. Raises what speaks against touching it.

        The snapshot comes first because it synchronises: asked once only after each opening of the line, a register
        that was out of paper would repeat that old answer for ever.
        """
        before = self._register.snapshot()
        self._register.check_ready()
        if job.order.serial_number not in {"", before.serial_number}:
            raise WrongRegister(before.serial_number)
        if before.is_receipt_open or before.is_service_open:
            raise ForeignReceipt
        return before

    def _attempt(self, job: Job, before: Snapshot) -> None:
        self._journal.begin_attempt(job, baseline=before)
        try:
            self._do(job)
        except DeviceError as error:
            log.warning("job %s, attempt %d: %s", job.order.job_id, job.attempt + 1, error)
            if error.is_refusal:
                self._journal.note_refusal(job, code=error.code)
            else:
                self._journal.hold(job, code=error.code)
        else:
            self._journal.confirm_closed(job)

    def _do(self, job: Job) -> None:
        order, register = job.order, self._register
        actions: dict[Kind, Callable[[], None]] = {
            Kind.SALE: lambda: self._sell(job),
            Kind.CASH_IN: lambda: register.move_cash(order.amount_minor),
            Kind.CASH_OUT: lambda: register.move_cash(-order.amount_minor),
            Kind.X_REPORT: lambda: register.report(is_closing=False),
            Kind.Z_REPORT: lambda: register.report(is_closing=True),
            Kind.DUPLICATE: register.duplicate,
        }
        actions[order.kind]()

    def _sell(self, job: Job) -> None:
        order, register = job.order, self._register
        register.open_receipt()
        register.print_text(order.mark)
        for line in order.lines:
            register.sell(line)
        sold = register.transaction()  # a resent line may stand there twice: after payment it is too late
        if sold.amount_minor != order.amount_minor:
            raise WrongSum(f"{sold.amount_minor} instead of {order.amount_minor}")
        register.pay_cash(max(order.tender_minor, order.amount_minor))
        register.close_receipt()

    def _go_on(self, job: Job, verdict: Verdict, now: Snapshot) -> None:
        if verdict.way is Way.DONE:
            self._journal.settle(job, state=State.DONE, evidence=now)
        elif verdict.way is Way.REPEAT:
            self._again(job, now)
        elif verdict.way is Way.CANCEL:
            self._register.cancel_receipt()
        elif verdict.way is Way.PAY:
            self._register.pay_cash(verdict.rest_minor)
        else:
            self._register.close_receipt()

    def _again(self, job: Job, now: Snapshot) -> None:
        """Proved not done: once more, unless the register denied it or it was tried enough."""
        if job.refusal:
            self._journal.settle(job, state=State.FAILED, evidence=now, code=job.refusal)
        elif job.attempt >= self.ATTEMPTS_MAX:
            self._journal.settle(job, state=State.FAILED, evidence=now, code=job.waits_for or "TriedTooOften")
        else:
            self._attempt(job, self._baseline(job))
