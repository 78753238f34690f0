"""What the chains cannot tell of themselves: that their end was cut off, or that all of them were made anew."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from rachun.apps.base.audit import find_broken_link, record_audit, seal_audit_rows
from rachun.apps.base.models import AuditRow, AuditSeal, CheckResult

Connection = psycopg.Connection[Any]


def seal_rows(count: int) -> None:
    with transaction.atomic():
        for n in range(count):
            record_audit(operation="test", object_kind="thing", object_id=n)
    assert seal_audit_rows() == count


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "anchors.jsonl"


def lines_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.mark.usefixtures("fresh_database")
class TestAnchors:
    def test_have_a_line_for_each_day_on_which_the_chain_grew(self, file: Path) -> None:
        for count in (3, 0, 2):
            if count:
                seal_rows(count)
            call_command("check_audit", anchors=file)

        ends = AuditSeal.objects.filter(sequence__in=[3, 5]).order_by("sequence").values_list("sequence", "hash")
        assert [(line["sequence"], line["hash"]) for line in lines_of(file)] == list(ends)

    def test_tell_of_an_end_that_was_cut_off(self, file: Path, owner_sql: Connection) -> None:
        seal_rows(3)
        call_command("check_audit", anchors=file)
        written = file.read_bytes()

        owner_sql.execute("DELETE FROM base_auditseal WHERE sequence = 3")
        owner_sql.execute("DELETE FROM base_auditrow WHERE object_id = '2'")

        assert find_broken_link() is None, "what is left holds"
        with pytest.raises(CommandError, match=r"place 3, .* is missing"):
            call_command("check_audit", anchors=file, record=True)
        assert file.read_bytes() == written
        assert not CheckResult.objects.get(name="audit").is_good

    def test_tell_of_a_chain_that_was_made_anew(self, file: Path, owner_sql: Connection) -> None:
        seal_rows(3)
        call_command("check_audit", anchors=file)

        owner_sql.execute("UPDATE base_auditrow SET why = 'nothing happened' WHERE object_id = '1'")
        owner_sql.execute("DELETE FROM base_auditseal")
        assert seal_audit_rows() == AuditRow.objects.count() == 3

        assert find_broken_link() is None, "it was sealed again"
        with pytest.raises(CommandError, match=r"place 3, .* another hash"):
            call_command("check_audit", anchors=file)

    def test_name_the_line_that_is_none(self, file: Path) -> None:
        seal_rows(1)
        call_command("check_audit", anchors=file)
        with file.open("a") as more:
            more.write('{"at": "2026-11-25T00:00:00+00:00", "stream": "main"}\n')

        with pytest.raises(CommandError, match="line 2 is not an anchor"):
            call_command("check_audit", anchors=file)

    def test_are_not_written_where_a_row_was_edited(self, file: Path, owner_sql: Connection) -> None:
        seal_rows(2)
        owner_sql.execute("UPDATE base_auditrow SET why = 'other' WHERE object_id = '1'")

        with pytest.raises(CommandError, match="differs from its hash"):
            call_command("check_audit", anchors=file)
        assert not file.exists()
