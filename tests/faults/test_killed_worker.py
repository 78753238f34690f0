"""kill -9 of a worker in the middle of its work: the sweeper rings again, another worker ends it, nothing twice."""

import random
import time
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import call_command
from rachun.apps.base.jobs import LEASE_S
from rachun.apps.base.models import Job
from rachun.apps.billing.models import BillRun
from rachun.apps.billing.services.approve_run import approve_run
from rachun.apps.billing.services.start_calculation import start_calculation
from rachun.apps.billing.services.start_issue import start_issue
from rachun.apps.usage.models import UsageSource
from tests.factories.billing import NOW, make_run

from tests.faults.calls import assert_loaded_once, make_phones, start_load
from tests.faults.conftest import Place
from tests.faults.months import (
    CHUNK,
    Crew,
    assert_as_undisturbed,
    await_end,
    current,
    is_past,
    lapse,
    leave_unprinted,
    populated_town,
)
from tests.faults.processes import eventually

pytestmark = [pytest.mark.real]
SEEDS, SEEDS_LONG = range(1, 6), range(6, 51)
LOAD_S = 1.0  # a load takes a little longer than that


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    step: str
    done_share: float


def kill_of(seed: int) -> Kill:
    chosen = random.Random(seed)
    return Kill(step=chosen.choice(["calculate", "issue"]), done_share=chosen.uniform(0.05, 0.75))


def end(job: Job, *, crew: Crew, kill: Kill | None) -> None:
    """Wait for the job, killing its worker once on the way if told so."""
    if kill is not None:
        eventually(lambda: is_past(job, share=kill.done_share), every_s=0.002, told=crew.told)
        crew.worker.kill()
        assert current(job).state == Job.State.RUNNING, "the kill came too late to prove anything"
        lapse(job)
        crew.replace_killed()
    await_end(job, told=crew.told)


def bill_with_a_kill(*, seed: int, crew: Crew) -> BillRun:
    kill, town = kill_of(seed), populated_town()
    run = make_run(town=town)
    calculation = start_calculation(run_id=run.id, known_until=NOW, chunk_size=CHUNK)
    end(calculation, crew=crew, kill=kill if kill.step == "calculate" else None)
    approve_run(run_id=run.id, approved_by=None, approved_at=NOW)
    end(start_issue(run_id=run.id), crew=crew, kill=kill if kill.step == "issue" else None)
    leave_unprinted()
    run.refresh_from_db()
    return run


class TestKilledWorkerOfABillRun:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_leaves_the_bills_of_an_undisturbed_run(self, undisturbed: list[Any], crew: Crew, seed: int) -> None:
        run = bill_with_a_kill(seed=seed, crew=crew)

        assert_as_undisturbed(run=run, undisturbed=undisturbed)

    @pytest.mark.long
    @pytest.mark.parametrize("seed", SEEDS_LONG)
    def test_leaves_the_same_at_many_more_moments(self, undisturbed: list[Any], crew: Crew, seed: int) -> None:
        run = bill_with_a_kill(seed=seed, crew=crew)

        assert_as_undisturbed(run=run, undisturbed=undisturbed)

    @pytest.mark.long
    def test_is_replaced_after_the_real_time_of_its_lease(
        self, undisturbed: list[Any], crew: Crew, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(f"{__name__}.lapse", lambda _job: None)
        monkeypatch.setattr(f"{__name__}.eventually", with_patience(LEASE_S * 3))

        run = bill_with_a_kill(seed=1, crew=crew)

        assert_as_undisturbed(run=run, undisturbed=undisturbed)

    def test_leaves_books_in_which_everything_holds(self, undisturbed: list[Any]) -> None:
        call_command("check_invariants")


def with_patience(within_s: float) -> Any:
    return lambda look, **options: eventually(look, **{**options, "within_s": within_s})


class TestKilledWorkerOfAUsageLoad:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_leaves_every_call_once(self, crew: Crew, phones: UsageSource, seed: int) -> None:
        job = start_load(source=phones, seed=seed)
        eventually(lambda: current(job).state == Job.State.RUNNING, every_s=0.002, told=crew.told)
        time.sleep(random.Random(seed).uniform(0.0, LOAD_S))

        crew.worker.kill()
        lapse(job)
        crew.replace_killed()

        end(job, crew=crew, kill=None)
        assert_loaded_once(source=phones, seed=seed)


@pytest.fixture(scope="module")
def phones(place: Place) -> UsageSource:
    return make_phones()
