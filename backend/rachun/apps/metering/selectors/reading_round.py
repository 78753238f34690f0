"""What has to be read on a day, in the order of a walk, with what was read last."""

from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from rachun.apps.agreements.models import ServiceTerm
from rachun.apps.metering.models import HeldReading, Reading, Register
from rachun.values.folding import folded

POINT = "meter__installations__service_point"


def list_registers_to_read(*, registers: QuerySet[Register], day: date) -> QuerySet[Register]:
    """The registers that stand somewhere at the end of the day: with place, holder, the reading before and the day's.

    Ordered by address, as somebody walks.
    """
    standing = registers.filter(in_force(day, path="meter__installations__"))
    readings = Reading.objects.filter(register=OuterRef("pk"), superseded_at__isnull=True).order_by("-boundary_date")
    earlier, present = readings.filter(boundary_date__lte=day), readings.filter(boundary_date=day + timedelta(days=1))
    held = HeldReading.objects.filter(
        register=OuterRef("pk"), decided_at__isnull=True, boundary_date=day + timedelta(days=1)
    )
    terms = ServiceTerm.objects.filter(in_force(day), service_point=OuterRef("point_id")).order_by("id")
    placed = standing.annotate(
        point_id=F(POINT),
        point_code=F(f"{POINT}__code"),
        service_code=F(f"{POINT}__service__code"),
        settlement=F(f"{POINT}__premise__settlement"),
        street=F(f"{POINT}__premise__street"),
        building=F(f"{POINT}__premise__building"),
        flat=F(f"{POINT}__premise__unit"),
        address_key=F(f"{POINT}__premise__search_key"),
    )
    return placed.annotate(
        previous_value=Subquery(earlier.values("value")[:1]),
        previous_date=Subquery(earlier.values("boundary_date")[:1]),
        value=Subquery(present.values("value")[:1]),
        kind=Subquery(present.values("kind")[:1]),
        is_read=Exists(present),
        is_held=Exists(held),
        account_id=Subquery(terms.values("agreement__account_id")[:1]),
        account_number=Subquery(terms.values("agreement__account__number")[:1]),
        holder=Subquery(terms.values("agreement__account__party__name")[:1]),
    ).order_by("settlement", "street", "building", "flat", "meter__serial", "code", "id")


def at_place(*, found: QuerySet[Register], text: str) -> QuerySet[Register]:
    """Those whose address, serial number or account holds the text."""
    key = folded(text=text)
    is_there = Q(address_key__contains=key) if key else Q(pk__in=[])
    return found.filter(is_there | Q(meter__serial__icontains=text) | Q(account_number=text))


def in_force(day: date, *, path: str = "") -> Q:
    """A dated fact that holds at the end of the day, by the path to it."""
    is_open = Q(**{f"{path}valid_to__isnull": True}) | Q(**{f"{path}valid_to__gt": day})
    return is_open & Q(**{f"{path}valid_from__lte": day, f"{path}superseded_at__isnull": True})
