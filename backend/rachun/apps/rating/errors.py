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


class ReratingPeriodInvalid(Refused):
    code = "rerating_period_invalid"
    title = _("The last day must not lie before the first.")


class PlanNotOfEntity(Refused):
    code = "plan_not_of_entity"
    title = _("The tariff plan belongs to another enterprise.")


class ReratingNotRehearsed(Conflict):
    code = "rerating_not_rehearsed"
    title = _("Only a re-rating that was rehearsed and not yet applied can be applied.")


class RunNotOfEntity(Refused):
    code = "run_not_of_entity"
    title = _("The priced run belongs to another enterprise.")


class ReratingOfPlanOrRun(Refused):
    code = "rerating_of_plan_or_run"
    title = _("Name a tariff plan or a priced run, not both.")
