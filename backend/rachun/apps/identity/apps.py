"""Legal entities, branches, principals, roles, API clients."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "rachun.apps.identity"
    label = "identity"
