"""The shipped configuration of nginx, in front of a server that says what it was told."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.client import HTTPResponse, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from rachun.apps.devices.api.socket import PATH, SILENCE_MAX_S
from rachun.apps.selfservice.services.photos import PHOTO_SIZE_MAX

from infra.local.identity import wait_until
from tests.infra.production import PRODUCTION, REPOSITORY

CONFIGURATION = PRODUCTION / "nginx" / "rachun.conf"
MIB = 1024 * 1024
pytestmark = [pytest.mark.real]


def location(start: str) -> str:
    """The words of one location."""
    found = re.search(rf"location {re.escape(start)} {{(.*?)\n    }}", CONFIGURATION.read_text(), flags=re.DOTALL)
    assert found is not None, f"no location {start}"
    return found.group(1)


def size_max(text: str) -> int:
    [size] = re.findall(r"client_max_body_size (\d+)m;", text)
    return int(size) * MIB


class TestSizesAndTimes:
    def test_let_through_what_the_application_takes_and_little_more(self) -> None:
        server = CONFIGURATION.read_text().split("location", maxsplit=1)[0]
        calls, files = location("= /api/v1/usage-batches"), location(f"~ ^/api/v1/({whole_files()})$")

        for text, limit in (
            (
                CONFIGURATION.read_text().split("proxy_http_version")[0],
                max(PHOTO_SIZE_MAX, settings.DATA_UPLOAD_MAX_MEMORY_SIZE),
            ),
            (files, settings.FILE_UPLOAD_MAX_SIZE),
            (calls, settings.CALLS_UPLOAD_MAX_SIZE),
        ):
            assert limit < size_max(text) <= limit + 2 * MIB
        assert "proxy_pass" not in server

    def test_know_every_operation_that_takes_a_file(self) -> None:
        """A new operation with an upload has to be thought about here, else its files end at the proxy."""
        contract = yaml.safe_load((REPOSITORY / "openapi/rachun.yaml").read_text())
        taking = [
            path
            for path, operations in contract["paths"].items()
            if "multipart/form-data" in operations.get("post", {}).get("requestBody", {}).get("content", {})
        ]
        small = {"/api/v1/own/readings"}  # a photo, within the common limit

        let_through = re.compile(rf"^/api/v1/(usage-batches|{whole_files()})$")
        unknown = [path for path in taking if path not in small and not let_through.match(path.replace("{id}", "0-f"))]
        assert len(taking) > len(small)
        assert unknown == []

    def test_wait_for_an_agent_longer_than_it_may_be_silent(self) -> None:
        [seconds] = re.findall(r"proxy_read_timeout (\d+)s;", location(f"= {PATH}"))

        assert int(seconds) > SILENCE_MAX_S


def whole_files() -> str:
    return "customer-imports|reading-imports|rate-plan-imports|destination-tables/[0-9a-f-]+/imports"


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers it was given and the size of the body; upgrades when asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.headers.get("Upgrade") == "websocket":
            self.send_response(HTTPStatus.SWITCHING_PROTOCOLS)
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade")
            self.end_headers()
            self.close_connection = True
            return
        self.answer(str(self.headers).encode())

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length", "0"))
        left = size
        while left:
            left -= len(self.rfile.read(min(left, MIB)))
        self.answer(str(size).encode())

    def answer(self, body: bytes) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Quiet."""


def free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The real nginx with the shipped file, but for ports, certificate and the folder of logs. The port for https."""
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
    if nginx is None:
        pytest.skip("nginx is not installed")
    folder = tmp_path_factory.mktemp("nginx")
    http, https, gone = free_ports(3)
    upstream = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    make_certificate(folder)
    main = folder / "nginx.conf"
    main.write_text(main_configuration(folder=folder, http=http, https=https, up=upstream.server_port, gone=gone))
    subprocess.run([nginx, "-t", "-c", str(main)], capture_output=True, check=True)
    running = subprocess.Popen([nginx, "-c", str(main), "-g", "daemon off;"])
    assert wait_until(lambda: is_listening(https), timeout_s=20.0)
    try:
        yield https
    finally:
        running.terminate()
        running.wait(20)
        upstream.shutdown()


def make_certificate(folder: Path) -> None:
    subprocess.run(
        [*["openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=rachun.example.org", "-newkey", "ec"],
         *["-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout"], folder / "privkey.pem",
         "-out", folder / "fullchain.pem"],
        capture_output=True,
        check=True,
    )  # fmt: skip


def main_configuration(*, folder: Path, http: int, https: int, up: int, gone: int) -> str:
    text = CONFIGURATION.read_text()
    for here, there in (
        ("/etc/letsencrypt/live/rachun.example.org", str(folder)),
        ("/var/log/nginx", str(folder)),
        ("listen 80;", f"listen 127.0.0.1:{http};"),
        ("listen [::]:80;", ""),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{https} ssl http2;"),
        ("listen [::]:443 ssl http2;", ""),
        ("server 127.0.0.1:8001", f"server 127.0.0.1:{gone}"),  # one of the two is being restarted
        ("server 127.0.0.1:8002", f"server 127.0.0.1:{up}"),
    ):
        assert here in text, here
        text = text.replace(here, there)
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    account = "user root;\n" if os.geteuid() == 0 else ""  # the folder of a test is its owner's alone
    return f"{account}pid {folder}/pid;\nerror_log {folder}/main.log;\nevents {{}}\nhttp {{\n{temporary}{text}}}\n"


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def asked(port: int, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[HTTPResponse, str]:
    trusting = ssl._create_unverified_context()
    connection = HTTPSConnection("127.0.0.1", port, context=trusting, timeout=20)
    named = {"Host": "rachun.example.org", **{name.replace("_", "-"): value for name, value in headers.items()}}
    try:
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        return answer, "" if answer.status == HTTPStatus.SWITCHING_PROTOCOLS else answer.read().decode()
    finally:
        connection.close()


class TestProxy:
    def test_tells_the_application_the_real_address_whatever_the_caller_says(self, proxy: int) -> None:
        _answer, told = asked(proxy, "GET", "/api/v1/me", X_Forwarded_For="203.0.113.9", X_Forwarded_Proto="http")

        assert re.findall(r"^X-Forwarded-For: (.*?)\r?$", told, flags=re.MULTILINE) == ["127.0.0.1"]
        assert re.findall(r"^X-Forwarded-Proto: (.*?)\r?$", told, flags=re.MULTILINE) == ["https"]

    def test_reaches_the_process_that_answers_while_the_other_is_restarted(self, proxy: int) -> None:
        found = {asked(proxy, "POST", "/api/v1/receipts", b"{}")[0].status for _ in range(8)}

        assert found == {HTTPStatus.OK}

    def test_lets_an_agent_through(self, proxy: int) -> None:
        answer, _told = asked(proxy, "GET", PATH, Upgrade="websocket", Connection="Upgrade")

        assert answer.status == HTTPStatus.SWITCHING_PROTOCOLS

    @pytest.mark.parametrize(
        ("path", "mib", "status"),
        [
            ("/api/v1/receipts", 5, HTTPStatus.OK),
            ("/api/v1/receipts", 10, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
            ("/api/v1/customer-imports", 12, HTTPStatus.OK),
            ("/api/v1/usage-batches", 12, HTTPStatus.OK),
        ],
    )
    def test_ends_bodies_that_are_too_large(self, proxy: int, path: str, mib: int, status: HTTPStatus) -> None:
        assert asked(proxy, "POST", path, b"x" * mib * MIB)[0].status == status

    @pytest.mark.parametrize("path", ["/metrics", "/ready"])
    def test_keeps_what_is_for_monitoring_to_itself(self, proxy: int, path: str) -> None:
        assert asked(proxy, "GET", path)[0].status == HTTPStatus.NOT_FOUND

    def test_writes_no_path_and_no_query_into_its_log(
        self, proxy: int, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        asked(proxy, "GET", "/api/v1/search?q=Shevchenko")

        logs = "".join(log.read_text() for log in tmp_path_factory.getbasetemp().rglob("*.log"))
        assert "127.0.0.1" in logs
        assert "Shevchenko" not in logs
