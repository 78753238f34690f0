"""What a month came to, over both enterprises, and behind each main meter."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Sum

from rachun.apps.billing.models import Bill, BillRun, Charge, ParkedAccount
from rachun.apps.billing.selectors.losses import list_losses
from rachun.apps.identity.scope import Scope


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


def told_main_meters(*, run: BillRun, known_until: datetime) -> Iterator[str]:
    """A line for each main meter of the enterprise: what went in, was billed and was lost in the month of the run."""
    rows = list_losses(
        scope=Scope.everything(),
        legal_entity_id=run.legal_entity_id,
        months=[run.period_from],
        known_until=known_until,
        main_point_id=None,
    )
    for row in rows:
        flows = f"in {told(row.input)}, billed {told(row.billed)}, lost {told(row.loss)} ({told(row.loss_percent)} %)"
        yield f"{row.rule.main_point.code} {row.rule.method} {row.month:%Y-%m}: {flows}"


def told(number: Decimal | None) -> str:
    return "unknown" if number is None else f"{number.normalize():f}"
