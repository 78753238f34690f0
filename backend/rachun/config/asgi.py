"""The application a server runs: `uvicorn rachun.config.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rachun.config.settings")
application = get_asgi_application()
