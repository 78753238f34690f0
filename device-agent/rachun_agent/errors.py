"""One tree of what can go wrong with a device. The code is stable; `texts` explains it to the cashier.

Three kinds matter to whoever decides what to do next:
a refusal was understood and denied, so the command did nothing and repeating it is pointless;
a wait ends when a person does something at the device;
anything else says nothing about what the device did.
"""

from __future__ import annotations

from typing import ClassVar


class DeviceError(Exception):
    is_refusal: ClassVar[bool] = False
    is_wait: ClassVar[bool] = False

    def __init__(self, detail: str = "") -> None:
        super().__init__(f"{self.code}: {detail}" if detail else self.code)
        self.detail = detail

    @property
    def code(self) -> str:
        return type(self).__name__


class NoReply(DeviceError):
    """Silence for as long as we may wait. The command may have been carried out."""


class ChecksumMismatch(DeviceError):
    """Bytes arrived broken, more often than we ask again."""


class WrongReply(DeviceError):
    """A well-formed reply that does not read as this command's."""


class WrongSum(DeviceError):
    """The open receipt sums up to something else: a line stands there twice. It is cancelled before payment."""


class PortGone(DeviceError):
    """The port cannot be opened or vanished while open."""


class Refused(DeviceError):
    is_refusal: ClassVar[bool] = True


class UnknownCommand(Refused):
    """The firmware does not know the command: probably the wrong profile."""


class BadSyntax(Refused):
    """The firmware knows the command and dislikes its data: probably the wrong profile."""


class NotPermitted(Refused):
    """Not in the present state of the register."""


class AmountOverflow(Refused):
    """A sum of the register would overflow."""


class PaymentRefused(Refused):
    """The register took the command and denied the payment."""


class CashShort(Refused):
    """There is less cash in the drawer than is to be taken out, or a receipt is open."""


class TextTooLong(Refused):
    """A line does not fit into a frame."""


class Waiting(DeviceError):
    is_wait: ClassVar[bool] = True


class PaperOut(Waiting):
    pass


class CoverOpen(Waiting):
    pass


class PrinterFault(Waiting):
    """Head, cutter, overheating: a service engineer may be needed."""


class ClockNotSet(Waiting):
    pass


class ForeignReceipt(Waiting):
    """Something is open that we did not open. A person finishes or cancels it at the register."""


class WrongRegister(Waiting):
    """Another register hangs on this port than the settings name."""


class NotFiscalised(Waiting):
    pass


class MemoryFull(Refused):
    """The fiscal memory is full, broken or read-only: service only."""
