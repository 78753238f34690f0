"""Figures of the business for monitoring: what waits, for how long, and what the latest checks found.

Each is a short read-only statement, so any process may be asked at any time. Names and meanings: docs/operations.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

PATIENCE_MS = 3_000
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """sql: a row for each value, its labels first and the number last; no row where there is nothing to say."""

    name: str
    sentence: str
    sql: str
    labels: tuple[str, ...] = ()


FIGURES = (
    Figure(
        name="rachun_jobs",
        sentence="Jobs that are not finished, by state.",
        labels=("state",),
        sql="SELECT state, count(*) FROM base_job WHERE state IN ('PENDING', 'RUNNING') GROUP BY state",
    ),
    Figure(
        name="rachun_job_waiting_seconds",
        sentence="How long the longest waiting job has waited for a worker.",
        sql="SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)"
        " FROM base_job WHERE state = 'PENDING'",
    ),
    Figure(
        name="rachun_jobs_abandoned",
        sentence="Running jobs whose worker has not been heard of for over a minute and that nobody took over.",
        sql="SELECT count(*) FROM base_job"
        " WHERE state = 'RUNNING' AND lease_until < clock_timestamp() - interval '1 minute'",
    ),
    Figure(
        name="rachun_jobs_failed_day",
        sentence="Jobs that failed within a day, by kind.",
        labels=("kind",),
        sql="SELECT kind, count(*) FROM base_job"
        " WHERE state = 'FAILED' AND finished_at > clock_timestamp() - interval '1 day' GROUP BY kind",
    ),
    Figure(
        name="rachun_audit_unsealed_seconds",
        sentence="Age of the oldest audit row that is not in a chain yet; the sealer comes every two seconds.",
        sql="SELECT coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0)"
        " FROM (SELECT id, at FROM base_auditrow ORDER BY id DESC LIMIT 5000) AS latest"
        " WHERE NOT EXISTS (SELECT FROM base_auditseal s WHERE s.audit_row_id = latest.id)",
    ),
    Figure(
        name="rachun_check_good",
        sentence="1 when the latest check of this name found nothing wrong.",
        labels=("check",),
        sql="SELECT name, is_good::int FROM base_checkresult",
    ),
    Figure(
        name="rachun_check_age_seconds",
        sentence="How long ago the latest check of this name ended.",
        labels=("check",),
        sql="SELECT name, extract(epoch FROM clock_timestamp() - finished_at) FROM base_checkresult",
    ),
    Figure(
        name="rachun_wal_archive_failing",
        sentence="1 when the latest attempt to archive a WAL segment failed.",
        sql="SELECT (last_failed_time > coalesce(last_archived_time, '-infinity'))::int FROM pg_stat_archiver"
        " WHERE last_failed_time IS NOT NULL",
    ),
    Figure(
        name="rachun_wal_archived_seconds",
        sentence="How long ago a WAL segment was archived for the latest time.",
        sql="SELECT extract(epoch FROM clock_timestamp() - last_archived_time) FROM pg_stat_archiver"
        " WHERE last_archived_time IS NOT NULL",
    ),
)


class BusinessFigures(Collector):
    """A figure that cannot be told now is named by rachun_figure_missing; the others are told."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        missing = GaugeMetricFamily("rachun_figure_missing", "1 for a figure that could not be read.", labels=["name"])
        for figure in list_figures():
            try:
                yield family_of(figure)
            except DatabaseError:
                logger.warning("figure_not_read", figure=figure.name, exc_info=True)
                missing.add_metric([figure.name], 1)
        yield missing


def list_figures() -> list[Figure]:
    """Those of every module that config/wiring.py names."""
    return [figure for name in import_module(settings.RACHUN_WIRING).FIGURES for figure in import_module(name).FIGURES]


def family_of(figure: Figure) -> GaugeMetricFamily:
    """Raises DatabaseError, also when the database takes longer than a scrape may wait."""
    family = GaugeMetricFamily(figure.name, figure.sentence, labels=figure.labels)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {PATIENCE_MS}")
        cursor.execute(figure.sql)
        for *labels, value in cursor.fetchall():
            family.add_metric([str(label) for label in labels], value)
    return family
