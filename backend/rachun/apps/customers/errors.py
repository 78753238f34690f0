from django.utils.translation import gettext_lazy as _

from rachun.apps.base.errors import Conflict, NotFound, Refused


class AccountNotFound(NotFound):
    code = "account_not_found"
    title = _("There is no account with this number.")


class AliasTaken(Conflict):
    code = "alias_taken"
    title = _("This number already belongs to another account.")


class BranchOfAnotherEntity(Refused):
    code = "branch_of_another_entity"
    title = _("The branch belongs to another legal entity.")


class PremiseOfAnotherBranch(Conflict):
    code = "premise_of_another_branch"
    title = _("The premise at this address belongs to another branch.")


class ContactNotValid(Refused):
    code = "contact_not_valid"
    title = _("An e-mail address or phone number is not written as one.")


class NoEmailAddress(Refused):
    code = "no_email_address"
    title = _("Bills cannot go by e-mail: the holder has no e-mail address.")
