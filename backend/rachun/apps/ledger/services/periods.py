"""Closing a month of an area of the books, and opening it again with a reason."""

from datetime import date, datetime
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from rachun.apps.base.audit import record_audit
from rachun.apps.base.errors import Conflict, Invalid
from rachun.apps.base.transactions import assert_in_transaction, use_case
from rachun.apps.ledger.locks import lock_period
from rachun.apps.ledger.models import AccountingPeriod
from rachun.apps.ledger.services.refusals import database_refusals


class PeriodAlreadyClosed(Conflict):
    code = "period_already_closed"
    title = _("The accounting period is already closed.")


class PeriodNotClosed(Conflict):
    code = "period_not_closed"
    title = _("The accounting period is not closed.")


class ReasonMissing(Invalid):
    code = "reason_missing"
    title = _("Say why the period is opened again.")


@use_case
def close_period(*, legal_entity_id: UUID, area: str, month: date, changed_at: datetime) -> AccountingPeriod:
    """Close the month; entries under way are waited for. Raises PeriodAlreadyClosed."""
    first = month.replace(day=1)
    lock_period(legal_entity_id=legal_entity_id, area=area, month=first)
    period, _created = AccountingPeriod.objects.select_for_update().get_or_create(
        legal_entity_id=legal_entity_id,
        area=area,
        month=first,
        defaults={"state": AccountingPeriod.State.OPEN, "changed_at": changed_at},
    )
    if period.state == AccountingPeriod.State.CLOSED:
        raise PeriodAlreadyClosed(area=area, month=f"{first:%Y-%m}")
    return change_state(period=period, state=AccountingPeriod.State.CLOSED, changed_at=changed_at, reason="")


@use_case
def reopen_period(
    *, legal_entity_id: UUID, area: str, month: date, reason: str, changed_at: datetime
) -> AccountingPeriod:
    """Open a closed month again. Raises ReasonMissing, PeriodNotClosed."""
    if not reason.strip():
        raise ReasonMissing
    first = month.replace(day=1)
    lock_period(legal_entity_id=legal_entity_id, area=area, month=first)
    period = (
        AccountingPeriod.objects.select_for_update()
        .filter(legal_entity_id=legal_entity_id, area=area, month=first, state=AccountingPeriod.State.CLOSED)
        .first()
    )
    if period is None:
        raise PeriodNotClosed(area=area, month=f"{first:%Y-%m}")
    return change_state(period=period, state=AccountingPeriod.State.OPEN, changed_at=changed_at, reason=reason)


def change_state(*, period: AccountingPeriod, state: str, changed_at: datetime, reason: str) -> AccountingPeriod:
    before = {"state": period.state}
    period.state, period.changed_at, period.reason = state, changed_at, reason
    period.save(update_fields=["state", "changed_at", "reason"])
    record_audit(
        operation="closeAccountingPeriod" if state == AccountingPeriod.State.CLOSED else "reopenAccountingPeriod",
        object_kind="accounting_period",
        object_id=period.id,
        legal_entity_id=period.legal_entity_id,
        before=before,
        after={"state": state, "area": period.area, "month": f"{period.month:%Y-%m}"},
        why=reason,
    )
    return period


def refuse_closed(*, legal_entity_id: UUID, area: str, accounting_date: date) -> None:
    """Raises PeriodIsClosed; until the commit nobody can close the month."""
    assert_in_transaction()
    with database_refusals(), connection.cursor() as cursor:
        cursor.execute("SELECT refuse_closed_period(%s, %s, %s)", [legal_entity_id, area, accounting_date])
