"""Customers and what is agreed with them, made through the services: `from tests.factories import customers as a`."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4

from django.db import transaction
from rachun.apps.agreements.models import Contract, ServiceAgreement, ServicePoint
from rachun.apps.agreements.services import Terms, open_agreement, register_service_point, sign_contract
from rachun.apps.catalog.models import DestinationTable, Service, TariffPlan, TariffVersion
from rachun.apps.catalog.services import add_destination_table, add_service, add_tariff_plan, add_tariff_version
from rachun.apps.customers.models import Account, Party, Premise
from rachun.apps.customers.services import (
    Address,
    Contact,
    PartyFacts,
    open_account,
    register_party,
    register_premise,
)
from rachun.apps.documents.models import Document, DocumentTemplate
from rachun.apps.documents.services import store_document
from rachun.apps.identity.models import Branch, LegalEntity
from rachun.apps.messaging.models import Delivery
from rachun.apps.messaging.services import queue_email

TODAY = date(2026, 8, 1)
NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)
START = date(2026, 1, 1)
_number = count(1)
NAMES = {"uk": "Послуга", "bs": "Usluga", "en": "Service"}


def next_number() -> int:
    return next(_number)


def party(
    *, branch: Branch, name: str = "Марія Приклад", email: str = "", language: str = "uk", kind: str = "INDIVIDUAL"
) -> Party:
    contacts = [Contact(kind="EMAIL", value=email)] if email else []
    with transaction.atomic():
        return register_party(
            legal_entity_id=branch.legal_entity_id,
            branch_id=branch.id,
            facts=PartyFacts(kind=kind, name=name, language=language),
            contacts=contacts,
            registered_at=NOON,
        )


def account(*, branch: Branch, holder: Party | None = None, delivery: str = "PAPER", alias: str = "") -> Account:
    with transaction.atomic():
        return open_account(
            party=holder or party(branch=branch),
            delivery=delivery,
            opened_date=START,
            opened_at=NOON,
            aliases={alias: "OLD"} if alias else {},
        )


def premise(*, branch: Branch, building: str = "") -> Premise:
    with transaction.atomic():
        return register_premise(
            legal_entity_id=branch.legal_entity_id,
            branch_id=branch.id,
            address=Address(settlement="Kotor", street="Glavna", building=building or f"{next_number()}"),
        )


def service(*, entity: LegalEntity, code: str = "") -> Service:
    number = next_number()
    with transaction.atomic():
        return add_service(
            legal_entity_id=entity.id, code=code or f"S{number}", names=NAMES, unit="kWh", position=number % 1000 + 1
        )


def plan(*, service: Service, code: str = "") -> TariffPlan:
    with transaction.atomic():
        return add_tariff_plan(service=service, code=code or f"P{next_number()}", names=NAMES)


def tariff_body(*, currency: str = "BAM") -> dict[str, Any]:
    """The smallest tariff: a fee for each period."""
    fee = {"code": "fee", "kind": "fixed", "price": "4.00", "posting_code": "REV"}
    return {"currency": currency, "vat": "ON_TOP", "components": [fee]}


def version(*, plan: TariffPlan, valid_from: date = START, body: dict[str, Any] | None = None) -> TariffVersion:
    with transaction.atomic():
        return add_tariff_version(
            plan=plan,
            valid_from=valid_from,
            body=body or tariff_body(currency=plan.legal_entity.currency),
            approved_by="Board",
            source_document="Decision 1",
            recorded_at=NOON,
        )


def destination_table(*, entity: LegalEntity) -> DestinationTable:
    with transaction.atomic():
        return add_destination_table(legal_entity_id=entity.id, code=f"T{next_number()}", currency=entity.currency)


def service_point(*, branch: Branch, of: Service | None = None, at: Premise | None = None) -> ServicePoint:
    with transaction.atomic():
        return register_service_point(
            premise=at or premise(branch=branch),
            service=of or service(entity=branch.legal_entity),
            code=f"SP{next_number()}",
        )


def contract(*, account: Account) -> Contract:
    with transaction.atomic():
        return sign_contract(account=account, number=f"C{next_number()}", signed_date=START)


def agreement(
    *,
    branch: Branch,
    holder: Account | None = None,
    point: ServicePoint | None = None,
    tariff: TariffPlan | None = None,
    served: tuple[date, date | None] = (START, None),
    attributes: dict[str, Decimal] | None = None,
) -> ServiceAgreement:
    place = point or service_point(branch=branch)
    with transaction.atomic():
        return open_agreement(
            account=holder or account(branch=branch),
            point=place,
            terms=Terms(
                plan=tariff or plan(service=place.service),
                service_from=served[0],
                service_to=served[1],
                attributes=attributes or {},
            ),
            opened_at=NOON,
        )


def document(*, account: Account, content: bytes = b"%PDF-1.7 a bill", number: str = "B-1") -> Document:
    with transaction.atomic():
        return store_document(
            legal_entity_id=account.legal_entity_id,
            branch_id=account.branch_id,
            account_id=account.id,
            kind=Document.Kind.BILL,
            subject_id=uuid4(),
            number=number,
            language="bs",
            template_version="1",
            content=content,
            media_type="application/pdf",
            rendered_at=NOON,
        )


def document_template(*, entity: LegalEntity) -> DocumentTemplate:
    with transaction.atomic():
        return DocumentTemplate.objects.create(
            legal_entity=entity, kind="BILL", version=next_number(), body="<p></p>", recorded_at=NOON
        )


def delivery(*, account: Account, address: str = "ana@example.com", of: Document | None = None) -> Delivery:
    copy = of or document(account=account)
    with transaction.atomic():
        return queue_email(
            legal_entity_id=account.legal_entity_id,
            branch_id=account.branch_id,
            account_id=account.id,
            document_id=copy.id,
            address=address,
            subject="Račun",
            body="U prilogu je račun.",
            attachment_name="racun.pdf",
            attachment_sha256=copy.sha256,
            queued_at=NOON,
        )
