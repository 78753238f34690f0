from rachun.apps.selfservice.services.create_login import create_subscriber_login
from rachun.apps.selfservice.services.request_activation import request_activation
from rachun.apps.selfservice.services.send_code import send_activation_code
from rachun.apps.selfservice.services.send_reading import ToldReading, send_reading

__all__ = ["ToldReading", "create_subscriber_login", "request_activation", "send_activation_code", "send_reading"]
