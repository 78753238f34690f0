"""Addresses of the books, below /api/v1/."""

from django.urls import path

from rachun.apps.base.api.routing import ByIdRouter
from rachun.apps.ledger.api import views

router = ByIdRouter()
router.register("ledger-accounts", views.LedgerAccountViewSet, basename="ledger-account")
router.register("entries", views.EntryViewSet, basename="entry")
router.register("open-items", views.OpenItemViewSet, basename="open-item")
router.register("accounting-periods", views.PeriodViewSet, basename="accounting-period")

urlpatterns = [*router.urls, path("trial-balance", views.TrialBalanceView.as_view())]
