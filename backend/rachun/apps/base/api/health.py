"""For supervisors and monitoring: alive, ready, figures."""

from ipaddress import ip_address
from secrets import compare_digest

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from redis.exceptions import RedisError

from rachun.apps.base.figures import BusinessFigures

logger = structlog.get_logger(__name__)


def health(_request: HttpRequest) -> HttpResponse:
    """The process answers. Says nothing about what it depends on."""
    return JsonResponse({"status": "ok"})


def ready(_request: HttpRequest) -> HttpResponse:
    """200 when a request could be served: database, migrations and Valkey; else 503 naming what is not."""
    has_database = is_database_up()
    found = {
        "database": has_database,
        "migrations": has_database and are_migrations_applied(),
        "valkey": is_valkey_up(),
    }
    body = {"status": "ok" if all(found.values()) else "not_ready", "checks": found}
    return JsonResponse(body, status=200 if all(found.values()) else 503)


def is_database_up() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.warning("database_not_ready", exc_info=True)
        return False
    return True


def are_migrations_applied() -> bool:
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        logger.warning("migrations_not_readable", exc_info=True)
        return False


def is_valkey_up() -> bool:
    try:
        cache.get("ready")
    except RedisError:
        logger.warning("valkey_not_ready", exc_info=True)
        return False
    return True


def metrics(request: HttpRequest) -> HttpResponse:
    """Figures of this process and of the business, for whoever has the token; without one, for this machine."""
    if not may_read_figures(request):
        return HttpResponse(status=404)
    business = CollectorRegistry()
    business.register(BusinessFigures())
    return HttpResponse(generate_latest() + generate_latest(business), content_type=CONTENT_TYPE_LATEST)


def may_read_figures(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        told = request.headers.get("Authorization", "")
        return compare_digest(told.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:  # a socket of this machine has no address
        return False
