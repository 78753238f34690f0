"""Logs as JSON lines without personal data; errors to Sentry when the environment names one."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import sentry_sdk
import structlog

# Values of these never reach a log, whoever passes them.
HIDDEN = frozenset(
    {"password", "secret", "token", "name", "full_name", "email", "phone", "address", "login", "purpose"}
)


def hide_personal(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in HIDDEN & event.keys():
        event[key] = "hidden"
    return event


def configure_logging(*, is_debug: bool) -> None:
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_personal,
    ]
    last: list[Any] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
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
    for noisy in ("django.request", "psycopg.pool", "fontTools", "weasyprint"):
        logging.getLogger(noisy).setLevel(logging.ERROR)


def configure_sentry(*, dsn: str) -> None:
    if dsn:
        sentry_sdk.init(dsn=dsn, send_default_pii=False, include_local_variables=False, max_request_body_size="never")
