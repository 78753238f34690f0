"""A serial port without a cable: what a simulated device says appears on a pty, which any program can open by name."""

from __future__ import annotations

import errno
import os
import pty
import select
import threading
import time
import tty
from collections.abc import Callable
from types import TracebackType
from typing import Self

Receive = Callable[[bytes], bytes]

LOOK_EVERY_S = 0.05
READ_AT_MOST = 4096


class PtyPort:
    """Serves a device until closed. `say` sends what the device says unasked, as a scanner does."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._ours, theirs = pty.openpty()
        tty.setraw(self._ours)
        tty.setraw(theirs)
        self.name = os.ttyname(theirs)
        self._theirs = theirs  # kept open: without a reader the kernel would report a hang-up
        self._is_stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve, name=f"simulator {self.name}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_stopped.set()
        self._thread.join()
        os.close(self._ours)
        os.close(self._theirs)

    def say(self, data: bytes) -> None:
        os.write(self._ours, data)

    def _serve(self) -> None:
        while not self._is_stopped.is_set():
            readable, _, _ = select.select([self._ours], [], [], LOOK_EVERY_S)
            if not readable:
                continue
            try:
                data = os.read(self._ours, READ_AT_MOST)
            except OSError as error:
                if error.errno != errno.EIO:  # nobody has the port open at the moment
                    raise
                time.sleep(LOOK_EVERY_S)
                continue
            answer = self._receive(data)
            if answer:
                os.write(self._ours, answer)
