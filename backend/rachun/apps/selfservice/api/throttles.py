"""Limits of what anybody may call: codes cost letters, and guessing them must not pay."""

from typing import Any

from rest_framework.request import Request

from rachun.apps.base.api.throttles import Window


class ActivationsPerId(Window):
    """By the id that is asked for, known or not, from wherever it is asked."""

    name = "activation"

    def key(self, *, request: Request, view: Any) -> str | None:
        told = request.data.get("unique_id") if isinstance(request.data, dict) else None
        return f"id:{told}" if isinstance(told, str) else None


class ActivationsPerAddress(Window):
    name = "activation_address"

    def key(self, *, request: Request, view: Any) -> str | None:
        return f"address:{request.META.get('REMOTE_ADDR', '')}"
