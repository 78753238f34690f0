"""What the application roles may do in the database, derived from the models. Run as the owner after every migrate."""

from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper

from rachun.apps.base.fields import AppendOnly

ROLES = ("rachun_app", "rachun_worker")


class Command(BaseCommand):
    help = "Grant tables, columns and sequences to the application roles and run apps/*/sql/*.sql. Safe to repeat."

    def handle(self, *_args: Any, **_options: Any) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            require_owner(cursor)
            cursor.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
            for role in ROLES:
                cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
                cursor.execute(f"GRANT SELECT ON django_migrations TO {role}")
                for model in managed_models():
                    grant_model(cursor, model=model, role=role)
                cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
            for path in sql_files():
                cursor.execute(path.read_text(encoding="utf-8"))
                self.stdout.write(f"ran {path.parent.parent.name}/{path.name}")
        self.stdout.write(f"granted {len(managed_models())} tables to {', '.join(ROLES)}")


def require_owner(cursor: CursorWrapper) -> None:
    """Raises CommandError: grants by anybody else would silently do nothing."""
    cursor.execute("SELECT current_user = tableowner FROM pg_tables WHERE tablename = 'django_migrations'")
    found = cursor.fetchone()
    if found is None or not found[0]:
        raise CommandError("Run migrate first, and run this with RACHUN_ROLE=owner.")


def managed_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]  # noqa: SLF001 -- Django's documented Meta API


def grant_model(cursor: CursorWrapper, *, model: type[models.Model], role: str) -> None:
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)  # noqa: SLF001 -- Django's documented Meta API
    cursor.execute(f"REVOKE ALL ON {table} FROM {role}")
    if not issubclass(model, AppendOnly):
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {role}")
        return
    cursor.execute(f"GRANT SELECT, INSERT ON {table} TO {role}")
    if model.UPDATABLE:
        columns = ", ".join(quote(str(vars(model._meta.get_field(name))["column"])) for name in model.UPDATABLE)  # noqa: SLF001 -- as above
        cursor.execute(f"GRANT UPDATE ({columns}) ON {table} TO {role}")


def sql_files() -> list[Path]:
    """Functions and triggers of our apps, from the bottom layer up. Each file may be run again and grants itself."""
    ours = [Path(config.path) for config in apps.get_app_configs() if config.name.startswith("rachun.")]
    return [path for folder in ours for path in sorted((folder / "sql").glob("*.sql"))]
