"""Addresses of agreements, below /api/v1/."""

from django.urls import path

from rachun.apps.agreements.api import customer_views, import_views, views
from rachun.apps.base.api.routing import ByIdRouter

router = ByIdRouter()
router.register("service-points", views.ServicePointViewSet, basename="service-point")
router.register("contracts", views.ContractViewSet, basename="contract")
router.register("agreements", views.AgreementViewSet, basename="agreement")

urlpatterns = [
    path("customers", customer_views.CustomerView.as_view(), name="customers"),
    path("customer-imports", import_views.CustomerImportView.as_view(), name="customer-imports"),
    path("customer-imports/template", import_views.CustomerTemplateView.as_view(), name="customer-template"),
    path("premises/<uuid:id>/hand-over", views.PremiseHandOverView.as_view(), name="premise-hand-over"),
    *router.urls,
]
