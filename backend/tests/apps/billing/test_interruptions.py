"""Killed anywhere and started again, a run gives the same bills; two at once give one."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from rachun.apps.base.job_runner import run_claimed_job
from rachun.apps.base.models import Job
from rachun.apps.billing.models import Bill, BillRun
from rachun.apps.billing.selectors.visible_bills import list_bills
from rachun.apps.billing.services import issue_run as issuing
from rachun.apps.billing.services import run_calculation as calculating
from rachun.apps.billing.services.approve_run import approve_run
from rachun.apps.billing.services.start_calculation import start_calculation
from rachun.apps.billing.services.start_issue import start_issue
from rachun.apps.identity.scope import Scope
from rachun.apps.payments.services.record_receipt import ReceiptFacts, record_receipt
from rachun.apps.receivables.models import Allocation
from tests.factories.billing import (
    NOW,
    Town,
    bill_month,
    bills_of,
    calculate,
    issue,
    make_run,
    make_town,
    run_job,
    take_waste,
)

pytestmark = pytest.mark.usefixtures("fresh_database")
ACCOUNTS = 7
REPOSITORY = Path(__file__).resolve().parents[4]
WORKER = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "rachun.config.settings"
import django
django.setup()
from uuid import UUID
from rachun.apps.base.job_runner import run_claimed_job
print("ready", flush=True)
run_claimed_job(job_id=UUID(sys.argv[1]))
"""


def populated_town() -> Town:
    town = make_town()
    for number in range(ACCOUNTS):
        take_waste(town=town, members=str(number + 1))
    return town


def plain(bills: list[Any]) -> list[Any]:
    """Without what another town's counters make different: account numbers."""
    return [(number.split("/")[0], gross, opening, lines) for number, _account, gross, opening, lines in bills]


class Killed(Exception):
    """Stands for the power cut."""


def dies_at(step: Callable[..., Any], *, call: int) -> Callable[..., Any]:
    calls = 0

    def maybe_dying(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        result = step(*args, **kwargs)
        if calls == call:
            raise Killed
        return result

    return maybe_dying


def release(job: Job) -> None:
    """What the lease's end and the sweeper do: the job waits for the next worker."""
    Job.objects.filter(id=job.id).update(state=Job.State.PENDING, lease_until=None)


class TestInterruptedRun:
    @pytest.mark.parametrize("call", [1, 2, 4])
    def test_calculation_goes_on_at_its_chunk(self, monkeypatch: pytest.MonkeyPatch, call: int) -> None:
        town = populated_town()
        run = make_run(town=town)
        job = start_calculation(run_id=run.id, known_until=NOW, chunk_size=2)
        with monkeypatch.context() as patch:
            patch.setattr(calculating, "calculate_chunk", dies_at(calculating.calculate_chunk, call=call))
            with pytest.raises(Killed):
                run_claimed_job(job_id=job.id, is_inline=True)
        release(job)

        run_job(job)
        approve_run(run_id=run.id, approved_by=None, approved_at=NOW)
        issue(run)

        assert plain(bills_of(run)) == plain(bills_of(bill_month(town=populated_town())))

    @pytest.mark.parametrize("step", ["issue_chunk", "attach_run", "settle", "finish_issue"])
    def test_issuing_goes_on_where_it_was(self, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
        town = populated_town()
        run = calculate(make_run(town=town), chunk_size=2)
        approve_run(run_id=run.id, approved_by=None, approved_at=NOW)
        job = start_issue(run_id=run.id)
        with monkeypatch.context() as patch:
            patch.setattr(issuing, step, dies_at(getattr(issuing, step), call=2 if step == "issue_chunk" else 1))
            with pytest.raises(Killed):
                run_claimed_job(job_id=job.id, is_inline=True)
        assert not list_bills(scope=Scope.everything()).exists()
        release(job)

        run_job(job)

        run.refresh_from_db()
        assert run.state == BillRun.State.ISSUED
        assert list_bills(scope=Scope.everything()).count() == ACCOUNTS
        assert plain(bills_of(run)) == plain(bills_of(bill_month(town=populated_town())))

    def test_is_issued_once_by_two_workers(self) -> None:
        town = populated_town()
        run = calculate(make_run(town=town), chunk_size=2)
        approve_run(run_id=run.id, approved_by=None, approved_at=NOW)
        job = start_issue(run_id=run.id)
        failures: list[BaseException] = []

        def work() -> None:
            try:
                run_claimed_job(job_id=job.id, is_inline=True)
            except BaseException as error:  # noqa: BLE001 -- told to the test's own thread
                failures.append(error)
            finally:
                connection.close()

        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

        assert failures == []
        assert Bill.objects.filter(run_id=run.id).count() == ACCOUNTS
        assert len({number for number, *_ in bills_of(run)}) == ACCOUNTS

    @pytest.mark.parametrize("step", ["attach_run", "settle"])
    def test_a_receipt_meanwhile_is_neither_lost_nor_used_twice(
        self, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        town = make_town()
        account = take_waste(town=town, members="2")
        run = calculate(make_run(town=town))
        approve_run(run_id=run.id, approved_by=None, approved_at=NOW)
        real = getattr(issuing, step)

        def with_receipt(*args: Any, **kwargs: Any) -> Any:
            connection.commit() if not connection.in_atomic_block else None
            pay_beside(town=town, account_number=account.number)
            return real(*args, **kwargs)

        with monkeypatch.context() as patch:
            patch.setattr(issuing, step, with_receipt)
            issue(run)

        assert sum(Allocation.objects.values_list("amount_minor", flat=True)) == 585


def pay_beside(*, town: Town, account_number: str) -> None:
    """A receipt on another connection, while this one works."""

    def pay() -> None:
        facts = ReceiptFacts(
            legal_entity_id=town.entity.id,
            account_number=account_number,
            amount_minor=1000,
            currency="BAM",
            value_date=NOW.date(),
            channel="CASH",
            external_key="till 1 receipt 1",
        )
        record_receipt(facts=facts, recorded_by=None, recorded_at=NOW)
        connection.close()

    other = threading.Thread(target=pay)
    other.start()
    other.join()


@pytest.mark.real
class TestKilledWorker:
    @pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
    def test_leaves_a_run_that_ends_the_same(self, seed: int, process_environment: dict[str, str]) -> None:
        town = populated_town()
        run = calculate(make_run(town=town), chunk_size=1)
        approve_run(run_id=run.id, approved_by=None, approved_at=NOW)
        job = start_issue(run_id=run.id)

        kill_a_worker(job=job, after_s=random.Random(seed).uniform(0.0, 0.5), environment=process_environment)
        run.refresh_from_db()
        if run.state != BillRun.State.ISSUED:
            release(job)
            run_job(job)

        run.refresh_from_db()
        assert run.state == BillRun.State.ISSUED
        assert plain(bills_of(run)) == plain(bills_of(bill_month(town=populated_town())))


def kill_a_worker(*, job: Job, after_s: float, environment: dict[str, str]) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(job.id)],
        env={**environment, "RACHUN_ROLE": "worker"},
        cwd=REPOSITORY / "backend",
        stdout=subprocess.PIPE,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == b"ready\n"
    time.sleep(after_s)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    wait_for_backends_to_leave()


def wait_for_backends_to_leave() -> None:
    """The server notices a dead client when it next writes to it."""
    with connection.cursor() as cursor:
        for _ in range(100):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
                "AND application_name = 'rachun-worker'"
            )
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.05)
