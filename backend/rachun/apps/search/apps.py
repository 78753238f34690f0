from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "rachun.apps.search"
    label = "search"
