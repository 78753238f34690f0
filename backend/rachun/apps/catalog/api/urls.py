"""Addresses of the catalog, below /api/v1/."""

from rachun.apps.base.api.routing import ByIdRouter
from rachun.apps.catalog.api import views

router = ByIdRouter()
router.register("services", views.ServiceViewSet, basename="service")
router.register("tariff-plans", views.TariffPlanViewSet, basename="tariff-plan")
router.register("tariff-versions", views.TariffVersionViewSet, basename="tariff-version")
router.register("destination-tables", views.DestinationTableViewSet, basename="destination-table")
router.register("destination-rates", views.DestinationRateViewSet, basename="destination-rate")

urlpatterns = router.urls
