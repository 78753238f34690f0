from django.utils.translation import gettext_lazy as _

from rachun.apps.base.errors import Conflict, Refused


class SourceFormatUnknown(Refused):
    code = "source_format_unknown"
    title = _("Files of this source are not read in its format.")


class RowsOfAnotherKind(Refused):
    code = "rows_of_another_kind"
    title = _("The source sends usage of another kind.")


class RatesAlreadyFuture(Conflict):
    code = "rates_already_future"
    title = _("The table already has prices that start later than this day.")


class BandMeansAnother(Conflict):
    code = "band_means_another"
    title = _("The table already has this time band with other days or another start.")
