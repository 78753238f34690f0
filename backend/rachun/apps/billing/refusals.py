"""Why a bill run does not go on."""

import json
from collections.abc import Iterable
from typing import Self

from django.utils.translation import gettext_lazy as _

from rachun.apps.base.errors import Conflict, FieldProblem, Invalid, Refused
from rachun.apps.billing.reasons import reason_of


class RunAlreadyExists(Conflict):
    code = "bill_run_already_exists"
    title = _("There is already a regular bill run for this period.")


class RunPeriodInvalid(Invalid):
    code = "bill_run_period_invalid"
    title = _(
        "A bill run needs a period of 1 to 1,000 days, a document date after its start and a due date not before."
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


class OpeningAllowanceChanged(Conflict):
    code = "opening_allowance_changed"
    title = _("Units left over from an earlier period changed after the calculation. Calculate again.")


class QuoteNotPriced(Refused):
    code = "quote_not_priced"
    title = _("The tariff cannot be priced for this usage.")

    @classmethod
    def of(cls, *, refusals: Iterable[tuple[str, str]]) -> Self:
        """refusals: code and params (JSON) as the engine gives them."""
        told = [(code, json.loads(params)) for code, params in refusals]
        return cls(
            errors=[
                FieldProblem(pointer="", code=code.lower(), detail=reason_of(code=code, params=params), params=params)
                for code, params in told
            ]
        )


class QuoteUnclear(Invalid):
    code = "quote_unclear"
    title = _("A quote needs one tariff: the id of a stored version or a draft, and for a draft alone the enterprise.")


class RunNotIssued(Conflict):
    code = "bill_run_not_issued"
    title = _("Only an issued bill run can be printed.")


class NothingToPrint(Refused):
    code = "nothing_to_print"
    title = _("No bill is chosen. Choose another branch, other days or another way of delivery.")


class PrintUnclear(Invalid):
    code = "print_unclear"
    title = _("A print needs a bill run, or an enterprise with the first day and the day after the last one.")


class PrintFinished(Conflict):
    code = "print_finished"
    title = _("Everything is printed already.")


class PrintUnderWay(Conflict):
    code = "print_under_way"
    title = _("The print is under way.")
