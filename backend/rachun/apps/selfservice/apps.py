from django.apps import AppConfig


class SelfserviceConfig(AppConfig):
    name = "rachun.apps.selfservice"
    label = "selfservice"
