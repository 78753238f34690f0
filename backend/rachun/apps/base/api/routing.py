"""Addresses without a trailing slash, objects by UUID."""

from typing import Any

from rest_framework.routers import SimpleRouter


class ByIdRouter(SimpleRouter):
    """/bills, /bills/{id}, /bills/{id}/issue. Anything that is not a UUID is no address at all."""

    def __init__(self) -> None:
        super().__init__(trailing_slash=False, use_regex_path=False)

    def get_lookup_regex(self, viewset: Any, lookup_prefix: str = "") -> str:
        name = getattr(viewset, "lookup_url_kwarg", None) or viewset.lookup_field
        return f"<uuid:{lookup_prefix}{name}>"
