"""A phone subscriber with a tariff, a number and a price table."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from rachun.apps.agreements.models import ResourceAssignment, ServiceAgreement, TariffAssignment
from rachun.apps.catalog.models import DestinationRate, DestinationTable, TariffPlan, TariffVersion
from rachun.apps.identity.models import Branch, LegalEntity
from rachun.apps.resources.models import Resource
from tests.factories.metering import LONG_AGO, make_agreement, make_branch, make_legal_entity

PRICES: Mapping[str, tuple[str, str, int, int]] = {
    "380432": ("local", "0.12", 60, 60),
    "38067": ("mobile", "0.96", 60, 1),
    "380800": ("free", "0", 60, 60),
    "48": ("poland", "4.00", 30, 6),
}
PHONE_TARIFF: dict[str, Any] = {
    "currency": "UAH",
    "vat": "INSIDE",
    "rounding": "HALF_UP",
    "components": [
        {"code": "calls", "kind": "traffic", "destination_table": "calls", "posting_code": "REVENUE_CALLS"},
        {
            "code": "call_detail",
            "kind": "one_off",
            "item": "call_detail",
            "unit": "pcs",
            "price": "15.00",
            "posting_code": "REVENUE_OTHER",
        },
    ],
}


def make_telecom() -> Branch:
    return make_branch(legal_entity=make_legal_entity(time_zone="Europe/Kyiv", country="UA"))


def make_price_table(
    *, legal_entity: LegalEntity, code: str = "calls", prices: Mapping[str, tuple[str, str, int, int]] = PRICES
) -> DestinationTable:
    table = DestinationTable.objects.create(legal_entity=legal_entity, code=code, currency="UAH")
    for prefix, (label, price, first, step) in prices.items():
        DestinationRate.objects.create(
            table=table,
            prefix=prefix,
            destination=label,
            price_per_minute=Decimal(price),
            connection_fee=Decimal("0.5") if label == "poland" else Decimal(0),
            first_interval_s=first,
            increment_s=step,
            valid_from=date(2025, 1, 1),
            recorded_at=LONG_AGO,
        )
    return table


def make_plan(*, agreement: ServiceAgreement, body: dict[str, Any] = PHONE_TARIFF) -> TariffPlan:
    plan = TariffPlan.objects.create(
        legal_entity=agreement.legal_entity, service=agreement.service, code=f"plan-{agreement.number}", names={}
    )
    TariffVersion.objects.create(
        plan=plan,
        valid_from=date(2025, 1, 1),
        body=body,
        approved_by="board",
        source_document="price list",
        recorded_at=LONG_AGO,
    )
    TariffAssignment.objects.create(agreement=agreement, plan=plan, valid_from=date(2025, 1, 1), recorded_at=LONG_AGO)
    return plan


def give_number(
    *, agreement: ServiceAgreement, number: str, held: tuple[date, date | None] = (date(2025, 1, 1), None)
) -> ResourceAssignment:
    resource, _ = Resource.objects.get_or_create(
        legal_entity=agreement.legal_entity,
        kind=Resource.Kind.PHONE_NUMBER,
        identifier=number,
        defaults={"branch": agreement.account.branch},
    )
    return ResourceAssignment.objects.create(
        agreement=agreement, resource=resource, valid_from=held[0], valid_to=held[1], recorded_at=LONG_AGO
    )


def make_subscriber(*, branch: Branch, number: str) -> ServiceAgreement:
    agreement = make_agreement(branch=branch, service="PHONE", served=(date(2025, 1, 1), None))
    make_plan(agreement=agreement)
    give_number(agreement=agreement, number=number)
    return agreement
