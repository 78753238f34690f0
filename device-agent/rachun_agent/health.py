"""A page on this computer alone that says how the agent is. It changes nothing and lets nobody else read it."""

from __future__ import annotations

import html
import json
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from rachun_agent.texts import LANGUAGES, catalogue, explain

LOOPBACK = "127.0.0.1"
Report = Callable[[], dict[str, Any]]


class HealthPage:
    def __init__(self, report: Report, *, port: int) -> None:
        self._server = ThreadingHTTPServer((LOOPBACK, port), _handler(report))
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, name="health page", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(report: Report) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """`/status.json` for programs, `/`, `/uk`, `/bs`, `/en` for people."""
            if not self._is_ours():
                self._answer(HTTPStatus.FORBIDDEN, "text/plain", "only from this computer")
                return
            language = self.path.strip("/") or "uk"
            if self.path == "/status.json":
                self._answer(HTTPStatus.OK, "application/json", json.dumps(report()))
            elif language in LANGUAGES:
                self._answer(HTTPStatus.OK, "text/html; charset=utf-8", page(report(), language=language))
            else:
                self._answer(HTTPStatus.NOT_FOUND, "text/plain", "no such page")

        def _is_ours(self) -> bool:
            """A web page elsewhere could have its name point here; its Host and Origin tell on it."""
            host = (self.headers.get("Host") or "").rpartition(":")[0]
            return host in {LOOPBACK, "localhost"} and self.headers.get("Origin") is None

        def _answer(self, status: HTTPStatus, kind: str, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Content-Type-Options", "nosniff")
            self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the base class calls it so
            """A page that reloads itself would fill the log."""

    return Handler


STYLE = (
    "body{font:18px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;"
    "background:#fff}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.5rem;"
    "border-bottom:1px solid #767676;vertical-align:top}"
)


def page(report: dict[str, Any], *, language: str) -> str:
    words = catalogue(language)

    def say(key: str) -> str:
        return html.escape(words[key]["title"])

    connection = say("Connected" if report["is_connected"] else "NotConnected")
    refused = report["refused_with"]
    if refused:
        connection += f": {say(refused)}"
    rows = "".join(_row(device, language=language) for device in report["devices"])
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta http-equiv="refresh" content="5"><title>{say("Agent")}</title><style>{STYLE}</style></head>'
        f"<body><main><h1>{say('Agent')} {html.escape(report['version'])}</h1><p>{connection}</p>"
        f"<p>{say('OpenJobs')}: {report['open_jobs']}. {say('WaitingMessages')}: {report['waiting_messages']}.</p>"
        f"<table><tr><th>{say('Device')}</th><th>{say('State')}</th></tr>{rows}</table></main></body></html>"
    )


def _row(device: dict[str, str], *, language: str) -> str:
    state = explain(f"State{device['state'].title()}", language=language).title
    text = html.escape(state)
    if device["code"]:
        reason = explain(device["code"], language=language)
        text += f": {html.escape(reason.title)} {html.escape(reason.what_to_do)}"
    return f"<tr><td>{html.escape(device['device_id'])}</td><td>{text}</td></tr>"
