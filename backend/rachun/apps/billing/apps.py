from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "rachun.apps.billing"
    label = "billing"
