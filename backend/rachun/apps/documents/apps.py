from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "rachun.apps.documents"
    label = "documents"
