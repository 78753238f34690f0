"""What a cashier is told of a job whose turn at the register has not come."""

from uuid import uuid4

import pytest
from django.utils import timezone
from rachun.apps.devices.models import Agent, Device, DeviceJob
from rachun.apps.devices.selectors import code_of_job
from tests.factories.billing import Town, make_town

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return make_town()


def make_register(town: Town, *, key: str = "till") -> Device:
    agent = Agent.objects.create(legal_entity=town.entity, branch=town.branch, name="Desk 1", created_at=timezone.now())
    return Device.objects.create(
        agent=agent, legal_entity=town.entity, branch=town.branch, key=key, kind=Device.Kind.REGISTER
    )


def make_job(register: Device, *, state: str, code: str = "") -> DeviceJob:
    return DeviceJob.objects.create(
        agent=register.agent,
        device=register,
        legal_entity=register.legal_entity,
        branch=register.branch,
        kind=DeviceJob.Kind.SALE,
        source_kind="CASH_PAYMENT",
        source_id=uuid4(),
        created_at=timezone.now(),
        state=state,
        code=code,
    )


def test_a_job_behind_one_that_waits_tells_of_that_one(town: Town) -> None:
    register = make_register(town)
    make_job(register, state="HELD", code="PaperOut")

    behind = make_job(register, state="SENT")

    assert code_of_job(behind) == "PaperOut"


def test_what_has_ended_or_waits_at_another_register_holds_nobody_up(town: Town) -> None:
    register, other = make_register(town), make_register(town, key="other")
    make_job(register, state="FAILED", code="TriedTooOften")
    make_job(other, state="HELD", code="PaperOut")

    assert code_of_job(make_job(register, state="PREPARED")) == ""


def test_a_job_with_a_code_of_its_own_tells_that(town: Town) -> None:
    register = make_register(town)
    make_job(register, state="HELD", code="PaperOut")

    assert code_of_job(make_job(register, state="UNKNOWN", code="NoReply")) == "NoReply"
