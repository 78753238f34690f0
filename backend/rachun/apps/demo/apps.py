from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "rachun.apps.demo"
    label = "demo"
