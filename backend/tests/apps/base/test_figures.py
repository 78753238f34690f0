"""What monitoring is told, and who may ask."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from rachun.apps.base import figures
from rachun.apps.base.audit import record_audit, seal_audit_rows
from rachun.apps.base.figures import Figure, list_figures
from rachun.apps.base.models import Job
from rachun.values.ids import uuid7

TOKEN = "a-token-that-only-monitoring-was-told"


def told(client: Client, **headers: Any) -> dict[str, float]:
    """Name with labels → value, of everything that is told of the business."""
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == HTTPStatus.OK
    lines = [line for line in answer.content.decode().splitlines() if line.startswith("rachun_")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


@pytest.mark.django_db
class TestMetrics:
    def test_tell_every_figure_that_has_something_to_say(self, client: Client) -> None:
        found = told(client)

        always = [figure.name for figure in list_figures() if not figure.labels and "archive" not in figure.name]
        assert len(always) >= 5
        assert [name for name in always if name not in found] == []
        assert [name for name in found if name.startswith("rachun_figure_missing")] == []

    def test_say_how_long_a_job_has_waited(self, client: Client) -> None:
        Job.objects.create(id=uuid7(), kind="test.slow", created_at=timezone.now() - timedelta(minutes=10))

        found = told(client)

        assert found['rachun_jobs{state="PENDING"}'] == 1
        assert found["rachun_job_waiting_seconds"] >= 600

    def test_count_a_running_job_whose_worker_is_gone(self, client: Client) -> None:
        gone, alive = timezone.now() - timedelta(minutes=5), timezone.now() + timedelta(seconds=20)
        Job.objects.create(kind="test.gone", state=Job.State.RUNNING, lease_until=gone)
        Job.objects.create(kind="test.alive", state=Job.State.RUNNING, lease_until=alive)

        assert told(client)["rachun_jobs_abandoned"] == 1

    def test_name_a_figure_that_cannot_be_read_and_tell_the_others(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken = Figure(name="rachun_broken", sentence="Asks for what is not there.", sql="SELECT 1 FROM no_such_table")
        monkeypatch.setattr(figures, "FIGURES", (broken, *figures.FIGURES))

        found = told(client)

        assert found['rachun_figure_missing{name="rachun_broken"}'] == 1
        assert "rachun_job_waiting_seconds" in found


@pytest.mark.django_db
class TestWhoMayAsk:
    def test_is_this_machine_when_there_is_no_token(self, client: Client) -> None:
        assert client.get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == HTTPStatus.OK
        assert client.get("/metrics", REMOTE_ADDR="203.0.113.7").status_code == HTTPStatus.NOT_FOUND
        assert client.get("/metrics", REMOTE_ADDR="").status_code == HTTPStatus.NOT_FOUND

    def test_is_whoever_has_the_token_and_nobody_else(self, client: Client, settings: Any) -> None:
        settings.METRICS_TOKEN = TOKEN

        assert told(client, authorization=f"Bearer {TOKEN}")
        for wrong in ("", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer "):
            assert client.get("/metrics", headers={"authorization": wrong}).status_code == HTTPStatus.NOT_FOUND


class TestChecks:
    @pytest.mark.django_db
    def test_leave_their_result_for_monitoring(self, client: Client) -> None:
        with transaction.atomic():
            record_audit(operation="test", object_kind="thing", object_id=1)
        seal_audit_rows()

        call_command("check_audit", "--record")
        call_command("check_invariants", "--record")

        found = told(client)
        assert (found['rachun_check_good{check="audit"}'], found['rachun_check_good{check="invariants"}']) == (1, 1)
        assert 0 <= found['rachun_check_age_seconds{check="audit"}'] < 60

    def test_tell_of_a_chain_that_was_tampered_with(self, fresh_database: str, owner_sql: Any, client: Client) -> None:
        with transaction.atomic():
            record_audit(operation="test", object_kind="thing", object_id=1)
        seal_audit_rows()
        owner_sql.execute("UPDATE base_auditrow SET why = 'another reason'")

        with pytest.raises(Exception, match="differs from its hash"):
            call_command("check_audit", "--record")

        assert told(client)['rachun_check_good{check="audit"}'] == 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT words FROM base_checkresult WHERE name = 'audit'")
            assert "place 1" in cursor.fetchone()[0]
