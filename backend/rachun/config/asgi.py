"""The application a server runs: `uvicorn rachun.config.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rachun.config.settings")
framework = get_asgi_application()

from rachun.apps.base.api.short_way import WithShortWay  # noqa: E402 -- apps must be ready first
from rachun.apps.rating.api.online import OnlineCalls  # noqa: E402

application = WithShortWay(framework, short=OnlineCalls())  # type: ignore[arg-type]  # a dict there, a mapping here
