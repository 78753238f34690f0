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
