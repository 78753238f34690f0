"""The bell: dramatiq over Valkey. The work itself is the job row."""

import dramatiq
from django.conf import settings
from django.db import close_old_connections
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AgeLimit, Callbacks, Middleware, Retries, ShutdownNotifications, TimeLimit


class DatabaseConnections(Middleware):
    """Drop connections that broke or got too old around every message, as a request would."""

    def before_process_message(self, *_message: object) -> None:
        close_old_connections()

    def after_process_message(self, *_message: object, **_outcome: object) -> None:
        close_old_connections()


def make_broker(*, url: str) -> RedisBroker:
    middleware = [AgeLimit(), TimeLimit(), ShutdownNotifications(), Callbacks(), Retries(), DatabaseConnections()]
    return RedisBroker(url=url, middleware=middleware)  # type: ignore[no-untyped-call]


broker = make_broker(url=settings.REDIS_URL)
dramatiq.set_broker(broker)
