"""Addresses of billing, below /api/v1/."""

from django.urls import path

from rachun.apps.base.api.routing import ByIdRouter
from rachun.apps.billing.api import bill_views, losses_views, print_views, quote_views, run_views

router = ByIdRouter()
router.register("bill-runs", run_views.BillRunViewSet, basename="bill-run")
router.register("bills", bill_views.BillViewSet, basename="bill")
router.register("bill-prints", print_views.BillPrintViewSet, basename="bill-print")
router.register("bill-print-files", print_views.BillPrintFileViewSet, basename="bill-print-file")
router.register("own/bills", bill_views.OwnBillViewSet, basename="own-bill")
router.register("quotes", quote_views.QuoteViewSet, basename="quote")

urlpatterns = [
    path("losses", losses_views.LossesView.as_view(), name="losses"),
    path("losses/file", losses_views.LossesFileView.as_view(), name="losses-file"),
    *router.urls,
]
