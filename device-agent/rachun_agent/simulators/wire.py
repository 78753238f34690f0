"""A line between a driver and a simulated register, in memory, on which a plan of faults happens.

Time does not pass: a wait that finds nothing moves the clock to its end. A thousand broken receipts take seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from rachun_agent.errors import PortGone
from rachun_agent.protocol.datecs_frame import SYN
from rachun_agent.simulators.datecs_register import SimulatedRegister


class Fault(StrEnum):
    LOST_REQUEST = "LOST_REQUEST"
    LOST_REPLY = "LOST_REPLY"
    LATE_REPLY = "LATE_REPLY"  # arrives in front of the next one
    NAK = "NAK"  # the request arrived broken
    GARBLED_REPLY = "GARBLED_REPLY"
    BUSY = "BUSY"  # SYN for a while
    SILENT = "SILENT"  # the cable is out for longer than we resend
    POWER_BEFORE = "POWER_BEFORE"  # the register loses power with the request
    POWER_AFTER = "POWER_AFTER"  # … with the effect and without the reply
    PAPER_BEFORE = "PAPER_BEFORE"
    PAPER_AFTER = "PAPER_AFTER"  # the effect is there, and the paper ended in it
    PORT_GONE = "PORT_GONE"
    KILL_BEFORE = "KILL_BEFORE"  # the agent dies
    KILL_AFTER = "KILL_AFTER"
    KILL_COLLIDE = "KILL_COLLIDE"  # … and comes back with the sequence number that the register saw last


KILLS = frozenset({Fault.KILL_BEFORE, Fault.KILL_AFTER, Fault.KILL_COLLIDE})
SILENT_FRAMES = 5
LATE_SYNS = 3


class AgentKilled(BaseException):
    """Not an Exception: nothing in the agent may catch its own death."""


class FaultyWire:
    """Every frame that the agent sends is one step; `plan` says at which step what breaks."""

    def __init__(self, register: SimulatedRegister, plan: Mapping[int, Fault]) -> None:
        self.register, self.plan = register, plan
        self.step = 0
        self.writes: set[int] = set()  # the steps that were writes of the journal
        self.is_colliding = False
        self._arriving: list[bytes] = []
        self._late = b""
        self._silent_frames = 0
        self._now_s = 0.0

    def next_fault(self) -> Fault | None:
        self.step += 1
        return self.plan.get(self.step)

    def write(self, data: bytes) -> None:
        fault = self.next_fault()
        self._die_of(fault, at=Fault.KILL_BEFORE)
        if fault is Fault.PORT_GONE:
            raise PortGone("pulled")
        self._breaks_before(fault)
        is_lost = fault in {Fault.LOST_REQUEST, Fault.SILENT, Fault.POWER_BEFORE} or self._is_silent()
        if fault is Fault.NAK:
            data = data[:-2] + bytes((data[-2] ^ 1,)) + data[-1:]
        reply = b"" if is_lost else self.register.receive(data)
        if fault in {Fault.KILL_AFTER, Fault.KILL_COLLIDE}:
            self.is_colliding = fault is Fault.KILL_COLLIDE
            raise AgentKilled
        self._arrive(self._breaks_after(fault, reply))

    def _die_of(self, fault: Fault | None, *, at: Fault) -> None:
        if fault is at:
            raise AgentKilled

    def _is_silent(self) -> bool:
        self._silent_frames -= 1
        return self._silent_frames >= 0

    def _breaks_before(self, fault: Fault | None) -> None:
        if fault is Fault.SILENT:
            self._silent_frames = SILENT_FRAMES
        elif fault is Fault.POWER_BEFORE:
            self.register.power_cycle()
        elif fault is Fault.PAPER_BEFORE:
            self.register.has_paper = False

    def _breaks_after(self, fault: Fault | None, reply: bytes) -> bytes:
        if fault is Fault.PAPER_AFTER:
            return self.register.run_out_of_paper(reply)
        if fault is Fault.POWER_AFTER:
            self.register.power_cycle()
        if fault in {Fault.LOST_REPLY, Fault.POWER_AFTER}:
            return b""
        if fault is Fault.LATE_REPLY:
            self._late = reply
            return b""
        if fault is Fault.GARBLED_REPLY and len(reply) > 1:
            return bytes((*reply[:3], reply[3] ^ 1, *reply[4:]))
        return bytes((SYN,)) * LATE_SYNS + reply if fault is Fault.BUSY else reply

    def _arrive(self, reply: bytes) -> None:
        if self._late and reply:
            self._arriving.append(self._late)
            self._late = b""
        if reply:
            self._arriving.append(reply)

    def read(self, *, timeout_s: float) -> bytes:
        if self._arriving:
            return self._arriving.pop(0)
        self._now_s += timeout_s
        return b""

    def unplug(self) -> None:
        """What was on the line when the agent died."""
        self._arriving.clear()

    def monotonic_s(self) -> float:
        return self._now_s

    def close(self) -> None:
        self._arriving.clear()
