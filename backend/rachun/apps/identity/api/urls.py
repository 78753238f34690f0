"""Addresses of identity, below /api/v1/."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from rachun.apps.base.api.routing import ByIdRouter
from rachun.apps.identity.api import auth_views, export_views, job_views, views

router: SimpleRouter = ByIdRouter()
router.register("legal-entities", views.LegalEntityViewSet, basename="legal-entity")
router.register("branches", views.BranchViewSet, basename="branch")
router.register("operators", views.OperatorViewSet, basename="operator")
router.register("roles", views.RoleViewSet, basename="role")
router.register("jobs", job_views.JobViewSet, basename="job")
router.register("audit-rows", job_views.AuditRowViewSet, basename="audit-row")

urlpatterns = [
    path("auth/login", auth_views.LoginView.as_view(), name="login"),
    path("auth/refresh", auth_views.RefreshView.as_view(), name="refresh"),
    path("auth/client-token", auth_views.ClientTokenView.as_view(), name="client-token"),
    path("auth/logout", auth_views.LogoutView.as_view(), name="logout"),
    path("auth/password", auth_views.PasswordView.as_view(), name="password"),
    path("exports", export_views.ExportView.as_view(), name="exports"),
    path("exports/<uuid:id>/file", export_views.ExportFileView.as_view(), name="export-file"),
    path("me", auth_views.MeView.as_view(), name="me"),
    *router.urls,
]
