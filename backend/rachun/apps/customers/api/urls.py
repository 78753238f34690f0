"""Addresses of customers, below /api/v1/."""

from rachun.apps.base.api.routing import ByIdRouter
from rachun.apps.customers.api import views

router = ByIdRouter()
router.register("parties", views.PartyViewSet, basename="party")
router.register("accounts", views.AccountViewSet, basename="account")
router.register("premises", views.PremiseViewSet, basename="premise")

urlpatterns = router.urls
