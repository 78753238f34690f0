from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    name = "rachun.apps.agreements"
    label = "agreements"
