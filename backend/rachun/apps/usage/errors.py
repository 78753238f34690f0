from django.utils.translation import gettext_lazy as _

from rachun.apps.base.errors import Conflict, Refused


class SourceCodeTaken(Conflict):
    code = "source_code_taken"
    title = _("This code is already in use for another source of usage.")


class FormatNotRead(Refused):
    code = "format_not_read"
    title = _("Usage of this kind is not read in this format.")


class TimeZoneUnknown(Refused):
    code = "time_zone_unknown"
    title = _("There is no such time zone.")
