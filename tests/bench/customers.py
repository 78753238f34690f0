"""Many customers at once: the rows that the product's services would leave, written in bulk before the clock runs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from rachun.apps.agreements.models import (
    ResourceAssignment,
    ServiceAgreement,
    ServicePoint,
    ServiceTerm,
    TariffAssignment,
)
from rachun.apps.catalog.models import Service, TariffPlan, TariffVersion
from rachun.apps.catalog.services import set_own_tax_rate
from rachun.apps.customers.models import Account, Party, Premise
from rachun.apps.identity.models import Branch, LegalEntity
from rachun.apps.ledger.services.chart import ChartAccount, ensure_chart
from rachun.apps.resources.models import Resource
from rachun.countries.loader import load_pack

LONG_AGO, OPENED = datetime(2025, 1, 1, tzinfo=UTC), date(2025, 1, 1)
PACK, CURRENCY, ZONE = "UA", "UAH", "Europe/Kyiv"
TAX = {"STANDARD": Decimal("23.00"), "REDUCED": Decimal("8.00")}  # the two of the data
ROWS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """phone: the number that the agreement holds, if it holds one."""

    customer: int
    plan: TariffPlan
    phone: str = ""


def make_neutral_seller() -> Branch:
    """In a country without a pack: the enterprise names its currency and the rates of its taxes."""
    branch = make_seller(pack="NEUTRAL", currency="EUR", zone="UTC")
    for category, percent in TAX.items():
        set_own_tax_rate(
            legal_entity=branch.legal_entity,
            category=category,
            percent=percent,
            valid_from=OPENED,
            source_document="bench",
            recorded_at=LONG_AGO,
        )
    return branch


def make_seller(*, pack: str = PACK, currency: str = CURRENCY, zone: str = ZONE) -> Branch:
    entity = LegalEntity.objects.create(
        code="BENCH",
        name="Bench",
        short_name="Bench",
        country_pack=pack,
        country_code=PACK,
        time_zone=zone,
        currency=currency,
        language="en",
        created_at=LONG_AGO,
        updated_at=LONG_AGO,
    )
    chart = [
        ChartAccount(posting_code=code, code=row.account_code, names=row.names)
        for code, row in load_pack(pack).accounts.items()
    ]
    with transaction.atomic():
        ensure_chart(legal_entity_id=entity.id, accounts=chart)
    return Branch.objects.create(legal_entity=entity, code="B", name="Bench", created_at=LONG_AGO, updated_at=LONG_AGO)


def tax_category(percent: str) -> str:
    return next(category for category, rate in TAX.items() if rate == Decimal(percent))


def make_plan(*, branch: Branch, service: str, code: str, components: Sequence[Mapping[str, Any]]) -> TariffPlan:
    sold, _ = Service.objects.get_or_create(
        legal_entity=branch.legal_entity, code=service, defaults={"names": {"en": service}, "position": 1}
    )
    plan = TariffPlan.objects.create(legal_entity=branch.legal_entity, service=sold, code=code, names={"en": code})
    TariffVersion.objects.create(
        plan=plan,
        valid_from=OPENED,
        body={
            "currency": branch.legal_entity.currency,
            "vat": "ON_TOP",
            "components": [dict(one) for one in components],
        },
        approved_by="bench",
        source_document="bench",
        recorded_at=LONG_AGO,
    )
    return plan


@transaction.atomic
def add_customers(*, branch: Branch, count: int, subscriptions: Iterable[Subscription]) -> list[ServiceAgreement]:
    """Customers 1…count, each with an account and a premise; gives the agreements of their subscriptions."""
    owned = {"legal_entity_id": branch.legal_entity_id, "branch": branch}
    parties = [
        Party(
            **owned, kind=Party.Kind.INDIVIDUAL, name=f"C{n}", sort_key=b"%08d" % n, language="en", updated_at=LONG_AGO
        )
        for n in range(1, count + 1)
    ]
    accounts = [
        Account(**owned, party=party, number=f"{n:08d}", opened_date=OPENED, updated_at=LONG_AGO)
        for n, party in enumerate(parties, start=1)
    ]
    premises = [Premise(**owned, settlement=f"S{n}") for n in range(1, count + 1)]
    for model, rows in ((Party, parties), (Account, accounts), (Premise, premises)):
        model._default_manager.bulk_create(rows, batch_size=ROWS)
    return add_agreements(branch=branch, accounts=accounts, premises=premises, subscriptions=subscriptions)


def add_agreements(
    *, branch: Branch, accounts: list[Account], premises: list[Premise], subscriptions: Iterable[Subscription]
) -> list[ServiceAgreement]:
    owned = {"legal_entity_id": branch.legal_entity_id, "branch": branch}
    dated = {"valid_from": OPENED, "recorded_at": LONG_AGO}
    made: dict[type, list[Any]] = {
        model: []
        for model in (ServicePoint, ServiceAgreement, ServiceTerm, TariffAssignment, Resource, ResourceAssignment)
    }
    for n, told in enumerate(subscriptions, start=1):
        service_id = told.plan.service_id
        point = ServicePoint(**owned, premise=premises[told.customer - 1], service_id=service_id, code=f"P{n}")
        agreement = ServiceAgreement(
            legal_entity_id=branch.legal_entity_id,
            account=accounts[told.customer - 1],
            service_id=service_id,
            service_point=point,
            number=f"A{n}",
        )
        made[ServicePoint].append(point)
        made[ServiceAgreement].append(agreement)
        made[ServiceTerm].append(ServiceTerm(agreement=agreement, service_point=point, **dated))
        made[TariffAssignment].append(TariffAssignment(agreement=agreement, plan=told.plan, **dated))
        if told.phone:
            number = Resource(**owned, kind=Resource.Kind.PHONE_NUMBER, identifier=told.phone)
            made[Resource].append(number)
            made[ResourceAssignment].append(ResourceAssignment(agreement=agreement, resource=number, **dated))
    for model, rows in made.items():
        model._default_manager.bulk_create(rows, batch_size=ROWS)  # type: ignore[attr-defined]
    return made[ServiceAgreement]
