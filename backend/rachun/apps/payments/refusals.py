"""What a cash desk does not do, and why. A cashier reads these."""

from django.utils.translation import gettext_lazy as _

from rachun.apps.base.errors import Conflict, Refused


class CashDeskCodeTaken(Conflict):
    code = "cash_desk_code_taken"
    title = _("Another cash desk of the branch has this code.")


class RegisterTaken(Conflict):
    code = "register_taken"
    title = _("This register stands at another cash desk.")


class DeskNeedsRegister(Refused):
    code = "desk_needs_register"
    title = _("Name the register of the desk, or the reason why no fiscal receipt is due there.")


class DeskHasOpenShift(Conflict):
    code = "desk_has_open_shift"
    title = _("A shift is open at this desk.")


class CashierHasOpenShift(Conflict):
    code = "cashier_has_open_shift"
    title = _("You have an open shift already. Close it first.")


class ShiftNotOpen(Conflict):
    code = "shift_not_open"
    title = _("The shift is not open.")


class NotYourShift(Conflict):
    code = "not_your_shift"
    title = _("This is another cashier's shift.")


class RegisterNotConnected(Conflict):
    code = "register_not_connected"
    title = _("The register is not connected, so nothing was taken. Check the computer of the desk.")


class PaymentUnderWay(Conflict):
    code = "payment_under_way"
    title = _("Another payment of this desk is not finished yet.")


class ReportUnderWay(Conflict):
    code = "report_under_way"
    title = _("The register has not finished something else yet.")


class TooLittleGiven(Refused):
    code = "too_little_given"
    title = _("Less was given than is to be paid.")


class CashAmountInvalid(Refused):
    code = "cash_amount_invalid"
    title = _("The amount must be more than zero and fit the register.")


class CashShortInDrawer(Refused):
    code = "cash_short_in_drawer"
    title = _("There is less cash in the drawer than is to be taken out.")


class DifferenceNeedsReason(Refused):
    code = "difference_needs_reason"
    title = _("Counted differs from expected: write why.")
