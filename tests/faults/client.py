"""A plain HTTP client of the live API: what a third party's program does."""

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.faults.processes import eventually

TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    address: str
    token: str = ""

    @property
    def host(self) -> tuple[str, int]:
        parts = urlsplit(self.address)
        assert parts.hostname is not None
        assert parts.port is not None
        return parts.hostname, parts.port

    def headers(self, **more: str) -> dict[str, str]:
        signed = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {"Content-Type": "application/json", **signed, **more}

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, body: Any, *, key: str = "") -> Answer:
        more = {"Idempotency-Key": key} if key else {}
        return self.ask("POST", path, body=json.dumps(body).encode(), headers=self.headers(**more))

    def ask(self, method: str, path: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection(*self.host, timeout=TIMEOUT_S)
        try:
            connection.request(method, path, body=body or None, headers=dict(headers or self.headers()))
            answer = connection.getresponse()
            return Answer(status=answer.status, headers=answer.headers, body=answer.read())
        finally:
            connection.close()

    def post_and_leave(self, path: str, body: Any, *, key: str) -> socket.socket:
        """Send the whole request and never read the answer; the caller hangs up."""
        content = json.dumps(body).encode()
        given = self.headers(**{"Idempotency-Key": key, "Content-Length": str(len(content)), "Host": "127.0.0.1"})
        lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items()), "", ""]
        line = socket.create_connection(self.host, timeout=TIMEOUT_S)
        line.sendall("\r\n".join(lines).encode() + content)
        return line

    def events(self, path: str) -> Iterator[Any]:
        """The data of server-sent events, until the server ends the stream."""
        connection = http.client.HTTPConnection(*self.host, timeout=TIMEOUT_S)
        connection.request("GET", path, headers={**self.headers(), "Accept": "text/event-stream"})
        answer = connection.getresponse()
        assert answer.status == http.client.OK, answer.read()
        while text := answer.readline():
            if text.startswith(b"data: "):
                yield json.loads(text.removeprefix(b"data: "))
        connection.close()


def signed_in(address: str, *, login: str, password: str) -> Client:
    told = Client(address=address).post("/api/v1/auth/login", {"login": login, "password": password, "mode": "body"})
    assert told.status == http.client.OK, told.body
    return Client(address=address, token=told.json()["access"])


def eventually_answers(client: Client, path: str, *, status: int) -> Answer:
    return eventually(lambda: (found := client.get(path)).status == status and found)
