"""The table of a batch is filled and finished: in the batch's own transaction, or beside it on a connection of its own.

Note [Two connections]
A connection is one process of the server. A file of several parts fills its table through a second one, so its records
are copied while its keys are compared, and its indexes are made while nothing else is. The table is committed on its
own, complete but not attached: nobody looks at it. What makes it usage is the one transaction that holds the batch, the
keys and the attaching, as for a small file. A load that dies between the two leaves a table that nobody claims, and the
next load throws it away.

The first connection waits for the second, which the server cannot know: it would not see a deadlock between the two.
So the second one takes only what the first does not hold (its own table, the tables referred to), before the first asks
for bundles and for the tables referred to, and gives up when it waits for long.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

import structlog
from django.db import connection, transaction
from django.db.utils import OperationalError
from psycopg.errors import LockNotAvailable

from rachun.apps.base.copying import EncodedRows, copy_rows
from rachun.apps.base.partitions import finish_load
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.usage.models import UsageBatch
from rachun.apps.usage.services.take_batch import PARENT, open_table

WAITS_MAX_S = 600
CLEANING_WAITS_MAX_S = 2
logger = structlog.get_logger(__name__)


class BatchTable:
    """Takes the records of one batch. may_part: a file of several parts is stored beside the caller's transaction, so
    what its records refer to must be committed.
    """

    def __init__(self, batch: UsageBatch, *, may_part: bool) -> None:
        self._batch = batch
        self._may_part = may_part
        self._beside: _Beside | None = None

    def __enter__(self) -> Self:
        return self

    def store(self, rows: EncodedRows, *, more_follow: bool) -> None:
        """Copy rows into the table. more_follow: these are not the only ones."""
        assert_in_transaction()
        if self._beside is None and self._may_part and more_follow:
            self._beside = _Beside(self._batch)
        if self._beside is not None:
            self._beside.store(rows)
        else:
            copy_rows(table=open_table(self._batch), rows=rows)

    def finish(self) -> None:
        """All are stored. What was stored beside is committed now."""
        if self._beside is not None:
            self._beside.finish()

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._beside is not None:
            self._beside.leave()


class _Beside:
    """Note [Two connections]. One thread, so one connection of its own; at most two parts are in its hands."""

    def __init__(self, batch: UsageBatch) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT claim_usage_load(%s)", [batch.id])
        self._batch = batch
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="fill-table")
        self._atomic = transaction.atomic()
        self._is_open = False
        self._last: Future[Any] = self._thread.submit(drop_forsaken)
        self._do(self._open)

    def store(self, rows: EncodedRows) -> None:
        self._do(lambda: copy_rows(table=self._table, rows=rows))

    def finish(self) -> None:
        self._do(self._finish)
        self._last.result()

    def leave(self) -> None:
        """Undo what is not finished."""
        self._thread.submit(self._close).result()
        self._thread.shutdown()

    def _do(self, work: Callable[[], object]) -> None:
        """Hand over work when the work before is done; raises what that one failed with."""
        self._last.result()
        self._last = self._thread.submit(work)

    def _open(self) -> None:
        self._atomic.__enter__()
        self._is_open = True
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{WAITS_MAX_S}s'")
        self._table = open_table(self._batch)

    def _finish(self) -> None:
        finish_load(parent=PARENT, load_key=self._batch.id)
        self._is_open = False
        self._atomic.__exit__(None, None, None)

    def _close(self) -> None:
        if self._is_open:
            transaction.set_rollback(True)
            self._atomic.__exit__(None, None, None)
        connection.close()


def drop_forsaken() -> int:
    """Throw away tables that loads left which died before they attached them; returns how many there were.

    Where somebody reads or changes what they refer to, the next load tries again.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{CLEANING_WAITS_MAX_S}s'")
            cursor.execute("SELECT drop_forsaken_usage()")
            (dropped,) = cursor.fetchone()
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        logger.warning("forsaken_usage_kept", reason=str(error.__cause__))
        return 0
    if dropped:
        logger.info("forsaken_usage_dropped", tables=dropped)
    return int(dropped)
