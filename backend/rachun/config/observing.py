"""Logs as JSON lines without personal data; errors to Sentry when the environment names one."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import sentry_sdk
import structlog

# Values of these never reach a log, whoever passes them.
HIDDEN = frozenset(
    {"password", "secret", "token", "name", "full_name", "email", "phone", "address", "login", "purpose"}
)
# What PostgreSQL says of a refusal holds values of rows, and so names and numbers of people.
ROW_VALUES = re.compile(r"^(?:DETAIL|CONTEXT|HINT|LINE \d+):.*\n?", re.MULTILINE)
WRONG_VALUE = re.compile(r"(invalid input (?:syntax|value) for [^:\n]*|out of range): \".*\"")


def hide_personal(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in HIDDEN & event.keys():
        event[key] = "hidden"
    return event


def without_values(text: str) -> str:
    """The same words without the values that a database has put into them."""
    return WRONG_VALUE.sub(r"\1: hidden", ROW_VALUES.sub("", text))


def hide_values(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if isinstance(event.get("exception"), str):
        event["exception"] = without_values(event["exception"])
    return event


def hide_values_of_event(event: Any, _hint: Any) -> Any:
    """The same for what is told to Sentry."""
    for error in (event.get("exception") or {}).get("values") or ():
        if isinstance(error.get("value"), str):
            error["value"] = without_values(error["value"])
    return event


def configure_logging(*, is_debug: bool) -> None:
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_personal,
    ]
    writing = [structlog.processors.format_exc_info, hide_values]
    last: list[Any] = [*writing, structlog.processors.JSONRenderer(ensure_ascii=False)]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler, *(known for known in root.handlers if type(known).__module__.startswith("_pytest"))]
    root.setLevel(logging.DEBUG if is_debug else logging.INFO)
    for noisy in ("django.request", "psycopg.pool", "fontTools", "weasyprint", "pikepdf"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    # The server's own lines hold paths and queries, where names are searched for; ours hold the route.
    spoken = logging.getLogger("uvicorn.access")
    spoken.handlers, spoken.propagate = [], False


def configure_sentry(*, dsn: str) -> None:
    if dsn:
        sentry_sdk.init(
            dsn=dsn,
            send_default_pii=False,
            include_local_variables=False,
            max_request_body_size="never",
            before_send=hide_values_of_event,
        )
