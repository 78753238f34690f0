from django.apps import AppConfig


class RatingConfig(AppConfig):
    name = "rachun.apps.rating"
    label = "rating"
