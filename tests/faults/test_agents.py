"""The real agent on a real socket of a real server: joining, printing, scanning, being cut off and coming back."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone
from rachun.apps.devices.models import Agent, DeviceJob
from rachun.apps.devices.services.agents import renew_agent_code, revoke_agent
from rachun.apps.devices.services.order_jobs import Line, Source, Work, order_job, withdraw_job
from tests.factories.metering import make_branch, make_legal_entity

from tests.faults.conftest import Place
from tests.faults.desk import Desk, desk_at, receipts
from tests.faults.processes import eventually, running_server

pytestmark = [pytest.mark.real]


@pytest.fixture(scope="module")
def server(place: Place) -> Iterator[str]:
    with running_server(place.environment) as (_process, address):
        yield address


@pytest.fixture
def desk(server: str, tmp_path: Path) -> Iterator[Desk]:
    with desk_at(tmp_path / "agent") as made:
        made.point_at(server)
        made.enrol(branch=make_branch(legal_entity=make_legal_entity()))
        yield made


def sell(desk: Desk, amount_minor: int) -> DeviceJob:
    line = Line(text="Voda", tax_letter="А", amount_minor=amount_minor)
    with transaction.atomic():
        return order_job(
            device=desk.device(),
            source=Source(kind="TEST", id=uuid4()),
            work=Work(kind="SALE", amount_minor=amount_minor, tender_minor=amount_minor, lines=(line,)),
            at=timezone.now(),
        )


def state_of(job: DeviceJob) -> tuple[str, str]:
    now = DeviceJob.objects.get(id=job.id)
    return now.state, now.code


def ends(job: DeviceJob, desk: Desk) -> tuple[str, str]:
    eventually(lambda: DeviceJob.objects.get(id=job.id).is_settled, told=desk.told)
    return state_of(job)


class TestAgent:
    def test_prints_what_it_is_told_once_and_tells_the_number(self, desk: Desk) -> None:
        desk.start()

        jobs = [sell(desk, 1250), sell(desk, 300)]

        assert [ends(job, desk) for job in jobs] == [("DONE", ""), ("DONE", "")]
        printed = {document.number: document.amount_minor for document in receipts(desk.register)}
        told = {job.document_no: job.amount_minor for job in DeviceJob.objects.filter(id__in=[j.id for j in jobs])}
        assert printed == told
        assert desk.device().serial_number == "DT123456"

    def test_waits_for_paper_in_words_and_goes_on_by_itself(self, desk: Desk) -> None:
        desk.start()
        desk.device()
        desk.register.has_paper = False

        job = sell(desk, 700)
        eventually(lambda: state_of(job) == ("HELD", "PaperOut"), told=desk.told)
        desk.register.has_paper = True

        assert ends(job, desk) == ("DONE", "")
        assert [document.amount_minor for document in receipts(desk.register)] == [700]

    def test_lets_go_of_what_was_withdrawn_before_it_printed(self, desk: Desk) -> None:
        desk.start()
        desk.device()
        desk.register.has_paper = False
        job = sell(desk, 700)
        eventually(lambda: state_of(job)[0] == "HELD", told=desk.told)

        with transaction.atomic():
            withdraw_job(job_id=job.id, at=timezone.now())

        assert ends(job, desk) == ("FAILED", "Withdrawn")
        desk.register.has_paper = True
        assert ends(sell(desk, 800), desk) == ("DONE", "")
        assert [document.amount_minor for document in receipts(desk.register)] == [800]

    def test_says_what_was_scanned(self, desk: Desk) -> None:
        desk.start()
        eventually(lambda: desk.device("reader").state == "READY", told=desk.told)  # its port is open by then

        desk.scanner.scan("00001000120000125034")

        eventually(lambda: desk.device("reader").latest_scan == "00001000120000125034", told=desk.told)

    def test_of_which_another_copy_runs_is_cut_off(self, desk: Desk, tmp_path: Path) -> None:
        first = desk.start()
        desk.device()
        epoch = Agent.objects.get(id=desk.agent_id).epoch

        desk.start()

        eventually(lambda: Agent.objects.get(id=desk.agent_id).epoch > epoch, told=desk.told)
        eventually(lambda: "Superseded" in first.told(), told=desk.told)

    def test_that_was_revoked_is_cut_off_and_not_taken_again(self, desk: Desk) -> None:
        running = desk.start()
        desk.device()

        with transaction.atomic():
            revoke_agent(agent_id=desk.agent_id, at=timezone.now())

        eventually(lambda: "Revoked" in running.told(), told=desk.told)
        with transaction.atomic(), pytest.raises(Exception, match="agent_revoked"):
            renew_agent_code(agent_id=desk.agent_id, at=timezone.now())

    def test_spends_its_code_once(self, desk: Desk, server: str, tmp_path: Path) -> None:
        with transaction.atomic():
            _agent, code = renew_agent_code(agent_id=desk.agent_id, at=timezone.now())
        with desk_at(tmp_path / "second") as second, desk_at(tmp_path / "third") as third:
            for one, expected in ((second, 0), (third, 1)):
                one.point_at(server)
                with one.program("enrol", "--code", code) as enrolling:
                    assert enrolling.wait() == expected, enrolling.told()

    def test_whose_folder_was_lost_prints_nothing_again(self, desk: Desk, server: str, tmp_path: Path) -> None:
        """It printed, and died before it could say so; the computer that takes its place knows nothing of it."""
        desk.start()
        desk.device()
        job = sell(desk, 900)
        eventually(lambda: receipts(desk.register), told=desk.told, every_s=0.005)
        desk.kill()
        DeviceJob.objects.filter(id=job.id).update(state="SENT", settled_at=None)  # as if the result had not come
        for left in desk.folder.glob("*"):
            left.unlink()
        desk.point_at(server)
        with transaction.atomic():
            _agent, code = renew_agent_code(agent_id=desk.agent_id, at=timezone.now())
        with desk.program("enrol", "--code", code) as enrolling:
            assert enrolling.wait() == 0, enrolling.told()
        desk.start()

        other = sell(desk, 111)

        assert ends(other, desk) == ("DONE", "")
        assert state_of(job) == ("UNKNOWN", "AgentReplaced")
        assert [document.amount_minor for document in receipts(desk.register)] == [900, 111]
