"""Issued bills as readers see them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from rachun.apps.billing.models import Bill, BillRun, Charge
from rachun.apps.identity.scope import Scope


def list_bills(*, scope: Scope) -> QuerySet[Bill]:
    """Bills the scope may see, newest first. A run's bills appear together, when all of them are issued."""
    visible = Bill.objects.filter(scope.on("account"), run__state=BillRun.State.ISSUED)
    return visible.select_related("account", "legal_entity").order_by("-document_date", "-id")


def list_charges(*, bill: Bill) -> QuerySet[Charge]:
    """The bill's lines in their order; the run's partition alone is read."""
    lines = Charge.objects.filter(load_key=bill.run_id, bill_id=bill.id).order_by("line_no")
    return lines.select_related("agreement__service", "agreement__service_point", "version__plan")


def list_bills_of(*, account_ids: Sequence[UUID]) -> QuerySet[Bill]:
    return Bill.objects.filter(account_id__in=account_ids, run__state=BillRun.State.ISSUED).order_by(
        "document_date", "id"
    )


def get_issued_at(*, bill_ids: Sequence[UUID]) -> datetime:
    """The instant at which the earliest of these bills was issued. Raises Bill.DoesNotExist when there is none."""
    return Bill.objects.filter(id__in=bill_ids).earliest("issued_at").issued_at
