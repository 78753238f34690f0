"""Chunks of a run, two at a time: while the database writes one, the next is worked out.

Each thread has a connection of its own, so each chunk is a transaction of its own. What must come in the order of the
chunks, such as the numbers of bills, waits for its turn. A job that runs inside its caller's transaction does one chunk
after another.
"""

from collections.abc import Callable, Sequence
from contextvars import copy_context
from functools import partial
from threading import Condition, Thread
from typing import TypeVar

from django.db import connection

from rachun.apps.base.jobs import JobContext

WORKERS = 2
Turn = Callable[[], None]
Chunk = TypeVar("Chunk")


class TurnLost(RuntimeError):
    """A chunk before this one failed; whatever this one did must not be kept."""


class Turns:
    """Who may take what comes in order. A chunk's turn comes when all before it are committed.

    Wait before taking any lock that a chunk before may need: the database cannot see who waits here.
    """

    def __init__(self, count: int) -> None:
        self._changed = Condition()
        self._committed = [False] * count
        self._broken = False

    def wait(self, place: int) -> None:
        """Raises TurnLost."""
        with self._changed:
            self._changed.wait_for(lambda: self._broken or all(self._committed[:place]))
            if self._broken:
                raise TurnLost(place)

    def commit(self, place: int) -> None:
        with self._changed:
            self._committed[place] = True
            self._changed.notify_all()

    def break_off(self) -> None:
        with self._changed:
            self._broken = True
            self._changed.notify_all()


def do_chunks(*, chunks: Sequence[Chunk], work: Callable[[Chunk, Turn], None], job: JobContext) -> None:
    """Let `work` do each chunk in a transaction; it is given what waits for the chunk's turn.

    The first failure is raised after the chunks under way have ended; no further one is begun.
    """
    turns, places, failures = Turns(len(chunks)), iter(range(len(chunks))), list[BaseException]()

    def do_next() -> None:
        for place in places:  # shared: each place is taken once
            if failures:
                return
            try:
                work(chunks[place], partial(turns.wait, place))
                turns.commit(place)
            except BaseException as failure:  # noqa: BLE001 -- raised below, in the thread of the job
                failures.append(failure)
                turns.break_off()

    def do_apart() -> None:
        try:
            do_next()
        finally:
            connection.close()

    if job.is_inline or len(chunks) <= 1:
        do_next()
    else:
        threads = [Thread(target=copy_context().run, args=(do_apart,), name=f"bill-run-{ix}") for ix in range(WORKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]
