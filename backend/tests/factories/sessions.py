"""Sessions of the database that wait for one another."""

import time
from collections.abc import Callable

from django.db import connection

PATIENCE_S = 60.0


def wait_until(look: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not look():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def waiting_sessions() -> int:
    """Sessions of this database that wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
                WHERE NOT granted AND datname = current_database()"""
        )
        [sessions] = cursor.fetchone()
    return int(sessions)
