"""Cash desks, shifts and payments as readers see them; what a drawer must hold; who is meant by what was typed."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from rachun.apps.base.errors import NotFound
from rachun.apps.billing.selectors.visible_bills import list_bills
from rachun.apps.customers.models import Account
from rachun.apps.customers.selectors import list_accounts, named, with_number
from rachun.apps.identity.scope import Scope
from rachun.apps.ledger.selectors.balances import list_account_balances
from rachun.apps.payments.models import CashDesk, CashMovement, CashPayment, CashShift
from rachun.apps.payments.scanned_codes import read_code

PAYERS_MAX = 8
LETTERS_MIN = 2
IN_DRAWER = (CashPayment.State.TAKEN, CashPayment.State.PRINTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """An account and what it owes; asked_minor is what the scanned code of a bill asks for."""

    account: Account
    balance_minor: int
    currency: str
    asked_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawer:
    """What the drawer of a shift must hold, and of what."""

    currency: str
    float_minor: int
    moved_in_minor: int
    moved_out_minor: int
    taken_minor: int
    taken_count: int

    @property
    def expected_minor(self) -> int:
        return self.float_minor + self.moved_in_minor - self.moved_out_minor + self.taken_minor


def list_cash_desks(*, scope: Scope) -> QuerySet[CashDesk]:
    """Desks of the branches in scope, by code."""
    found = CashDesk.objects.filter(scope.on()).select_related("register__agent", "scanner", "legal_entity")
    return found.order_by("code", "id")


def get_cash_desk(*, scope: Scope, desk_id: UUID) -> CashDesk:
    """Raises NotFound, also for a desk outside the scope."""
    desk = list_cash_desks(scope=scope).filter(id=desk_id).first()
    if desk is None:
        raise NotFound(desk_id=desk_id)
    return desk


def list_cash_shifts(*, scope: Scope) -> QuerySet[CashShift]:
    """Shifts at the desks in scope, newest first."""
    found = CashShift.objects.filter(scope.on()).select_related("desk__register__agent", "cashier__operator")
    return found.order_by("-opened_at", "-id")


def get_cash_shift(*, scope: Scope, shift_id: UUID) -> CashShift:
    """Raises NotFound, also for a shift outside the scope."""
    shift = list_cash_shifts(scope=scope).filter(id=shift_id).first()
    if shift is None:
        raise NotFound(shift_id=shift_id)
    return shift


def list_cash_payments(*, scope: Scope) -> QuerySet[CashPayment]:
    """Payments at the desks in scope, newest first."""
    found = CashPayment.objects.filter(scope.on())
    related = ("account__party", "receipt", "job__device__agent")
    return found.select_related(*related).order_by("-taken_at", "-id")


def find_open_shift(*, desk_id: UUID) -> CashShift | None:
    found = CashShift.objects.filter(desk_id=desk_id).exclude(state=CashShift.State.CLOSED)
    return found.select_related("desk__register__agent", "cashier__operator").first()


def drawer_of(shift: CashShift) -> Drawer:
    moved = dict(
        shift.movements.filter(state=CashMovement.State.DONE)
        .values_list("kind")
        .annotate(sum=Sum("amount_minor"))
        .values_list("kind", "sum")
    )
    taken = shift.payments.filter(state__in=IN_DRAWER)
    return Drawer(
        currency=shift.currency,
        float_minor=shift.float_minor,
        moved_in_minor=moved.get(CashMovement.Kind.IN, 0),
        moved_out_minor=moved.get(CashMovement.Kind.OUT, 0),
        taken_minor=taken.aggregate(sum=Sum("amount_minor"))["sum"] or 0,
        taken_count=taken.count(),
    )


def find_payers(*, scope: Scope, text: str) -> list[Payer]:
    """Who is meant by a number, a former number, a bill's number, the code on a bill, or a part of a name."""
    code = read_code(text)
    accounts = list_accounts(scope=scope).select_related("party", "legal_entity")
    found: list[Account] = []
    for wanted in (*((matching(code.numbers),) if code else ()), matching((text.strip(),)), of_bill(scope, text)):
        found = list(accounts.filter(wanted)[:PAYERS_MAX])
        if found:
            break
    if not found and len(re.findall(r"[^\W\d_]", text)) >= LETTERS_MIN:
        found = list(accounts.filter(party_id__in=named(part=text.strip()).values("id"))[:PAYERS_MAX])
    balances = list_account_balances(account_ids=[account.id for account in found])
    return [
        Payer(
            account=account,
            balance_minor=balances[account.id],
            currency=account.legal_entity.currency,
            asked_minor=code.amount_minor if code else None,
        )
        for account in found
    ]


def matching(numbers: tuple[str, ...]) -> Q:
    wanted = Q(pk__in=[])
    for number in numbers:
        wanted |= with_number(number=number)
    return wanted


def of_bill(scope: Scope, text: str) -> Q:
    numbers = {text.strip(), text.strip().upper()}
    return Q(id__in=list_bills(scope=scope).filter(number__in=numbers).values("account_id"))
