"""Questions that are the same every time: the query is written down once, and asked with other values.

Note [Written down once]
Composing the text of a small query costs the framework five to ten times what the database takes to answer it. A
selector that stands in the way of a single answer therefore states its query once, with a place for each value that it
will be told; the text is composed when it is first asked. Values go to the server as they always do, so what it plans
is planned for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Generic, TypeAlias, TypeVar

import polars as pl
from django.db.models import Expression, Field, Manager, Model, QuerySet

from rachun.apps.base.columns import framed, in_one_text

M = TypeVar("M", bound=Model)
Rows: TypeAlias = QuerySet[Any, tuple[Any, ...]]


class Told(Expression):
    """Stands in a query for a value that the question is told each time it is asked."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:  # noqa: ARG002 -- the framework's names
        return "%s", [self]


class _Written:
    """A query, whose text is composed when it is first asked for."""

    def __init__(self, rows: Callable[[], QuerySet[Any, Any]], *, as_sent: Callable[[str], str] = str) -> None:
        self._rows, self._as_sent = rows, as_sent
        self._text: tuple[str, tuple[Any, ...]] | None = None

    def told(self, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
        """The statement and its parameters. Raises KeyError when a value of the query is not told."""
        if self._text is None:
            statement, params = self._rows().query.sql_with_params()
            self._text = self._as_sent(statement), tuple(params)
        statement, params = self._text
        return statement, [values[one.name] if isinstance(one, Told) else one for one in params]


class FrameQuestion:
    """What `read_frame` reads, asked again and again.

    rows: makes the query, with `Told` for what differs; called once. columns: as of `read_frame`.
    """

    def __init__(self, rows: Callable[[], Rows], columns: Mapping[str, pl.DataType]) -> None:
        self._columns = columns
        self._written = _Written(rows, as_sent=partial(in_one_text, columns=columns))

    def ask(self, **told: Any) -> pl.DataFrame:
        """Raises KeyError when a value of the query is not told."""
        statement, params = self._written.told(told)
        return framed(statement, params, columns=self._columns)


class ModelQuestion(Generic[M]):
    """A row of a model, without those it refers to, asked for again and again. rows: as of FrameQuestion."""

    def __init__(self, manager: Manager[M], rows: Callable[[], QuerySet[M]]) -> None:
        self._manager, self._written = manager, _Written(rows)

    def find(self, **told: Any) -> M | None:
        """Any of the rows. Raises KeyError when a value of the query is not told."""
        statement, params = self._written.told(told)
        return next(iter(self._manager.raw(statement, params)), None)
