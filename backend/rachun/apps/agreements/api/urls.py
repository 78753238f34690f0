"""Addresses of agreements, below /api/v1/."""

from django.urls import path

from rachun.apps.agreements.api import views
from rachun.apps.base.api.routing import ByIdRouter

router = ByIdRouter()
router.register("service-points", views.ServicePointViewSet, basename="service-point")
router.register("agreements", views.AgreementViewSet, basename="agreement")

urlpatterns = [
    path("customer-imports", views.CustomerImportView.as_view(), name="customer-imports"),
    path("customer-imports/template", views.CustomerTemplateView.as_view(), name="customer-template"),
    *router.urls,
]
