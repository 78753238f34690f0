"""A line between a process and a server: whole, cut, slow, or with everything in pieces of one byte."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

PIECE = 65_536


class State(Enum):
    WHOLE = "whole"
    CUT = "cut"  # what is connected ends, nobody connects
    SLOW = "slow"  # everything comes, later
    VERY_SLOW = "very slow"
    SLICED = "sliced"  # everything comes, byte by byte
    SILENT = "silent"  # half open: it connects, takes what is said and gives nothing


DELAYS_S = {State.SLOW: 0.02, State.VERY_SLOW: 0.3}


class Line:
    """Listens on the loopback and speaks to a unix socket. Its state may change at any moment."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._ends: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.state = State.WHOLE
        self.port = 0
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait()

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._connect, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()
        server.close()
        for task in self._tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*self._tasks, return_exceptions=True))
        self._loop.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.state is State.CUT:
            writer.transport.abort()
            return
        there, thence = await asyncio.open_unix_connection(str(self._target))
        self._ends |= {writer, thence}
        for source, target in ((reader, thence), (there, writer)):
            task = self._loop.create_task(self._carry(source, target))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(PIECE):
                await asyncio.sleep(DELAYS_S.get(self.state, 0))
                step = 1 if self.state is State.SLICED else PIECE
                for place in range(0, len(data) if self.state is not State.SILENT else 0, step):
                    target.write(data[place : place + step])
                    await target.drain()
        except ConnectionError:  # house: swallowed-error -- the other end was cut, which is what this is for
            pass
        target.close()

    def become(self, state: State) -> None:
        def change() -> None:
            self.state = state
            if state is State.CUT:
                for end in self._ends:
                    end.transport.abort()
                self._ends.clear()

        done = threading.Event()
        self._loop.call_soon_threadsafe(lambda: (change(), done.set()))
        done.wait()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


@contextmanager
def line_to(target: Path) -> Iterator[Line]:
    line = Line(target)
    try:
        yield line
    finally:
        line.stop()
