"""Why a bill run does not go on."""

from django.utils.translation import gettext_lazy as _

from rachun.apps.base.errors import Conflict, Invalid, Refused


class RunAlreadyExists(Conflict):
    code = "bill_run_already_exists"
    title = _("There is already a regular bill run for this period.")


class RunPeriodInvalid(Invalid):
    code = "bill_run_period_invalid"
    title = _(
        "A bill run needs a period of at least one day, a document date after its start and a due date not before."
    )


class RunNeedsAccounts(Invalid):
    code = "bill_run_needs_accounts"
    title = _("A final bill run needs the accounts it bills; other runs choose theirs themselves.")


class AccountNotOfEntity(Refused):
    code = "account_not_of_entity"
    title = _("An account does not belong to this legal entity.")


class RunNotCalculable(Conflict):
    code = "bill_run_not_calculable"
    title = _("The bill run is being worked on or is already issued, and cannot be calculated now.")


class RunNotCalculated(Conflict):
    code = "bill_run_not_calculated"
    title = _("Only a calculated bill run can be approved.")


class RunNotReviewed(Conflict):
    code = "bill_run_not_reviewed"
    title = _("Only an approved bill run can be issued.")


class RunNotCancellable(Conflict):
    code = "bill_run_not_cancellable"
    title = _("A bill run that is being issued or was issued cannot be cancelled.")


class ControlSheetDiffers(Conflict):
    code = "control_sheet_differs"
    title = _("The control sheet does not balance.")


class InputsChanged(Conflict):
    code = "inputs_changed"
    title = _("Data of these accounts changed after the calculation. Calculate again.")
