"""A cash desk: where it is, what stands on it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from rachun.apps.base.audit import record_audit
from rachun.apps.base.transactions import use_case
from rachun.apps.devices.models import Device
from rachun.apps.identity.models import Branch
from rachun.apps.payments.locks import lock_desk
from rachun.apps.payments.models import CashDesk
from rachun.apps.payments.refusals import CashDeskCodeTaken, DeskHasOpenShift, DeskNeedsRegister, RegisterTaken
from rachun.apps.payments.selectors.cash import find_open_shift


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFacts:
    """A desk has a register, or the reason why no fiscal receipt is due there."""

    name: str
    register: Device | None
    no_register_reason: str
    scanner: Device | None
    tax_letter: str


@use_case
def create_cash_desk(*, branch: Branch, code: str, facts: DeskFacts, at: datetime) -> CashDesk:
    """Raises DeskNeedsRegister, CashDeskCodeTaken, RegisterTaken."""
    if CashDesk.objects.filter(branch=branch, code=code).exists():
        raise CashDeskCodeTaken(code=code)
    desk = CashDesk(legal_entity_id=branch.legal_entity_id, branch=branch, code=code)
    return keep(desk=desk, facts=facts, at=at, operation="createCashDesk")


@use_case
def change_cash_desk(*, desk_id: UUID, facts: DeskFacts, at: datetime) -> CashDesk:
    """Not during a shift, whose receipts are at the old register. Raises DeskHasOpenShift and as creation does."""
    desk = lock_desk(desk_id)
    if find_open_shift(desk_id=desk.id) is not None:
        raise DeskHasOpenShift(desk_id=desk.id)
    return keep(desk=desk, facts=facts, at=at, operation="updateCashDesk")


def keep(*, desk: CashDesk, facts: DeskFacts, at: datetime, operation: str) -> CashDesk:
    if (facts.register is None) == (not facts.no_register_reason):
        raise DeskNeedsRegister
    desk.name, desk.register, desk.scanner = facts.name, facts.register, facts.scanner
    desk.no_register_reason, desk.tax_letter, desk.updated_at = facts.no_register_reason, facts.tax_letter, at
    try:
        with transaction.atomic():
            desk.save()
    except IntegrityError as error:
        if "cash_desk_code_once" in str(error):
            raise CashDeskCodeTaken(code=desk.code) from error
        raise RegisterTaken from error
    record_audit(
        operation=operation,
        object_kind="cash_desk",
        object_id=desk.id,
        legal_entity_id=desk.legal_entity_id,
        after={"code": desk.code, "name": desk.name, "register_id": desk.register_id, "why": desk.no_register_reason},
    )
    return desk
