from django.utils.translation import gettext_lazy as _

from rachun.apps.base.errors import Conflict, Refused


class ServicePointOccupied(Conflict):
    code = "service_point_occupied"
    title = _("Another agreement is served at this point on these days.")


class ServicePointVacant(Conflict):
    code = "service_point_vacant"
    title = _("Nobody is served at this point on this day, so there is nothing to hand over.")


class ServicePointDiffers(Conflict):
    code = "service_point_differs"
    title = _("A service point with this code stands at another premise or delivers another service.")


class PlanOfAnotherService(Refused):
    code = "plan_of_another_service"
    title = _("The tariff plan belongs to another service.")


class BranchesDiffer(Refused):
    code = "branches_differ"
    title = _("The account and the place belong to different legal entities or branches.")


class ServiceOfAnotherEntity(Refused):
    code = "service_of_another_entity"
    title = _("The service is sold by another legal entity.")


class ContractOfAnotherAccount(Refused):
    code = "contract_of_another_account"
    title = _("The contract was signed for another account.")


class ContractNumberTaken(Conflict):
    code = "contract_number_taken"
    title = _("The account already has a contract with this number.")


class AgreementNumberTaken(Conflict):
    code = "agreement_number_taken"
    title = _("There is already an agreement with this number.")


class SameHolder(Refused):
    code = "same_holder"
    title = _("The account holds this service point already.")


class AccountClosed(Refused):
    code = "account_closed"
    title = _("The account is closed.")


class NotServedThen(Refused):
    code = "not_served_then"
    title = _("The agreement is not served on this day.")


class AgreementAlreadyEnded(Conflict):
    code = "agreement_already_ended"
    title = _("The agreement ends on this day or earlier already.")


class EndBeforeStart(Refused):
    code = "end_before_start"
    title = _("The end lies before the start.")


class ResourceInUse(Conflict):
    code = "resource_in_use"
    title = _("The number or port serves another agreement on these days.")


class IdentifierNotValid(Refused):
    code = "identifier_not_valid"
    title = _("A phone number is written with 5 to 15 digits, a login without spaces.")
