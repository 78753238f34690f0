"""The app everything else stands on."""

from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "rachun.apps.base"
    label = "base"
