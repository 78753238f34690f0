"""Every address of the product."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path, re_path

from rachun.apps.base.api import health
from rachun.config.built_app import built_app

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health.health),
    path("ready", health.ready),
    path("metrics", health.metrics),
    *(
        path("api/v1/", include(f"rachun.apps.{app}.api.urls"))
        for app in (
            "identity",
            "documents",
            "messaging",
            "devices",
            "catalog",
            "customers",
            "agreements",
            "ledger",
            "metering",
            "usage",
            "rating",
            "receivables",
            "billing",
            "payments",
            "selfservice",
            "search",
        )
    ),
    re_path(r"^portal(?:/(?P<path>.*))?$", built_app(settings.PORTAL_DIR)),
    # Everything that is not the interface's belongs to the operators' application.
    re_path(r"^(?!api/|portal(?:/|$))(?P<path>.*)$", built_app(settings.FRONTEND_DIR)),
]

handler400 = "rachun.apps.base.api.problems.bad_request"
handler403 = "rachun.apps.base.api.problems.forbidden"
handler404 = "rachun.apps.base.api.problems.not_found"
handler500 = "rachun.apps.base.api.problems.server_error"
