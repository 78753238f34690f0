"""Bar code scanners on a serial line (USB-CDC or RS-232), whatever they end a code with.

A scan ends at any of the usual suffixes or, where a scanner sends none, when the line falls silent. The same code
twice within a moment is one scan: a hand holds the trigger, a bad contact repeats. What cannot be a code is counted
and dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rachun_agent.transport.channel import Channel

SUFFIXES = b"\r\n\t\x03\x04\x00"
MULTILINE_MARKS = ("HRVHUB30", "BCD\n", "BIHUPN10")  # slips whose payload has line feeds inside


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    text: str
    at_s: float  # of the channel's clock


class SerialScanner:
    SILENCE_S: ClassVar[float] = 0.12  # ends a scan; within one, bytes follow each other at once
    DOUBLE_S: ClassVar[float] = 1.0
    LENGTH_MIN: ClassVar[int] = 3
    LENGTH_MAX: ClassVar[int] = 1000

    def __init__(self, channel: Channel, *, encoding: str = "utf-8") -> None:
        self._channel, self._encoding = channel, encoding
        self._pending = bytearray()
        self._latest: Scan | None = None
        self.dropped = 0  # garbage
        self.doubled = 0

    def read(self, *, timeout_s: float) -> list[Scan]:
        """The scans that ended within this time, in order. Raises PortGone."""
        received = self._channel.read(timeout_s=self.SILENCE_S if self._pending else timeout_s)
        self._pending += received
        scans: list[Scan] = []
        if not received:
            scans += self._end(bytes(self._pending))
            self._pending.clear()
            return scans
        if self._is_multiline():
            return scans  # its end is the silence behind it
        while (place := _first_suffix(self._pending)) is not None:
            code = bytes(self._pending[:place])
            del self._pending[: place + 1]
            scans += self._end(code)
        if len(self._pending) > self.LENGTH_MAX:
            self.dropped += 1
            self._pending.clear()
        return scans

    def _is_multiline(self) -> bool:
        start = bytes(self._pending[:8]).lstrip(SUFFIXES)
        return any(start.startswith(mark.encode()[: len(start)]) and start for mark in MULTILINE_MARKS)

    def _end(self, raw: bytes) -> list[Scan]:
        raw = raw.strip(SUFFIXES + b" ")
        if not raw:
            return []
        text = self._text(raw)
        now_s = self._channel.monotonic_s()
        if text is None:
            self.dropped += 1
            return []
        latest, self._latest = self._latest, Scan(text=text, at_s=now_s)
        if latest is not None and latest.text == text and now_s - latest.at_s < self.DOUBLE_S:
            self.doubled += 1
            return []
        return [self._latest]

    def _text(self, raw: bytes) -> str | None:
        try:
            text = raw.decode(self._encoding)
        except UnicodeDecodeError:
            return None
        is_clean = all(character.isprintable() or character in "\r\n\x1d" for character in text)
        return text if is_clean and self.LENGTH_MIN <= len(text) <= self.LENGTH_MAX else None


def _first_suffix(data: bytearray) -> int | None:
    return next((place for place, byte in enumerate(data) if byte in SUFFIXES), None)
