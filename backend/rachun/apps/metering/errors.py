from django.utils.translation import gettext_lazy as _

from rachun.apps.base.errors import Conflict, Invalid, Refused


class MeterSerialTaken(Conflict):
    code = "meter_serial_taken"
    title = _("There is already a meter with this serial number.")


class MeterElsewhere(Conflict):
    code = "meter_elsewhere"
    title = _("The meter stands at another service point on these days.")


class MeterNotInstalled(Refused):
    code = "meter_not_installed"
    title = _("The meter is not installed on this day.")


class ReadingsMissing(Refused):
    code = "readings_missing"
    title = _("Every register needs a reading when a meter is installed, removed or exchanged.")


class ReadingRefused(Refused):
    code = "reading_refused"
    title = _("The reading cannot be taken.")


class RegistersMissing(Refused):
    code = "registers_missing"
    title = _("A meter needs at least one register, each with its own code.")


class EstimateTakenBackTwice(Conflict):
    code = "estimate_taken_back_twice"
    title = _("Another bill has settled this estimate already. Calculate the bill run again.")


class EstimationRuleInvalid(Invalid):
    code = "estimation_rule_invalid"
    title = _("The estimation rule is not valid.")


class EstimationRuleOverlaps(Conflict):
    code = "estimation_rule_overlaps"
    title = _("There is already an estimation rule for this service on these days.")


class UnknownRegister(Refused):
    code = "unknown_register"
    title = _("The meter has no such register.")


class ReadingAlreadyDecided(Conflict):
    code = "reading_already_decided"
    title = _("Somebody has decided about this reading already.")


class ReadingRuleOverlaps(Conflict):
    code = "reading_rule_overlaps"
    title = _("There is already a rule for this source from this day on.")


class CommonMeterInvalid(Invalid):
    code = "common_meter_invalid"
    title = _("The rule of the common meter is not valid.")


class CommonMeterOverlaps(Conflict):
    code = "common_meter_overlaps"
    title = _("This register of the main meter is shared by another rule on these days. End that one first.")


class RuleEndRefused(Conflict):
    code = "rule_end_refused"
    title = _("The rule is not in force up to this day: it starts later, ended before or was replaced.")


class ReadingRuleInvalid(Invalid):
    code = "reading_rule_invalid"
    title = _("The rule for readings is not valid.")
