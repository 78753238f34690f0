"""The audit chain: what was sealed cannot be changed unnoticed, and the application role cannot change it at all."""

from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from rachun.apps.base.audit import find_broken_link, record_audit, seal_audit_rows
from rachun.apps.base.models import AuditRow, AuditSeal

Connection = psycopg.Connection[Any]


def write_rows(count: int) -> list[str]:
    with transaction.atomic():
        rows = [record_audit(operation="test", object_kind="thing", object_id=n, after={"n": n}) for n in range(count)]
    return [str(row.id) for row in rows]


class TestSealedChain:
    def test_holds_when_nobody_touched_it(self, fresh_database: str) -> None:
        write_rows(3)
        assert seal_audit_rows() == 3
        write_rows(2)
        assert seal_audit_rows() == 2

        assert list(AuditSeal.objects.order_by("sequence").values_list("sequence", flat=True)) == [1, 2, 3, 4, 5]
        assert find_broken_link() is None
        call_command("check_audit")

    def test_names_an_edited_row(self, fresh_database: str, owner_sql: Connection) -> None:
        ids = write_rows(3)
        seal_audit_rows()

        owner_sql.execute("""UPDATE base_auditrow SET after = '{"n": 99}' WHERE id = %s""", [ids[1]])

        broken = find_broken_link()
        assert broken is not None
        assert (broken.sequence, str(broken.audit_row_id)) == (2, ids[1])
        with pytest.raises(CommandError, match=ids[1]):
            call_command("check_audit")

    def test_names_the_place_of_a_deleted_row(self, fresh_database: str, owner_sql: Connection) -> None:
        ids = write_rows(3)
        seal_audit_rows()

        owner_sql.execute("DELETE FROM base_auditseal WHERE audit_row_id = %s", [ids[1]])
        owner_sql.execute("DELETE FROM base_auditrow WHERE id = %s", [ids[1]])

        broken = find_broken_link()
        assert broken is not None
        assert broken.sequence == 2

    def test_names_the_first_of_two_rows_that_changed_places(self, fresh_database: str, owner_sql: Connection) -> None:
        write_rows(3)
        seal_audit_rows()

        for before, after in ((1, 100), (2, 1), (100, 2)):
            owner_sql.execute("UPDATE base_auditseal SET sequence = %s WHERE sequence = %s", [after, before])

        broken = find_broken_link()
        assert broken is not None
        assert broken.sequence == 1


class TestApplicationRole:
    @pytest.mark.parametrize("table", ["base_auditrow", "base_auditseal"])
    @pytest.mark.parametrize("statement", ["UPDATE {} SET stream = 'x'", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
    def test_cannot_change_what_only_grows(self, app_sql: Connection, table: str, statement: str) -> None:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app_sql.execute(statement.format(table))

    def test_cannot_make_or_drop_tables(self, app_sql: Connection) -> None:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app_sql.execute("CREATE TABLE mine (id int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app_sql.execute("DROP TABLE base_job")

    def test_is_what_django_connects_as(self, fresh_database: str) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == ("rachun_app",)
        assert AuditRow.objects.count() == 0
