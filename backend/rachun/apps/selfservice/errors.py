from django.utils.translation import gettext_lazy as _

from rachun.apps.base.errors import Refused


class ReadingInFuture(Refused):
    code = "reading_in_future"
    title = _("The day of the reading has not come yet.")


class ReadingOutOfDate(Refused):
    """params: latest_date, the day of the reading that is known."""

    code = "reading_out_of_date"
    title = _("There is a later reading of this meter already. Send what the meter shows today.")


class ReadingSettled(Refused):
    """Somebody of the enterprise read the meter that day, or a bill stands on the reading."""

    code = "reading_settled"
    title = _("The reading of this day is settled. Send what the meter shows today, or ask us about the bill.")


class ReadingNotBelievable(Refused):
    """params: checks, what was found odd."""

    code = "reading_not_believable"
    title = _("This cannot be what the meter shows. Look at the digits again.")


class PhotoRefused(Refused):
    code = "photo_refused"
    title = _("Send the photo as JPEG, PNG or WebP of at most 8 MB and 12,000 pixels a side.")
