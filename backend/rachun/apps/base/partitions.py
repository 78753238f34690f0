"""Leaf tables partitioned by load key: a bulk load's own id, or the live key of a month for interactive work."""

from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ProjectState


class CreatePartitionedModel(CreateModel):
    """Create the table as LIST-partitioned by `load_key`, which leads its composite primary key."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: Any,
        from_state: ProjectState,  # noqa: ARG002 -- Django's own signature
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        definition, params = schema_editor.table_sql(model)
        schema_editor.execute(f"{definition} PARTITION BY LIST (load_key)", params or None)
        schema_editor.deferred_sql.extend(schema_editor._model_indexes_sql(model))  # noqa: SLF001 -- as create_model does


def live_load_key(*, on: date) -> UUID:
    """The load key of the month's live partition."""
    return UUID(bytes=sha256(f"live:{on:%Y-%m}".encode()).digest()[:16])


def ensure_live_partition(*, parent: str, on: date) -> UUID:
    """Make the month's live partition of the table if it is missing; returns its load key."""
    load_key = live_load_key(on=on)
    with connection.cursor() as cursor:
        cursor.execute("SELECT ensure_live_partition(%s, %s)", [parent, load_key])
    return load_key


def open_load(*, parent: str, load_key: UUID) -> str:
    """Make the bare table that a bulk load copies into; returns its name. Opening it again changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT open_load(%s, %s)", [parent, load_key])
        (table,) = cursor.fetchone()
    return str(table)


def load_table(*, parent: str, load_key: UUID) -> str:
    """The name of a load's table. Opening holds a lock until the commit; loads side by side open theirs before."""
    return f"{parent}_{load_key.hex}"


def drop_load(*, parent: str, load_key: UUID) -> None:
    """Throw away a load that was never attached. Raises the database's refusal if it was."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT drop_load(%s, %s)", [parent, load_key])


def finish_load(*, parent: str, load_key: UUID) -> None:
    """Add keys, foreign keys, indexes and statistics to a complete load; attaching it does so where nobody did.

    One finisher at a time, until the transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT finish_load(%s, %s)", [parent, load_key])


def attach_load(*, parent: str, load_key: UUID) -> int:
    """Check a load as a set, finish it, attach it; returns its number of rows.

    One finisher at a time: the database holds an advisory lock meanwhile. Attaching again changes nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT attach_load(%s, %s)", [parent, load_key])
        (rows,) = cursor.fetchone()
    return int(rows)
