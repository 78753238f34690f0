"""PostgreSQL or Valkey dies in the middle of a month: the work ends by itself, and nobody sees it in the documents."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.management import call_command
from rachun.apps.base.jobs import ring
from rachun.apps.base.models import Job
from rachun.apps.billing.models import BillRun
from rachun.apps.billing.services.approve_run import approve_run
from rachun.apps.billing.services.start_calculation import start_calculation
from rachun.apps.billing.services.start_issue import start_issue
from rachun.apps.usage.models import UsageSource
from tests.apps.identity.makers import PASSWORD, make_operator
from tests.factories.billing import NOW, make_run, make_town

from tests.faults.calls import assert_loaded_once, make_phones, start_load
from tests.faults.client import Answer, Client, signed_in
from tests.faults.conftest import Place, own_place
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
from tests.faults.own_server import OwnServers
from tests.faults.processes import eventually, running_server, running_worker

pytestmark = [pytest.mark.real]
SEEDS, SEEDS_LONG = range(1, 3), range(3, 11)
LOAD_S = 1.0
BILLS = "/api/v1/bills"


@pytest.fixture(scope="module")
def own_servers(servers: Any, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServers]:
    folder = tmp_path_factory.mktemp("own")
    made = OwnServers(servers, folder=folder)
    yield made
    made.cluster.destroy()


@pytest.fixture(scope="module")
def place(own_servers: OwnServers, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder: Path = tmp_path_factory.mktemp("faults")
    with own_place(servers=own_servers, blocker=django_db_blocker, folder=folder) as made:
        yield made


@pytest.fixture(scope="module")
def phones(place: Place) -> UsageSource:
    return make_phones()


@dataclass(slots=True, kw_only=True)
class Reader:
    """Somebody at a screen, who asks for a list again and again."""

    client: Client
    answers: list[Answer] = field(default_factory=list)

    @contextmanager
    def reading(self) -> Iterator[None]:
        over = threading.Event()

        def read() -> None:
            while not over.is_set():
                self.answers.append(self.client.get(BILLS))
                time.sleep(0.02)

        thread = threading.Thread(target=read)
        thread.start()
        yield
        over.set()
        thread.join()

    def await_answer(self, status: HTTPStatus) -> None:
        seen = len(self.answers)
        eventually(lambda: any(answer.status == status for answer in self.answers[seen:]))


@pytest.fixture(scope="module")
def reader(place: Place) -> Iterator[Reader]:
    make_operator(entity=make_town().entity, login="reader-1")
    with running_server(place.environment) as (_process, address):
        yield Reader(client=signed_in(address, login="reader-1", password=PASSWORD))


def bill_with(fault: Callable[[Job], None], *, seed: int, crew: Crew) -> BillRun:
    """A month in which the fault happens once in the calculation and once while bills are issued."""
    share = random.Random(seed).uniform(0.05, 0.6)
    run = make_run(town=populated_town())
    calculation = start_calculation(run_id=run.id, known_until=NOW, chunk_size=CHUNK)
    strike(calculation, fault=fault, share=share, crew=crew)
    approve_run(run_id=run.id, approved_by=None, approved_at=NOW)
    strike(start_issue(run_id=run.id), fault=fault, share=share, crew=crew)
    leave_unprinted()
    run.refresh_from_db()
    return run


def strike(job: Job, *, fault: Callable[[Job], None], share: float, crew: Crew) -> None:
    eventually(lambda: is_past(job, share=share), every_s=0.002, told=crew.told)
    fault(job)
    lapse(job)
    await_end(job, told=crew.told)


class TestKilledPostgres:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_leaves_the_bills_of_an_undisturbed_run(
        self, own_servers: OwnServers, undisturbed: list[Any], crew: Crew, seed: int
    ) -> None:
        run = bill_with(cutting(own_servers), seed=seed, crew=crew)

        assert_as_undisturbed(run=run, undisturbed=undisturbed)

    @pytest.mark.long
    @pytest.mark.parametrize("seed", SEEDS_LONG)
    def test_leaves_the_same_at_many_more_moments(
        self, own_servers: OwnServers, undisturbed: list[Any], crew: Crew, seed: int
    ) -> None:
        run = bill_with(cutting(own_servers), seed=seed, crew=crew)

        assert_as_undisturbed(run=run, undisturbed=undisturbed)

    @pytest.mark.parametrize("seed", SEEDS)
    def test_leaves_every_call_once(self, own_servers: OwnServers, phones: UsageSource, crew: Crew, seed: int) -> None:
        job = start_load(source=phones, seed=seed)
        eventually(lambda: current(job).state == Job.State.RUNNING, every_s=0.002, told=crew.told)
        time.sleep(random.Random(seed).uniform(0.0, LOAD_S))

        with own_servers.power_cut():
            pass
        lapse(job)

        await_end(job, told=crew.told)
        assert_loaded_once(source=phones, seed=seed)

    def test_is_told_as_unavailable_and_never_as_a_fault_of_ours(self, own_servers: OwnServers, reader: Reader) -> None:
        with reader.reading():
            reader.await_answer(HTTPStatus.OK)
            with own_servers.power_cut():
                reader.await_answer(HTTPStatus.SERVICE_UNAVAILABLE)
            reader.await_answer(HTTPStatus.OK)

        refused = [answer for answer in reader.answers if answer.status != HTTPStatus.OK]
        assert {answer.status for answer in refused} == {HTTPStatus.SERVICE_UNAVAILABLE}
        assert {answer.json()["code"] for answer in refused} == {"unavailable"}
        assert {answer.headers["Content-Type"] for answer in refused} == {"application/problem+json"}
        assert {answer.headers["Retry-After"] for answer in refused} == {"2"}


def cutting(servers: OwnServers) -> Callable[[Job], None]:
    def cut(job: Job) -> None:
        with servers.power_cut():
            pass
        assert current(job).state == Job.State.RUNNING, "the cut came too late to prove anything"

    return cut


class TestLostValkey:
    @pytest.mark.parametrize("kind", ["emptied", "killed"])
    def test_leaves_the_bills_of_an_undisturbed_run(
        self, place: Place, undisturbed: list[Any], crew: Crew, kind: str
    ) -> None:
        run = bill_with(lambda _job: lose_valkey(place, kind), seed=3, crew=crew)

        assert_as_undisturbed(run=run, undisturbed=undisturbed)


def lose_valkey(place: Place, kind: str) -> None:
    if kind == "emptied":
        redis.Redis.from_url(place.valkey.url).flushall()
        return
    place.valkey.kill()
    place.valkey.start()


class TestTwoWorkersOnOneJob:
    def test_leave_the_bills_of_one(self, place: Place, undisturbed: list[Any], crew: Crew) -> None:
        """Both hear of it again and again; the lease lets one in, also when it has just run out under the first."""
        with running_worker(place.environment):
            run = bill_with(ring_and_lapse, seed=4, crew=crew)

        assert_as_undisturbed(run=run, undisturbed=undisturbed)


def ring_and_lapse(job: Job) -> None:
    for _ in range(10):
        ring(job_id=job.id)
        lapse(job)
        time.sleep(0.02)


class TestBooks:
    def test_hold_after_all_of_it(self, undisturbed: list[Any]) -> None:
        call_command("check_invariants", stdout=StringIO())
