"""Django's reception of requests, and what it leaves open: a disk too full for the body of a request."""

from typing import Any

from django.core.handlers.asgi import ASGIHandler

from rachun.apps.base.api.problems import Told, plain_problem, told_of


class NoRoomForBody(Exception):
    """Large bodies are kept on the disk while they come in."""

    def __init__(self, told: Told) -> None:
        super().__init__(told.code)
        self.told = told


class Reception(ASGIHandler):
    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().handle(scope, receive, send)
        except NoRoomForBody as refused:
            await self.send_response(plain_problem(refused.told), send)

    async def read_body(self, receive: Any) -> Any:
        """Raises NoRoomForBody once the whole body came: who is still sending does not listen."""
        has_more = True

        async def noting() -> Any:
            nonlocal has_more
            message = await receive()
            has_more = message["type"] == "http.request" and message.get("more_body", False)
            return message

        try:
            return await super().read_body(noting)
        except OSError as error:
            told = told_of(error)
            if told is None:
                raise
            while has_more:
                await noting()
            raise NoRoomForBody(told) from error
