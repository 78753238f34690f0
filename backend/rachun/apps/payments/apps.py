from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "rachun.apps.payments"
    label = "payments"
