"""A real mail server on loopback that keeps what it is sent."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller


class Sink:
    """answers: address → the reply to RCPT TO. quit_reply: what is said to a goodbye."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.data_reply = "250 OK"
        self.quit_reply = "221 Bye"
        self.url = ""

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 -- the name aiosmtpd calls
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 -- the name aiosmtpd calls
        if self.data_reply.startswith("250"):
            self.messages.append(message_from_bytes(envelope.content, policy=default))
        return self.data_reply

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802 -- the name aiosmtpd calls
        return self.quit_reply


@contextmanager
def smtp_sink() -> Iterator[Sink]:
    sink = Sink()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        sink.url = f"smtp://127.0.0.1:{port}"
        yield sink
    finally:
        controller.stop()
