"""Addresses of selfservice, below /api/v1/."""

from django.urls import path

from rachun.apps.selfservice.api import views

urlpatterns = [
    path("auth/activation-requests", views.ActivationRequestView.as_view(), name="activation-requests"),
    path("auth/activations", views.ActivationView.as_view(), name="activations"),
    path("subscriber-logins", views.SubscriberLoginView.as_view(), name="subscriber-logins"),
]
