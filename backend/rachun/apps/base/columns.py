"""Many keys into a query and many rows out of it as columns, without a Python object for any of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import polars as pl
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BigIntegerField, BooleanField, Expression, F, Func, QuerySet, Value


def texts(ids: Iterable[UUID]) -> pl.Series:
    """Ids as columns carry them."""
    return pl.Series([str(one) for one in ids], dtype=pl.String)


def listed(values: Iterable[str] | pl.Series) -> str:
    """One parameter of many values, for string_to_array."""
    if isinstance(values, pl.Series):
        return values.str.join(",").item() or ""
    return ",".join(values)


class IsOneOf(Func):
    """A condition: the field has one of these values. `IN` writes a parameter for each of them, this one for all.

    values: or the expression of a text that lists them. kind: the type of the field, text or uuid. No value may hold a
    comma.
    """

    arg_joiner = " = ANY(string_to_array("
    template = "%(expressions)s, ',')::%(kind)s[])"

    def __init__(self, field: str, values: Iterable[str] | pl.Series | Expression, *, kind: str) -> None:
        wanted = values if isinstance(values, Expression) else Value(listed(values))
        super().__init__(F(field), wanted, kind=kind, output_field=BooleanField())


class EpochMicroseconds(Func):
    """An instant as microseconds since 1970 UTC; `instant` makes it one again."""

    template = "(extract(epoch FROM %(expressions)s) * 1000000)::bigint"
    output_field = BigIntegerField()


def instant(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")


def read_frame(rows: QuerySet[Any, tuple[Any, ...]], columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """The rows of a values_list query. columns: texts, whole numbers or dates, in the order of the query."""
    try:
        statement, params = rows.query.sql_with_params()
    except EmptyResultSet:
        return pl.DataFrame(schema=dict(columns))
    return read_written(statement=statement, params=params, columns=columns)


def read_written(*, statement: str, params: Sequence[Any], columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """The rows of a statement, as read_frame reads those of a query."""
    return framed(in_one_text(statement, columns=columns), params, columns=columns)


def in_one_text(statement: str, *, columns: Mapping[str, pl.DataType]) -> str:
    """A statement by which the database writes all rows into one text: the protocol's message for each row costs more
    than the row.
    """
    names = {f"c{place}": kind for place, kind in enumerate(columns.values())}
    cells = ", ".join(_written(name, kind) for name, kind in names.items())
    line = f"concat_ws(',', {cells})"
    return f"SELECT string_agg({line}, E'\\n') FROM ({statement}) AS found ({', '.join(names)})"  # noqa: S608 -- ours


def framed(statement: str, params: Sequence[Any], *, columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """The rows that a statement of `in_one_text` writes."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        [written] = cursor.fetchone()
    if not written:
        return pl.DataFrame(schema=dict(columns))
    return pl.read_csv(written.encode(), has_header=False, schema=dict(columns))  # an empty text is quoted, not a null


def _written(name: str, kind: pl.DataType) -> str:
    """A cell of the text. Only a text can hold what parts cells, and only it can be empty without being a null."""
    quoted = f"""'"' || replace({name}::text, '"', '""') || '"'""" if kind == pl.String() else f"{name}::text"
    return f"coalesce({quoted}, '')"
