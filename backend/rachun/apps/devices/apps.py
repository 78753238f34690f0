from django.apps import AppConfig


class DevicesConfig(AppConfig):
    name = "rachun.apps.devices"
    label = "devices"
