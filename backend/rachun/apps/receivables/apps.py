from django.apps import AppConfig


class ReceivablesConfig(AppConfig):
    name = "rachun.apps.receivables"
    label = "receivables"
