"""What `dramatiq rachun.config.broker` loads: Django, the broker, the actor, the handlers of every app."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rachun.config.settings")
django.setup()

from rachun.apps.base.jobs import discover_handlers  # noqa: E402 -- apps must be ready first
from rachun.apps.base.queue import broker  # noqa: E402
from rachun.apps.base.tasks import run_job  # noqa: E402

discover_handlers()

__all__ = ["broker", "run_job"]
