"""Addresses of search, below /api/v1/."""

from django.urls import path

from rachun.apps.search.api.views import SearchView

urlpatterns = [path("search", SearchView.as_view(), name="search")]
