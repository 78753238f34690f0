"""Frames of the classic Datecs protocol. Pure: bytes in, values out.

request  01 LEN SEQ CMD DATA                05 BCC4 03
reply    01 LEN SEQ CMD DATA 04 STATUS(6)   05 BCC4 03

LEN counts the bytes from itself through 05h, plus 20h. The checksum is the sum of the same bytes, four nibbles, each
plus 30h. What separates the parts is found by position, never by its value: a status byte may equal 04h or 05h.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

PREAMBLE, POSTAMBLE, SEPARATOR, TERMINATOR = 0x01, 0x05, 0x04, 0x03
NAK, SYN = 0x15, 0x16
OFFSET, NIBBLE = 0x20, 0x30
SEQUENCE_FIRST, SEQUENCE_LAST = 0x20, 0x7F
STATUS_LENGTH = 6
LENGTH_MIN = 0x24  # LEN, SEQ, CMD and 05h
REQUEST_DATA_MAX = 213
REPLY_DATA_MAX = 212  # LEN is one byte


class NotAFrame(ValueError):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    sequence: int
    command: int
    data: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    sequence: int
    command: int
    data: bytes
    status: bytes


class Signal(Enum):
    NAK = NAK  # the frame arrived broken: send the same one again
    SYN = SYN  # still working
    GARBLED = -1  # something like a frame, with a wrong checksum or end


def next_sequence(sequence: int) -> int:
    return SEQUENCE_FIRST if sequence >= SEQUENCE_LAST else sequence + 1


def checksum(counted: bytes) -> bytes:
    total = sum(counted)
    return bytes(NIBBLE + (total >> shift & 0xF) for shift in (12, 8, 4, 0))


def encode_request(request: Request) -> bytes:
    if len(request.data) > REQUEST_DATA_MAX:
        raise NotAFrame(f"{len(request.data)} bytes of data; a request holds {REQUEST_DATA_MAX}")
    return _frame(bytes((request.sequence, request.command)) + request.data)


def encode_reply(reply: Reply) -> bytes:
    if len(reply.data) > REPLY_DATA_MAX:
        raise NotAFrame(f"{len(reply.data)} bytes of data; a reply holds {REPLY_DATA_MAX}")
    return _frame(bytes((reply.sequence, reply.command)) + reply.data + bytes((SEPARATOR,)) + reply.status)


def _frame(inner: bytes) -> bytes:
    counted = bytes((OFFSET + len(inner) + 2,)) + inner + bytes((POSTAMBLE,))
    return bytes((PREAMBLE,)) + counted + checksum(counted) + bytes((TERMINATOR,))


def decode_request(frame: bytes) -> Request:
    inner = _inner(frame)
    return Request(sequence=inner[0], command=inner[1], data=inner[2:])


def decode_reply(frame: bytes) -> Reply:
    inner = _inner(frame)
    separator = len(inner) - STATUS_LENGTH - 1
    if separator < 2 or inner[separator] != SEPARATOR:  # noqa: PLR2004 -- SEQ and CMD stand before it
        raise NotAFrame("no status in the reply")
    return Reply(sequence=inner[0], command=inner[1], data=inner[2:separator], status=inner[separator + 1 :])


def _inner(frame: bytes) -> bytes:
    length = frame_length(frame)
    if length is None or length != len(frame):
        raise NotAFrame("the length byte disagrees with the length")
    counted, given = frame[1:-5], frame[-5:-1]
    if frame[0] != PREAMBLE or frame[-1] != TERMINATOR or counted[-1] != POSTAMBLE:
        raise NotAFrame("a marker is not where it belongs")
    if checksum(counted) != given:
        raise NotAFrame(f"checksum {given.hex()} of bytes that sum to {checksum(counted).hex()}")
    return counted[1:-1]


def frame_length(start: bytes) -> int | None:
    """How long the frame that starts here will be; None while that cannot be told."""
    if len(start) < 2:  # noqa: PLR2004 -- the preamble and LEN
        return None
    if start[1] < LENGTH_MIN:
        raise NotAFrame(f"length byte {start[1]:02X}h")
    return 1 + (start[1] - OFFSET) + 4 + 1


class FrameReader:
    """Cuts a stream into frames and signals; drops noise and finds the next frame after it."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes | Signal]:
        self._pending += data
        while self._pending:
            first = self._pending[0]
            if first in {NAK, SYN}:
                del self._pending[0]
                yield Signal(first)
            elif first != PREAMBLE:
                del self._pending[0]
            else:
                cut = self._cut()
                if cut is None:
                    return
                yield cut

    def _cut(self) -> bytes | Signal | None:
        try:
            length = frame_length(bytes(self._pending[:2]))
            if length is None or len(self._pending) < length:
                return None
            frame = bytes(self._pending[:length])
            _inner(frame)
        except NotAFrame:
            del self._pending[0]  # that was no preamble: look behind it
            return Signal.GARBLED
        del self._pending[:length]
        return frame

    def forget(self) -> None:
        self._pending.clear()
