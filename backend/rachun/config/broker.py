"""What `dramatiq rachun.config.broker` loads: Django, the broker, the actors."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rachun.config.settings")
django.setup()
