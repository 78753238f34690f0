from django.utils.translation import gettext_lazy as _

from rachun.apps.base.errors import Conflict, Refused


class ServicePointOccupied(Conflict):
    code = "service_point_occupied"
    title = _("Another agreement is served at this point on these days.")


class PlanOfAnotherService(Refused):
    code = "plan_of_another_service"
    title = _("The tariff plan belongs to another service.")


class NotServedThen(Refused):
    code = "not_served_then"
    title = _("The agreement is not served on this day.")


class EndBeforeStart(Refused):
    code = "end_before_start"
    title = _("The end lies before the start.")


class ResourceInUse(Conflict):
    code = "resource_in_use"
    title = _("The number or port serves another agreement on these days.")
