"""What a cashier reads for a code of a job or a device: what happened, and what to do."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rachun.apps.devices.models import Device, DeviceJob

# Codes for which the register's own word leaves the end open: a person looks and says.
PERSON_CODES = frozenset(
    {
        *("OtherRegister", "DayWasClosed", "ClockWentBack", "DocumentNumberWentBack", "TotalGrewByAnother"),
        *("CounterGrewByAnother", "PaidWithAnotherAmount", "ConfirmedButNotCounted", "ForeignReceipt"),
        "AgentReplaced",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    title: str | Promise
    what_to_do: str | Promise


def words_for(code: str, *, otherwise: str) -> Words:
    """The words of a code; those of `otherwise` for one that this version does not know."""
    title, what_to_do = WORDS.get(code) or WORDS[otherwise]
    return Words(title=title, what_to_do=what_to_do)


def words_of_job(job: DeviceJob, *, code: str, is_connected: bool) -> Words:
    """Where a job stands. The code is its own, or that of the job which holds the register up before it."""
    states = DeviceJob.State
    if job.state in {states.PREPARED, states.SENT} and not is_connected:
        return words_for("NotConnected" if job.state == states.PREPARED else "Asking", otherwise="Asking")
    usual = {
        states.PREPARED: "Prepared",
        states.SENT: "Printing",
        states.HELD: "Waiting",
        states.UNKNOWN: "Asking",
        states.DONE: "Done",
        states.FAILED: "Failed",
    }[states(job.state)]
    return words_for(code or usual, otherwise=usual)


def words_of_device(device: Device, *, is_connected: bool) -> Words:
    """How a device is."""
    if not is_connected:
        return words_for("NotConnected" if device.agent.enrolled_at else "NeverSeen", otherwise="NotConnected")
    ready = "Ready" if device.kind == Device.Kind.REGISTER else "ScannerReady"
    usual = {"OPENING": "Opening", "READY": ready, "BUSY": "Printing", "WAITING": "Waiting"}[device.state]
    return words_for(device.code or usual, otherwise=usual)


WORDS: dict[str, tuple[str | Promise, str | Promise]] = {
    "NoReply": (
        _("The register does not answer."),
        _("Check the cable and the power. Do not take the payment again: the agent will ask the register."),
    ),
    "ChecksumMismatch": (
        _("What the register sends arrives broken."),
        _("Check the cable and the speed of the port in the settings."),
    ),
    "WrongReply": (
        _("The register answered unlike its model."),
        _("Call the administrator: the profile is probably wrong."),
    ),
    "WrongSum": (_("The sum of the open receipt is wrong."), _("It is being cancelled and printed anew. Do nothing.")),
    "PortGone": (_("The device is not connected."), _("Plug the cable in; the agent finds the device by itself.")),
    "Refused": (_("The register refused."), _("Call the administrator.")),
    "UnknownCommand": (
        _("The register does not know this command."),
        _("Call the administrator: the profile is probably wrong."),
    ),
    "BadSyntax": (
        _("The register did not take the data of the command."),
        _("Call the administrator: the profile or the tax letter is probably wrong."),
    ),
    "NotPermitted": (
        _("The register does not permit this now."),
        _("The shift may be older than 24 hours: print the Z report. Check the cashier's password too."),
    ),
    "AmountOverflow": (_("The amount is too large for the register."), _("Split the payment.")),
    "PaymentRefused": (_("The register did not take the payment."), _("Check the amount and the means of payment.")),
    "CashShort": (
        _("There is less cash than is to be taken out, or a receipt is open."),
        _("Check the cash in the drawer."),
    ),
    "TextTooLong": (_("The text of a line does not fit."), _("Shorten the name of the service.")),
    "Waiting": (_("The register waits."), _("Look at its display.")),
    "PaperOut": (
        _("The paper has run out."),
        _("Put in a new roll. The receipt prints by itself; press nothing again."),
    ),
    "CoverOpen": (_("The cover is open."), _("Close the printer's cover.")),
    "PrinterFault": (
        _("The printer is faulty."),
        _("Switch the register off and on; if that does not help, call service."),
    ),
    "ClockNotSet": (_("The clock of the register is not set."), _("Set date and time at the register.")),
    "ForeignReceipt": (_("Somebody else's receipt is open."), _("Finish or cancel it at the register.")),
    "WrongRegister": (_("Another register is connected."), _("Connect the one that the settings name.")),
    "NotFiscalised": (_("The register is not fiscalised."), _("Call service.")),
    "MemoryFull": (_("The fiscal memory is full or broken."), _("Stop selling at this register and call service.")),
    "OtherRegister": (
        _("The register was changed during a receipt."),
        _("See whether the receipt was printed and answer."),
    ),
    "DayWasClosed": (
        _("The day was closed during a receipt."),
        _("Look for the receipt in the register's journal and answer."),
    ),
    "ClockWentBack": (_("The register's clock went back."), _("See whether the receipt was printed and answer.")),
    "DocumentNumberWentBack": (
        _("The register's document number went back."),
        _("Call service and answer whether the receipt was printed."),
    ),
    "TotalGrewByAnother": (
        _("The day's total grew by another amount."),
        _("Somebody used this register. Look for our receipt and answer."),
    ),
    "CounterGrewByAnother": (
        _("A counter grew by another amount."),
        _("Somebody used this register. Check and answer."),
    ),
    "PaidWithAnotherAmount": (
        _("The open receipt was paid with another amount."),
        _("Finish it at the register and answer."),
    ),
    "ConfirmedButNotCounted": (
        _("The register confirmed the receipt and did not count it."),
        _("Call service. See whether the receipt was printed and answer."),
    ),
    "TriedTooOften": (_("Printing did not succeed."), _("Nothing was printed. Check the register and send it again.")),
    "PersonSaidNotPrinted": (_("The cashier answered: not printed."), _("Send the receipt again.")),
    "Withdrawn": (
        _("The job was cancelled before the register began."),
        _("Nothing was printed. Give the money back."),
    ),
    "UnknownRegister": (_("There is no such register on this computer."), _("Check the agent's settings.")),
    "OrderAltered": (_("A known job came with other contents."), _("Call the administrator.")),
    "StaleFence": (_("The register was given to another computer."), _("Check who works with it.")),
    "SumsDisagree": (_("The lines of the receipt do not sum up."), _("Call the administrator.")),
    "Revoked": (
        _("This computer was revoked before it was told."),
        _("Nothing was printed. Take the payment at another desk."),
    ),
    "AgentReplaced": (
        _("The computer that printed this was replaced, and nobody remembers."),
        _("Look for the receipt in the register's journal and answer."),
    ),
    "NotConnected": (
        _("The computer of this desk is not connected."),
        _("The receipt prints by itself once it is back. Until then the payment can be cancelled."),
    ),
    "Prepared": (_("The receipt is on its way to the register."), _("Wait a moment.")),
    "Printing": (_("The register is printing."), _("Wait for the receipt.")),
    "Asking": (
        _("It is not known yet whether the receipt was printed."),
        _("Do not take the payment again: the register is being asked."),
    ),
    "Done": (_("Printed."), _("Give the receipt and the change.")),
    "Failed": (_("The register did not print."), _("Nothing was taken. Give the money back or try again.")),
    "ScannerReady": (_("The scanner is ready."), _("Scan a bill.")),
    "Ready": (_("The register is ready."), _("Take payments.")),
    "NeverSeen": (_("This register has not been seen yet."), _("Start the agent on the computer of this desk.")),
    "Opening": (_("The register is being connected."), _("Wait a moment.")),
}
