"""Addresses of agents and devices, below /api/v1/. The agents' own socket is in config/asgi.py."""

from rachun.apps.base.api.routing import ByIdRouter
from rachun.apps.devices.api import views

router = ByIdRouter()
router.register("agents", views.AgentViewSet, basename="agent")
router.register("devices", views.DeviceViewSet, basename="device")

urlpatterns = router.urls
