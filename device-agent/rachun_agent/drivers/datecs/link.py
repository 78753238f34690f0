"""One question and its answer over a Datecs line: sequence numbers, SYN, NAK, resends, timeouts.

# Note [Resends]
The register repeats its latest reply for a repeated sequence number and does nothing again. It forgets that number
when it loses power. So what must not happen twice and cannot be undone (reports, cash in and out) is resent only
after a NAK, which says that the frame was never understood; after silence the caller asks what happened.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from rachun_agent.errors import ChecksumMismatch, NoReply
from rachun_agent.protocol.datecs_frame import (
    SEQUENCE_FIRST,
    FrameReader,
    Reply,
    Request,
    Signal,
    decode_reply,
    encode_request,
    next_sequence,
)
from rachun_agent.protocol.datecs_profile import Timing
from rachun_agent.transport.channel import Channel

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    command: int
    data: bytes = b""
    ceiling_s: float
    is_repeatable: bool = True


class DatecsLink:
    def __init__(self, channel: Channel, timing: Timing, *, sequence: int = SEQUENCE_FIRST) -> None:
        self._channel, self._timing, self._sequence = channel, timing, sequence
        self._reader = FrameReader()
        self.was_resent = False  # the latest question went out again after silence: its first copy may have been done

    def ask(self, question: Question) -> Reply:
        """Raises NoReply or ChecksumMismatch after the resends; the command may have been carried out then."""
        request = Request(sequence=self._sequence, command=question.command, data=question.data)
        self._sequence = next_sequence(self._sequence)
        frame = encode_request(request)
        deadline = self._channel.monotonic_s() + question.ceiling_s
        answer: Reply | Signal | None = None
        self.was_resent = False
        for _ in range(1 + self._timing.resends_max):
            log.debug("> %s", frame.hex(" "))
            self._channel.write(frame)
            answer = self._answer(request, deadline)
            if isinstance(answer, Reply):
                return answer
            if answer is None or answer is Signal.GARBLED:
                self._drain()
                if not question.is_repeatable:
                    break
                self.was_resent = True
            if self._channel.monotonic_s() >= deadline:
                break
        kind = NoReply if answer is None else ChecksumMismatch
        raise kind(f"command {request.command:02X}h")

    def _answer(self, request: Request, deadline: float) -> Reply | Signal | None:
        """The reply, NAK, GARBLED, or None for silence. A SYN buys time; another command's reply is dropped."""
        wait_s = self._timing.first_byte_s
        while (left := deadline - self._channel.monotonic_s()) > 0:
            received = self._channel.read(timeout_s=min(wait_s, left))
            if not received:
                return None
            log.debug("< %s", received.hex(" "))
            for token in self._reader.feed(received):
                if token is Signal.SYN:
                    continue
                if isinstance(token, Signal):
                    return token
                reply = decode_reply(token)
                if (reply.sequence, reply.command) == (request.sequence, request.command):
                    return reply
            wait_s = self._timing.syn_gap_s  # it lives
        return None

    def _drain(self) -> None:
        """Let a late reply arrive, so that it is not taken for the answer to what comes next."""
        while self._channel.read(timeout_s=self._timing.drain_s):
            log.debug("dropped a late answer")
        self._reader.forget()
