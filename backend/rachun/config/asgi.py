"""The application a server runs: `uvicorn rachun.config.asgi:application`."""

import os
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rachun.config.settings")
django.setup(set_prefix=False)

from rachun.apps.base.api.short_way import WithShortWay  # noqa: E402 -- apps must be ready first
from rachun.apps.base.wiring import handlers  # noqa: E402 -- as above
from rachun.apps.devices.api.socket import PATH, agent_socket  # noqa: E402 -- as above
from rachun.apps.rating.api.online import OnlineCalls  # noqa: E402 -- as above
from rachun.config.receiving import Reception  # noqa: E402 -- as above

handlers()  # loads every app that listens: the first message of an agent is not to wait for it
over_http = WithShortWay(Reception(), short=OnlineCalls())  # type: ignore[arg-type]  # a dict there, a mapping here


async def application(scope: Any, receive: Any, send: Any) -> None:
    """HTTP is Django's, but for one short way; the one WebSocket is that of the device agents."""
    if scope["type"] != "websocket":
        await over_http(scope, receive, send)
    elif scope["path"] == PATH:
        await agent_socket(scope, receive, send)
    else:
        await receive()
        await send({"type": "websocket.close", "code": 4404})
