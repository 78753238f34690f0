"""Addresses of rating, below /api/v1/."""

from django.urls import path

from rachun.apps.base.api.routing import ByIdRouter
from rachun.apps.rating.api import rerating_views, views

router = ByIdRouter()
router.register("usage-batches", views.UsageBatchViewSet, basename="usage-batch")
router.register("usage-records", views.UsageRecordViewSet, basename="usage-record")
router.register("reratings", rerating_views.ReratingViewSet, basename="rerating")
router.register("priced-usage", views.PricedUsageViewSet, basename="priced-usage")

urlpatterns = [
    path("calls", views.CallView.as_view(), name="calls"),
    path("usage-batches/records", views.UsageRowsView.as_view(), name="usage-rows"),
    path("usage-batches/template", views.DeliveryTemplateView.as_view(), name="delivery-template"),
    path("destination-tables/<uuid:id>/imports", views.RateDeckImportView.as_view(), name="rate-deck-imports"),
    path("rate-plan-imports", views.RatePlanImportView.as_view(), name="rate-plan-imports"),
    *router.urls,
]
