from django.apps import AppConfig


class UsageConfig(AppConfig):
    name = "rachun.apps.usage"
    label = "usage"
