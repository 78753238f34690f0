"""Addresses of messaging, below /api/v1/."""

from rachun.apps.base.api.routing import ByIdRouter
from rachun.apps.messaging.api import views

router = ByIdRouter()
router.register("deliveries", views.DeliveryViewSet, basename="delivery")

urlpatterns = router.urls
