"""What a real line does to a simulated register: busy signals, lost frames, silence; at real speed."""

from __future__ import annotations

import time
from collections.abc import Mapping

from rachun_agent.protocol.datecs_frame import NAK, SYN
from rachun_agent.simulators.datecs_register import SimulatedRegister
from rachun_agent.simulators.pty_port import PtyPort
from rachun_agent.simulators.wire import Fault

SYN_EVERY_S = 0.06


class ScriptedLine:
    """Frame → fault. What cannot happen to a line (the agent's death) is the test's own business."""

    def __init__(
        self, register: SimulatedRegister, plan: Mapping[int, Fault], *, busy_s: float = 0.3, answer_s: float = 0
    ) -> None:
        self.register, self.plan, self.busy_s, self.answer_s = register, plan, busy_s, answer_s
        self.frames = 0
        self.port = PtyPort(self._receive)

    def _receive(self, data: bytes) -> bytes:
        self.frames += 1
        time.sleep(self.answer_s)
        fault = self.plan.get(self.frames)
        if fault is Fault.NAK:
            return bytes((NAK,))
        if fault in {Fault.LOST_REQUEST, Fault.SILENT}:
            return b""
        if fault is Fault.POWER_BEFORE:
            self.register.power_cycle()
            return b""
        if fault is Fault.PAPER_BEFORE:
            self.register.has_paper = False
        reply = self.register.receive(data)
        if fault is Fault.BUSY:
            self._be_busy()
        if fault is Fault.POWER_AFTER:
            self.register.power_cycle()
        return b"" if fault in {Fault.LOST_REPLY, Fault.POWER_AFTER} else reply

    def _be_busy(self) -> None:
        until = time.monotonic() + self.busy_s
        while time.monotonic() < until:
            self.port.say(bytes((SYN,)))
            time.sleep(SYN_EVERY_S)
