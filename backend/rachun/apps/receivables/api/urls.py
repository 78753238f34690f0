"""Addresses of what accounts owe, below /api/v1/."""

from django.urls import path

from rachun.apps.receivables.api import views

urlpatterns = [
    path("accounts/<uuid:account_id>/balance", views.AccountBalanceView.as_view()),
    path("accounts/<uuid:account_id>/statement", views.AccountStatementView.as_view()),
    path("own/accounts/<uuid:account_id>/balance", views.OwnAccountBalanceView.as_view()),
    path("own/accounts/<uuid:account_id>/statement", views.OwnAccountStatementView.as_view()),
]
