from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    name = "rachun.apps.resources"
    label = "resources"
