"""Addresses of metering, below /api/v1/."""

from django.urls import path

from rachun.apps.base.api.routing import ByIdRouter
from rachun.apps.metering.api import common_views, rule_views, views

router = ByIdRouter()
router.register("meters", views.MeterViewSet, basename="meter")
router.register("common-meters", common_views.CommonMeterViewSet, basename="common-meter")
router.register("registers", views.RegisterViewSet, basename="register")
router.register("registers-to-read", views.ReadingRoundViewSet, basename="register-to-read")
router.register("installations", views.InstallationViewSet, basename="installation")
router.register("readings", views.ReadingViewSet, basename="reading")
router.register("interval-days", views.IntervalDayViewSet, basename="interval-day")
router.register("estimation-rules", rule_views.EstimationRuleViewSet, basename="estimation-rule")
router.register("reading-rules", rule_views.ReadingRuleViewSet, basename="reading-rule")
router.register("held-readings", rule_views.HeldReadingViewSet, basename="held-reading")

urlpatterns = [
    path("reading-imports", views.ReadingImportView.as_view(), name="reading-imports"),
    path("reading-imports/template", views.ReadingTemplateView.as_view(), name="reading-template"),
    *router.urls,
]
