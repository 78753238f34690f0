"""What a month came to, over both enterprises."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Sum

from rachun.apps.billing.models import Bill, BillRun, Charge, ParkedAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthTotals:
    """accounts: billed or parked. total_minor: with tax, by currency, since currencies do not add up."""

    accounts: int
    bills: int
    charges: int
    total_minor: dict[str, int]
    parked: int


def month_totals(*, runs: Sequence[BillRun]) -> MonthTotals:
    ids = [run.id for run in runs]
    bills = Bill.objects.filter(run_id__in=ids)
    sums = bills.values("currency").annotate(total=Sum("gross_minor")).order_by("currency")
    found = bills.aggregate(count=Count("id"))["count"]
    parked = ParkedAccount.objects.filter(run_id__in=ids).values("run", "account").distinct().count()
    return MonthTotals(
        accounts=found + parked,
        bills=found,
        charges=Charge.objects.filter(load_key__in=ids).count(),
        total_minor={row["currency"]: int(row["total"]) for row in sums},
        parked=parked,
    )
