from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "rachun.apps.catalog"
    label = "catalog"
