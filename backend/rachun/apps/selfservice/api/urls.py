"""Addresses of selfservice, below /api/v1/."""

from django.urls import path

from rachun.apps.base.api.routing import ByIdRouter
from rachun.apps.selfservice.api import own_views, reading_views, views

router = ByIdRouter()
router.register("own/accounts", own_views.OwnAccountViewSet, basename="own-account")
router.register("own/readings", reading_views.OwnReadingViewSet, basename="own-reading")
router.register("sent-readings", reading_views.SentReadingViewSet, basename="sent-reading")

urlpatterns = [
    path("auth/activation-requests", views.ActivationRequestView.as_view(), name="activation-requests"),
    path("auth/activations", views.ActivationView.as_view(), name="activations"),
    path("subscriber-logins", views.SubscriberLoginView.as_view(), name="subscriber-logins"),
    *router.urls,
]
