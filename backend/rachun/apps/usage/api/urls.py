"""Addresses of usage, below /api/v1/. Batches and records are rating's: loading rates them."""

from rachun.apps.base.api.routing import ByIdRouter
from rachun.apps.usage.api import views

router = ByIdRouter()
router.register("usage-sources", views.UsageSourceViewSet, basename="usage-source")

urlpatterns = router.urls
