"""What the database itself refuses, told in the product's words."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _

from rachun.apps.base.errors import Conflict, DomainError


class PeriodIsClosed(Conflict):
    code = "period_is_closed"
    title = _("The accounting period is closed and takes no entry.")


class BillDiffersFromCharges(Conflict):
    code = "bill_differs_from_charges"
    title = _("A bill differs from the charges it is made of.")


class BilledTwice(Conflict):
    code = "billed_twice"
    title = _("These days are already on another issued bill.")


BY_SQLSTATE: dict[str, type[DomainError]] = {"RA001": PeriodIsClosed, "RA002": BillDiffersFromCharges}
BY_CONSTRAINT: dict[str, type[DomainError]] = {"billed_interval_overlap": BilledTwice}


@contextmanager
def database_refusals() -> Iterator[None]:
    """Turn the refusals of triggers and constraints into DomainErrors; every other failure passes as it is."""
    try:
        yield
    except DatabaseError as error:
        cause = error.__cause__
        diagnosis = getattr(cause, "diag", None)
        constraint = getattr(diagnosis, "constraint_name", None) or ""
        refusal = BY_SQLSTATE.get(getattr(cause, "sqlstate", None) or "") or BY_CONSTRAINT.get(constraint)
        if refusal is None:
            raise
        raise refusal(reason=str(getattr(diagnosis, "message_primary", ""))) from error
