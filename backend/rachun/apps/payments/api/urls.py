"""Addresses of money that came in, below /api/v1/."""

from rachun.apps.base.api.routing import ByIdRouter
from rachun.apps.payments.api import views

router = ByIdRouter()
router.register("receipts", views.ReceiptViewSet, basename="receipt")

urlpatterns = router.urls
