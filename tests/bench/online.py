"""Job C2: calls one at a time over HTTP, each answered after its commit, as an online charging system sends them."""

import json
import os
import selectors
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import transaction
from django.db.models import Sum
from rachun.apps.identity.services.principals import Assignment, add_api_client
from rachun.apps.usage.models import UsageBatch, UsageRecord, UsageSource

from tests.bench.calls import CALLS_PER_CUSTOMER, prepare
from tests.bench.data import PeerData, peer_data
from tests.bench.figures import Figure, cpu_of, figure, timed
from tests.bench.place import REPOSITORY, Place

N_DEFAULT = 20_000
PEER_PER_S = 912  # A2Billing's rate engine, one by one
CONNECTIONS = int(os.environ.get("RACHUN_BENCH_CONNECTIONS", "32"))
WORKERS = int(os.environ.get("RACHUN_BENCH_WORKERS", "1"))
UVICORN = [sys.executable, "-m", "uvicorn", "rachun.config.asgi:application", "--lifespan", "off", "--no-access-log"]
HOST, PATIENCE_S, CREATED = "127.0.0.1", 60.0, 201


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineFigure(Figure):
    """cpu_server_s: of PostgreSQL. cpu_api_s: of the product's own server."""

    cpu_api_s: float
    connections: int
    workers: int
    p50_ms: float
    p99_ms: float
    load: float


def run(*, place: Place, n: int, data: Path | None) -> Figure:
    peer = peer_data(folder=place.folder / "data", customers=max(n // CALLS_PER_CUSTOMER, 1), calls=n, given=data)
    source = prepare(peer)
    client_id, secret = system_of(source)
    with api_server() as (process, port):
        token = token_of(port, client_id=client_id, secret=secret)
        requests = [request_of(call, port=port, token=token, key=key) for key, call in numbered(peer, source)]
        told: list[Answer] = []
        api_before = cpu_of(process.pid)
        spent = timed(lambda: told.extend(drive(requests, port=port)), server_pid=place.server_pid)
        api_s = cpu_of(process.pid) - api_before
    seconds = sorted(one.seconds for one in told)
    found = figure(
        job="C2",
        n=len(told),
        ok=are_totals_exact(peer=peer, source=source, told=told),
        spent=spent,
        against="912 calls/s, a peer's rate engine without HTTP, one by one",
        limit_rate=PEER_PER_S,
    )
    return OnlineFigure(
        **asdict(found),
        cpu_api_s=round(api_s, 3),
        connections=CONNECTIONS,
        workers=WORKERS,
        p50_ms=round(seconds[len(seconds) // 2] * 1000, 1),
        p99_ms=round(seconds[len(seconds) * 99 // 100] * 1000, 1),
        load=round(os.getloadavg()[0], 1),
    )


def system_of(source: UsageSource) -> tuple[str, str]:
    """Another system, which may record calls and nothing else."""
    assignment = Assignment(role="partner", legal_entity_id=source.legal_entity_id)
    with transaction.atomic():
        _client, secret = add_api_client(
            client_id="exchange", name="Exchange", scopes=["recordCall"], assignments=[assignment]
        )
    return "exchange", secret


@contextmanager
def api_server() -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = free_port()
    command = [*UVICORN, "--host", HOST, "--port", str(port), "--workers", str(WORKERS)]
    environment = {**os.environ, "RACHUN_ROLE": "app", "RACHUN_ALLOWED_HOSTS": f"localhost,{HOST}"}
    log = (Path(os.environ["RACHUN_FILES_DIR"]).parent / "api.log").open("wb")
    process = subprocess.Popen(command, cwd=REPOSITORY / "backend", env=environment, stdout=log, stderr=log)
    try:
        wait_for(port)
        yield process, port
    finally:
        process.terminate()
        process.wait()
        log.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/health", timeout=3.0) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def token_of(port: int, *, client_id: str, secret: str) -> str:
    body = json.dumps({"client_id": client_id, "client_secret": secret}).encode()
    asked = urllib.request.Request(
        f"http://{HOST}:{port}/api/v1/auth/client-token", data=body, headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(asked, timeout=30.0) as answer:
        return str(json.load(answer)["access"])


def numbered(peer: PeerData, source: UsageSource) -> Iterator[tuple[str, dict[str, Any]]]:
    """Calls in the order of the file, each with a key of its own."""
    for number, row in enumerate(peer.rows("cdrs")):
        seconds = int(row["duration_s"])
        yield (
            f"call-{number:09d}",
            {
                "source_id": str(source.id),
                "calling": row["caller"],
                "called": row["callee"],
                "started_at": row["start_utc"],
                "duration_s": seconds,
                "answered": seconds > 0,
                "record_key": f"cdr-{number}",  # the generator's calls may be equal, and both are calls
            },
        )


def request_of(call: dict[str, Any], *, port: int, token: str, key: str) -> bytes:
    body = json.dumps(call).encode()
    headers = {
        "Host": f"{HOST}:{port}",
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Idempotency-Key": key,
    }
    head = "\r\n".join(
        ["POST /api/v1/calls HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    )
    return head.encode() + body


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    seconds: float


class Line:
    """A kept connection: one request at a time."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection((HOST, port), timeout=PATIENCE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = b""
        self._sent_at = 0.0

    def send(self, request: bytes) -> None:
        self._sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> Answer | None:
        """None while a part is still to come."""
        part = self.socket.recv(65_536)
        if not part:
            raise SystemExit("the server closed a connection it was asked on")
        self._read += part
        head, ended, rest = self._read.partition(b"\r\n\r\n")
        if not ended:
            return None
        length = int(head[head.index(b"content-length: ") + 16 :].split(b"\r\n", 1)[0])
        if len(rest) < length:
            return None
        self._read = rest[length:]
        return Answer(int(head[9:12]), rest[:length], time.perf_counter() - self._sent_at)


def drive(requests: Sequence[bytes], *, port: int) -> list[Answer]:
    """Every connection sends its next request as soon as the answer to the one before is there."""
    waiting = iter(requests)
    answers: list[Answer] = []
    with selectors.DefaultSelector() as ready:
        for request in list(islice(waiting, CONNECTIONS)):
            line = Line(port)
            ready.register(line.socket, selectors.EVENT_READ, line)
            line.send(request)
        while len(answers) < len(requests):
            for event, _mask in ready.select(PATIENCE_S):
                answer = event.data.receive()
                if answer is None:
                    continue
                answers.append(answer)
                request = next(waiting, None)
                if request is not None:
                    event.data.send(request)
    return answers


def are_totals_exact(*, peer: PeerData, source: UsageSource, told: Sequence[Answer]) -> bool:
    """In the answers, in the database, and by the product's own check of what must always hold."""
    call_command("check_invariants", stdout=sys.stderr)
    expected = peer.expected("cdr_rating")
    answers = [json.loads(one.body) for one in told if one.status == CREATED]
    rated = [one for one in answers if one["state"] == "RATED"]
    wanted = (expected["cdrs"], expected["answered"], expected["billed_seconds"], Decimal(expected["cost"]))
    said = (
        len(answers),
        len(rated),
        sum(one["billed_s"] for one in rated),
        sum(Decimal(one["amount"]) for one in rated),
    )
    records = UsageRecord.objects.filter(source=source)
    sums = records.filter(state=UsageRecord.State.RATED).aggregate(seconds=Sum("billed_s"), micro=Sum("amount_micro"))
    kept = (
        records.count(),
        records.filter(state=UsageRecord.State.RATED).count(),
        sums["seconds"],
        Decimal(sums["micro"]).scaleb(-6),
    )
    grown = sum(UsageBatch.objects.filter(source=source).values_list("added_count", flat=True))
    return wanted == said == kept and grown == expected["cdrs"]
