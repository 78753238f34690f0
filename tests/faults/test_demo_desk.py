"""The computer of a demo cash desk, as `make run` starts it: it makes its desk, joins, and can be played with."""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from rachun.apps.devices.models import Device
from rachun.apps.payments.models import CashDesk
from tests.apps.identity.makers import make_branch, make_entity

from tests.faults.conftest import Place
from tests.faults.processes import REPOSITORY, eventually, running, running_server

pytestmark = [pytest.mark.real]

DEVICES = ("till", "reader")


class TestDemoDesk:
    def test_joins_by_itself_and_scans_what_is_written(self, place: Place, tmp_path: Path) -> None:
        make_branch(entity=make_entity(code="KOMUNALNO"))
        folder = tmp_path / "desk"
        parts = (place.environment["PYTHONPATH"], str(REPOSITORY / "device-agent"), str(REPOSITORY))
        environment = {**place.environment, "RACHUN_ROLE": "worker", "PYTHONPATH": os.pathsep.join(parts)}
        with running_server(place.environment) as (_server, address):
            command = [sys.executable, "-m", "infra.local.desk", "KOMUNALNO", str(folder), str(urlsplit(address).port)]
            with running(command, environment=environment) as computer:
                eventually(lambda: Device.objects.filter(state="READY").count() == len(DEVICES), told=computer.told)
                (folder / "scans").write_text("100012\n", encoding="utf-8")
                eventually(lambda: Device.objects.filter(latest_scan="100012").exists(), told=computer.told)

        desk = CashDesk.objects.select_related("register", "scanner").get(code="K1")
        assert tuple(device.key for device in (desk.register, desk.scanner) if device) == DEVICES
