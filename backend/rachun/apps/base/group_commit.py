"""Many small writes share one commit: whoever comes while a group is being written makes up the next one.

Nobody waits for a clock. A single caller is a group of one; under load the groups grow as far as the commit is slow.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Any, Generic, TypeVar

import structlog

Item = TypeVar("Item")
Result = TypeVar("Result")
GROUP_MAX = 256
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[Item]):
    item: Item
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]


class GroupCommit(Generic[Item, Result]):
    """write: takes a group in one transaction and answers each item in its order, or raises, and then nothing is kept.

    A result of None, and every result of a group that could not be written, means: this item goes another way, alone.
    """

    def __init__(self, write: Callable[[Sequence[Item]], Sequence[Result | None]], *, name: str) -> None:
        self._write = write
        self._name = name
        self._waiting: deque[_Waiting[Item]] = deque()
        self._changed = Condition()
        self._thread: Thread | None = None

    async def submit(self, item: Item) -> Result | None:
        """The result after the commit."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result | None] = loop.create_future()
        with self._changed:
            if self._thread is None:
                self._thread = Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._waiting.append(_Waiting(item, loop, future))
            self._changed.notify()
        return await future

    def _run(self) -> None:
        while True:
            group = self._next()
            try:
                results = self._write([one.item for one in group])
            except Exception:  # whoever is alone is told why
                logger.warning("group_not_written", group=self._name, size=len(group), exc_info=True)
                results = [None] * len(group)
            group[0].loop.call_soon_threadsafe(_tell, group, results)

    def _next(self) -> list[_Waiting[Item]]:
        with self._changed:
            while not self._waiting:
                self._changed.wait()
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), GROUP_MAX))]


def _tell(group: Sequence[_Waiting[Any]], results: Sequence[Any]) -> None:
    for waiting, result in zip(group, results, strict=True):
        if not waiting.future.done():  # its client may have gone
            waiting.future.set_result(result)
