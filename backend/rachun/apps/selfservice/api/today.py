from datetime import date

from django.utils import timezone

from rachun.apps.identity.models import LegalEntity
from rachun.values.calendar import local_day


def today_of(entity: LegalEntity) -> date:
    """The day on the calendar of the enterprise."""
    return local_day(instant=timezone.now(), zone=entity.time_zone)
