from datetime import date
from zoneinfo import ZoneInfo

from django.utils import timezone

from rachun.apps.identity.models import LegalEntity


def today_of(entity: LegalEntity) -> date:
    """The day on the calendar of the enterprise."""
    return timezone.now().astimezone(ZoneInfo(entity.time_zone)).date()
