"""Addresses of money that came in, below /api/v1/."""

from django.urls import path

from rachun.apps.base.api.routing import ByIdRouter
from rachun.apps.payments.api import cash_views, views

router = ByIdRouter()
router.register("receipts", views.ReceiptViewSet, basename="receipt")
router.register("cash-desks", cash_views.CashDeskViewSet, basename="cash-desk")
router.register("cash-shifts", cash_views.CashShiftViewSet, basename="cash-shift")
router.register("cash-payments", cash_views.CashPaymentViewSet, basename="cash-payment")

urlpatterns = [path("payers", cash_views.PayersView.as_view(), name="payers"), *router.urls]
