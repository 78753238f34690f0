"""The transaction of a use case."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

_REFERENCES = """
SELECT string_agg(quote_ident(conname), ', ') FROM pg_constraint
WHERE contype = 'f' AND condeferrable AND conrelid = ANY(%s::regclass[]) AND confrelid <> %s::regclass
"""
P = ParamSpec("P")
R = TypeVar("R")
_edge_is_open: ContextVar[bool] = ContextVar("edge_is_open", default=False)


@contextmanager
def edge_transaction() -> Iterator[None]:
    """A transaction opened by an edge around one use case, so that its answer is kept together with its effect."""
    with transaction.atomic(durable=True):
        token = _edge_is_open.set(True)
        try:
            yield
        finally:
            _edge_is_open.reset(token)


def use_case(function: Callable[P, R]) -> Callable[P, R]:
    """Run in one durable transaction; inside an edge_transaction, join that one.

    Raises RuntimeError when called inside any other transaction: a use case is not a building block.
    """

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        if _edge_is_open.get():
            token = _edge_is_open.set(False)
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            finally:
                _edge_is_open.reset(token)
        with transaction.atomic(durable=True):
            return function(*args, **kwargs)

    return wrapper


def check_references(*, of: Sequence[str], except_to: str) -> None:
    """Check now what these tables refer to, and not at the commit, for which others may be waiting.

    except_to: the table whose rows are not there yet.
    """
    assert_in_transaction()
    with transaction.get_connection().cursor() as cursor:
        cursor.execute(_REFERENCES, [list(of), except_to])
        [(names,)] = cursor.fetchall()
        cursor.execute(f"SET CONSTRAINTS {names} IMMEDIATE")


@contextmanager
def glance() -> Iterator[None]:
    """Read inside a transaction without keeping the locks that reading takes of tables, so that nobody who shuts a
    table waits for this transaction. A savepoint that is undone gives them back; what is written in here is lost.
    """
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def assert_in_transaction() -> None:
    """Building blocks call this: alone they would leave half a use case behind."""
    assert transaction.get_connection().in_atomic_block, "a building block was called outside a transaction"
