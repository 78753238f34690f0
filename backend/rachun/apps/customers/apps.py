from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "rachun.apps.customers"
    label = "customers"
