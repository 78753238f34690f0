from django.apps import AppConfig


class MeteringConfig(AppConfig):
    name = "rachun.apps.metering"
    label = "metering"
