from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "rachun.apps.messaging"
    label = "messaging"
