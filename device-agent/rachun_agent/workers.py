"""One thread a device: the register works its jobs off in order, the scanner posts what it reads."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from rachun_agent.drivers.fiscal_register import FiscalRegister
from rachun_agent.drivers.scanner.driver import SerialScanner
from rachun_agent.errors import DeviceError
from rachun_agent.exactly_once.journal import Journal
from rachun_agent.exactly_once.machine import FiscalMachine
from rachun_agent.transport.channel import Channel

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceState:
    device_id: str
    kind: str  # REGISTER, SCANNER
    state: str  # OPENING, READY, BUSY, WAITING
    code: str = ""

    def as_json(self) -> dict[str, str]:
        return {"device_id": self.device_id, "kind": self.kind, "state": self.state, "code": self.code}


class Worker(threading.Thread, ABC):
    """Opens its line, works, and after an error opens it again, a little later each time."""

    KIND: ClassVar[str]
    PAUSE_MAX_S: ClassVar[float] = 10.0
    PAUSE_S: ClassVar[float] = 0.5

    def __init__(self, device_id: str, open_channel: Callable[[], Channel]) -> None:
        super().__init__(name=device_id, daemon=True)
        self.device_id, self._open_channel = device_id, open_channel
        self._is_stopped = threading.Event()
        self.state = DeviceState(device_id=device_id, kind=self.KIND, state="OPENING")

    def stop(self) -> None:
        """Returns when the line is free; a command under way is answered or timed out first."""
        self._is_stopped.set()
        self.join()

    def run(self) -> None:
        pause_s = self.PAUSE_S
        while not self._is_stopped.is_set():
            try:
                channel = self._open_channel()
                try:
                    self._tell("READY")
                    pause_s = self.PAUSE_S
                    self._serve(channel)
                finally:
                    channel.close()
            except DeviceError as error:
                self._tell("WAITING", error.code)
                log.warning("%s: %s", self.device_id, error)
            self._is_stopped.wait(pause_s)
            pause_s = min(pause_s * 2, self.PAUSE_MAX_S)

    def _tell(self, state: str, code: str = "") -> None:
        self.state = DeviceState(device_id=self.device_id, kind=self.KIND, state=state, code=code)

    @abstractmethod
    def _serve(self, channel: Channel) -> None:
        """Work on the open line until stopped."""


class RegisterWorker(Worker):
    KIND = "REGISTER"
    LOOK_EVERY_S: ClassVar[float] = 0.2
    WAIT_S: ClassVar[float] = 2.0  # for a person, or for the register to come back

    def __init__(
        self,
        device_id: str,
        open_channel: Callable[[], Channel],
        *,
        journal: Journal,
        driver: Callable[[Channel], FiscalRegister],
    ) -> None:
        super().__init__(device_id, open_channel)
        self._journal, self._driver = journal, driver

    def _serve(self, channel: Channel) -> None:
        """Until stopped, or until a job waits: then the line is opened anew, for it may be the line."""
        machine = FiscalMachine(self._journal, self._driver(channel))
        while not self._is_stopped.is_set():
            job = self._journal.next_job(self.device_id)
            if job is None:
                self._is_stopped.wait(self.LOOK_EVERY_S)
                continue
            self._tell("BUSY")
            job = machine.settle(job.order.job_id)
            if not job.is_settled:
                self._tell("WAITING", job.waits_for)
                self._is_stopped.wait(self.WAIT_S)
                return
            self._tell("READY")


class ScannerWorker(Worker):
    KIND = "SCANNER"
    LISTEN_S: ClassVar[float] = 0.5

    def __init__(self, device_id: str, open_channel: Callable[[], Channel], *, journal: Journal) -> None:
        super().__init__(device_id, open_channel)
        self._journal = journal

    def _serve(self, channel: Channel) -> None:
        scanner = SerialScanner(channel)
        while not self._is_stopped.is_set():
            for scan in scanner.read(timeout_s=self.LISTEN_S):
                self._journal.post("event", {"kind": "SCANNED", "device_id": self.device_id, "text": scan.text})
