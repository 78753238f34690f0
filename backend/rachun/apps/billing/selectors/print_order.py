"""Which bills a batch prints, and in which order a postman or a clerk wants them."""

import re
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.dateparse import parse_date

from rachun.apps.agreements.models import ServiceAgreement
from rachun.apps.billing.models import Bill, BillRun
from rachun.apps.documents.models import PrintBatch
from rachun.apps.documents.services import Placed
from rachun.values.sorting import sort_key

_NUMBER = re.compile(r"\d+")
_DIGITS = 8
PLACE = (
    "service_point__premise__postcode",
    "service_point__premise__settlement",
    "service_point__premise__street",
    "service_point__premise__building",
    "service_point__premise__unit",
)
Key = Callable[[tuple[Any, ...]], Any]


def bills_of(batch: PrintBatch) -> QuerySet[Bill]:
    """Issued bills of the batch's run, or of its days, that are delivered as it says."""
    chosen = batch.chosen
    bills = Bill.objects.filter(legal_entity_id=batch.legal_entity_id, run__state=BillRun.State.ISSUED)
    if batch.subject_id is not None:
        bills = bills.filter(run_id=batch.subject_id)
    else:
        days = {"document_date__gte": chosen["document_date_from"], "document_date__lt": chosen["document_date_before"]}
        bills = bills.filter(**{name: parse_date(day) for name, day in days.items()})
    if batch.branch_id is not None:
        bills = bills.filter(branch_id=batch.branch_id)
    if chosen["delivery"]:
        bills = bills.filter(account__delivery=chosen["delivery"])
    return bills


def place_bills(batch: PrintBatch) -> list[Placed]:
    """The bills of the batch as they are printed: by branch first where files are split by branch."""
    rows = bills_of(batch).values_list("id", "branch_id", "branch__code", "account_id", "account__number", "number")
    keys: dict[str, Key] = {
        PrintBatch.Order.ROUTE: by_route(batch),
        PrintBatch.Order.ACCOUNT: lambda row: row[4],
        PrintBatch.Order.NUMBER: lambda row: row[5],
    }
    key = keys[batch.order]
    ordered = sorted(rows.iterator(), key=lambda row: (row[2] if batch.is_split_by_branch else "", key(row), row[5]))
    return [Placed(subject_id=row[0], branch_id=row[1]) for row in ordered]


def by_route(batch: PrintBatch) -> Key:
    """Street by street, house by house, flat by flat; an account without a place comes last."""
    if batch.order != PrintBatch.Order.ROUTE:
        return lambda _row: ()
    found = ServiceAgreement.objects.filter(account_id__in=bills_of(batch).values("account_id"))
    places = found.order_by("account_id", "id").distinct("account_id").values_list("account_id", *PLACE)
    route: dict[UUID, bytes] = {account: route_key(parts) for account, *parts in places.iterator()}
    return lambda row: route.get(row[3], b"\xff")


def route_key(parts: Iterable[str]) -> bytes:
    """Numbers count as numbers: house 9 before 10, 10 before 10a."""
    return b"\x00".join(sort_key(text=_NUMBER.sub(lambda found: found[0].zfill(_DIGITS), part)) for part in parts)
