"""What a driver needs of a line: bytes out, bytes in, and never a wait without an end."""

from __future__ import annotations

from typing import Protocol


class Channel(Protocol):
    def write(self, data: bytes) -> None:
        """Raises PortGone when the line is not there any more."""

    def read(self, *, timeout_s: float) -> bytes:
        """What has arrived, as soon as anything has; empty after the timeout. Raises PortGone."""

    def monotonic_s(self) -> float:
        """The clock by which timeouts are counted."""

    def close(self) -> None: ...
