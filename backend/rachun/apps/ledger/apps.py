from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "rachun.apps.ledger"
    label = "ledger"
