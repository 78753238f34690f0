"""A scanner on a pty: what it reads appears on the line with the suffix it is set to."""

from __future__ import annotations

from rachun_agent.simulators.pty_port import PtyPort


class SimulatedScanner:
    def __init__(self, *, suffix: bytes = b"\r\n") -> None:
        self.suffix = suffix
        self.port = PtyPort(lambda _data: b"")

    def scan(self, text: str, *, times: int = 1) -> None:
        for _ in range(times):
            self.port.say(text.encode() + self.suffix)

    def crackle(self, noise: bytes) -> None:
        """A bad contact."""
        self.port.say(noise + self.suffix)
