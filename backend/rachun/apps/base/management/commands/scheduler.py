"""The clock of the product: rings unheard jobs, seals the audit, and whatever config/wiring.py lists."""

import signal
import threading
import time
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, connection
from redis.exceptions import RedisError

from rachun.apps.base.wiring import Periodic, periodic

SCHEDULER_LOCK = 7_301_002  # advisory lock: one scheduler works, a second one waits to take over
logger = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = "Run the periodic work until ended. A second scheduler waits until the first is gone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="Run everything once and end.")

    def handle(self, *_args: Any, once: bool, **_options: Any) -> None:
        if once:
            for work in periodic():
                work.run()
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        keep_time(stop=stop)


def keep_time(*, stop: threading.Event) -> None:
    """On one connection, which holds the lock: it is closed only when it broke."""
    due = {work.name: 0.0 for work in periodic()}
    while not stop.wait(0.5):
        try:
            if not is_the_one():
                continue
            for work in periodic():
                if time.monotonic() >= due[work.name]:
                    due[work.name] = time.monotonic() + work.every_s
                    run_one(work)
        except DatabaseError:
            logger.warning("scheduler_database_lost", exc_info=True)
            connection.close()


def is_the_one() -> bool:
    """The lock belongs to this connection: when it breaks, the lock is free for the next scheduler."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = %s"
            " AND pid = pg_backend_pid())",
            [SCHEDULER_LOCK],
        )
        [has_lock] = cursor.fetchone()
        if not has_lock:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [SCHEDULER_LOCK])
            [has_lock] = cursor.fetchone()
    return bool(has_lock)


def run_one(work: Periodic) -> None:
    """A dead queue delays; one failing work does not stop the others."""
    try:
        work.run()
    except RedisError:
        logger.warning("scheduler_queue_lost", work=work.name)
    except DatabaseError:
        raise
    except Exception:
        logger.exception("periodic_work_failed", work=work.name)
