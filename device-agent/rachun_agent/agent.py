"""Everything of one agent put together: its devices, its journal, its session, its page."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Any

from rachun_agent import VERSION
from rachun_agent.drivers.datecs.driver import DatecsRegister
from rachun_agent.drivers.fiscal_register import FiscalRegister
from rachun_agent.exactly_once.journal import Journal
from rachun_agent.health import HealthPage
from rachun_agent.protocol.datecs_profile import load_profile
from rachun_agent.session.clock import Clock, WallClock
from rachun_agent.session.identity import load_or_make_key
from rachun_agent.session.inbox import Inbox
from rachun_agent.session.link import Identity, Session
from rachun_agent.settings import DeviceSettings, Settings
from rachun_agent.transport.channel import Channel
from rachun_agent.transport.serial_port import SerialChannel
from rachun_agent.workers import RegisterWorker, ScannerWorker, Worker

log = logging.getLogger(__name__)
AGENT_ID = "agent_id"


class NotEnrolled(Exception):
    """Run `rachun-agent enrol` with the code from the administrator first."""


class Agent:
    def __init__(self, settings: Settings, *, clock: Clock | None = None) -> None:
        """Raises NotEnrolled, KeyExposed."""
        clock = clock or WallClock()
        self.journal = Journal(settings.journal, now=clock.now)
        agent_id = self.journal.fact(AGENT_ID)
        if agent_id is None:
            raise NotEnrolled
        self.workers = [worker_for(device, self.journal) for device in settings.devices]
        registers = frozenset(device.device_id for device in settings.devices if device.kind == "register")
        self.session = Session(
            settings.server,
            Identity(agent_id=agent_id, key=load_or_make_key(settings.key)),
            self.journal,
            Inbox(journal=self.journal, registers=registers),
            clock=clock,
            devices=lambda: [worker.state.as_json() for worker in self.workers],
        )
        self.page = HealthPage(self.report, port=settings.health_port)

    def report(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "is_connected": self.session.is_connected,
            "refused_with": self.session.refused_with,
            "open_jobs": self.journal.count_open_jobs(),
            "waiting_messages": self.journal.count_waiting(),
            "devices": [worker.state.as_json() for worker in self.workers],
        }

    async def run(self) -> None:
        """Until cancelled; then every device is left between two commands."""
        for worker in self.workers:
            worker.start()
        self.page.start()
        try:
            await self.session.run()
        finally:
            await asyncio.to_thread(self._stop)

    def _stop(self) -> None:
        self.page.stop()
        for worker in self.workers:
            worker.stop()
        self.journal.close()


def worker_for(device: DeviceSettings, journal: Journal) -> Worker:
    open_channel = partial(SerialChannel, device.port, baud_rate=device.baud_rate)
    if device.kind == "scanner":
        return ScannerWorker(device.device_id, open_channel, journal=journal)

    def driver(channel: Channel) -> FiscalRegister:
        return DatecsRegister(channel, load_profile(device.profile), operator=device.operator)

    return RegisterWorker(device.device_id, open_channel, journal=journal, driver=driver)
