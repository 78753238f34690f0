"""Addresses of documents, below /api/v1/."""

from rachun.apps.base.api.routing import ByIdRouter
from rachun.apps.documents.api import views

router = ByIdRouter()
router.register("documents", views.DocumentViewSet, basename="document")
router.register("document-templates", views.DocumentTemplateViewSet, basename="document-template")

urlpatterns = router.urls
