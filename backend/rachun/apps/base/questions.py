"""Questions that are the same every time: the query is written down once, and asked with other values.

Note [Written down once]
Composing the text of a small query costs the framework five to ten times what the database takes to answer it. A
selector that stands in the way of a single answer therefore states its query once, with a place for each value that it
will be told; the text is composed when it is first asked. Values go to the server as they always do, so what it plans
is planned for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import polars as pl
from django.db.models import Expression, Field, QuerySet

from rachun.apps.base.columns import framed, in_one_text

Rows: TypeAlias = QuerySet[Any, tuple[Any, ...]]


class Told(Expression):
    """Stands in a query for a value that the question is told each time it is asked."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:  # noqa: ARG002 -- the framework's names
        return "%s", [self]


class FrameQuestion:
    """What `read_frame` reads, asked again and again.

    rows: makes the query, with `Told` for what differs; called once. columns: as of `read_frame`.
    """

    def __init__(self, rows: Callable[[], Rows], columns: Mapping[str, pl.DataType]) -> None:
        self._rows, self._columns = rows, columns
        self._written: tuple[str, tuple[Any, ...]] | None = None

    def ask(self, **told: Any) -> pl.DataFrame:
        """Raises KeyError when a value of the query is not told."""
        if self._written is None:
            statement, params = self._rows().query.sql_with_params()
            self._written = in_one_text(statement, columns=self._columns), tuple(params)
        statement, params = self._written
        values = [told[one.name] if isinstance(one, Told) else one for one in params]
        return framed(statement, values, columns=self._columns)
