"""An enterprise before its first customer: entity, branches, bank account, chart, price lists, sources, operators."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from rachun.apps.catalog.models import DestinationTable, Service, TariffPlan
from rachun.apps.catalog.services import add_destination_table, add_service, add_tariff_plan, add_tariff_version
from rachun.apps.demo.services.enterprises import OPERATORS, Enterprise, PriceChange
from rachun.apps.identity.models import BankAccount, Branch, LegalEntity, VatRegistration
from rachun.apps.identity.services.principals import Assignment, add_api_client, add_operator
from rachun.apps.ledger.services.chart import ChartAccount, ensure_chart
from rachun.apps.metering.models import EstimationRule
from rachun.apps.rating.services import RateTerms, import_rate_deck
from rachun.apps.usage.services import SourceFacts, create_source
from rachun.countries.loader import load_pack
from rachun.formats.rate_decks import PrefixPrice

COUNTRIES = Path(__file__).resolve().parents[3] / "countries"
OWN_TARIFFS = Path(__file__).resolve().parent.parent / "tariffs"
VAT_SINCE = date(2020, 1, 1)
API_SCOPES = ("list*", "get*", "load*", "createReading*", "createUsage*")
Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """api_secret is shown once and kept nowhere."""

    entity: LegalEntity
    client_id: str
    api_secret: str


@transaction.atomic
def set_up(*, enterprise: Enterprise, password: str, at: datetime) -> SetUp:
    """Make the enterprise; it has no customers yet. password: of every operator."""
    entity = make_entity(enterprise=enterprise, at=at)
    make_chart(enterprise=enterprise, entity=entity)
    make_catalog(enterprise=enterprise, entity=entity, at=at)
    for source in enterprise.sources:
        facts = SourceFacts(
            kind=source.kind, format=source.format, time_zone=enterprise.time_zone, area_code=source.area_code
        )
        create_source(legal_entity_id=entity.id, code=source.code, facts=facts)
    make_operators(enterprise=enterprise, entity=entity, password=password)
    client_id = f"{enterprise.prefix}-head-end"
    _client, secret = add_api_client(
        client_id=client_id,
        name=f"{enterprise.short_name} head-end",
        scopes=API_SCOPES,
        assignments=[Assignment(role="partner", legal_entity_id=entity.id)],
    )
    return SetUp(entity=entity, client_id=client_id, api_secret=secret)


def make_entity(*, enterprise: Enterprise, at: datetime) -> LegalEntity:
    entity = LegalEntity.objects.create(
        code=enterprise.code,
        name=enterprise.name,
        short_name=enterprise.short_name,
        country_pack=enterprise.pack,
        country_code=enterprise.pack,
        time_zone=enterprise.time_zone,
        currency=enterprise.currency,
        language=enterprise.language,
        tax_number=enterprise.tax_number,
        address=enterprise.address,
        phone=enterprise.phone,
        email=enterprise.email,
        website=enterprise.website,
        created_at=at,
        updated_at=at,
    )
    VatRegistration.objects.create(legal_entity=entity, number=enterprise.vat_number, valid_from=VAT_SINCE)
    BankAccount.objects.create(
        legal_entity=entity, iban=enterprise.iban, bank_name=enterprise.bank_name, currency=enterprise.currency
    )
    Branch.objects.bulk_create(
        Branch(legal_entity=entity, code=one.code, name=one.name, address=one.address, created_at=at, updated_at=at)
        for one in enterprise.branches
    )
    return entity


def make_chart(*, enterprise: Enterprise, entity: LegalEntity) -> None:
    accounts = [
        ChartAccount(posting_code=code, code=account.account_code, names=account.names)
        for code, account in load_pack(enterprise.pack).accounts.items()
    ]
    ensure_chart(legal_entity_id=entity.id, accounts=accounts)


def make_catalog(*, enterprise: Enterprise, entity: LegalEntity, at: datetime) -> None:
    folder = COUNTRIES / enterprise.pack.lower() / "tariffs"
    for document in documents_in(folder / "destinations"):
        make_destination_table(document=document, entity=entity, at=at)
    documents: defaultdict[str, list[Document]] = defaultdict(list)
    for document in [*documents_in(folder), *documents_in(OWN_TARIFFS)]:
        documents[document.get("service", "")].append(document)
    for position, facts in enumerate(enterprise.services, start=1):
        service = add_service(
            legal_entity_id=entity.id, code=facts.code, names=facts.names, unit=facts.unit, position=position
        )
        for document in documents[facts.code]:
            plan = add_tariff_plan(service=service, code=document["plan"], names=document["name"])
            for version in document["versions"]:
                add_version(plan=plan, version=version, at=at)
    for estimate in enterprise.estimates:
        EstimationRule.objects.create(
            legal_entity=entity,
            service=Service.objects.get(legal_entity=entity, code=estimate.service),
            steps=list(estimate.steps),
            max_days=estimate.max_days,
            source_document=estimate.source_document,
            valid_from=VAT_SINCE,
            recorded_at=at,
        )
    for change in enterprise.price_changes:
        change_prices(entity=entity, change=change, at=at)


def documents_in(folder: Path) -> list[Document]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]


def add_version(*, plan: TariffPlan, version: Document, at: datetime) -> None:
    add_tariff_version(
        plan=plan,
        valid_from=date.fromisoformat(version["valid_from"]),
        body=version["tariff"],
        approved_by=version["approved_by"],
        source_document=version["source_document"],
        recorded_at=at,
    )


def change_prices(*, entity: LegalEntity, change: PriceChange, at: datetime) -> None:
    """The latest version again, with other prices in the blocks of one component."""
    plan = TariffPlan.objects.get(legal_entity=entity, code=change.plan)
    latest = plan.versions.order_by("-valid_from")[0]
    body = json.loads(json.dumps(latest.body))
    for component in body["components"]:
        if component["code"] == change.component:
            blocks = component["registers"][0]["blocks"]
            for block, price in zip(blocks, change.prices, strict=True):
                block["price"] = str(price)
    add_tariff_version(
        plan=plan,
        valid_from=change.valid_from,
        body=body,
        approved_by=latest.approved_by,
        source_document=latest.source_document,
        recorded_at=at,
    )


def make_destination_table(*, document: Document, entity: LegalEntity, at: datetime) -> None:
    """The shipped table, and the demo's own countries beside it; prices with VAT where the plan's are."""
    table = add_destination_table(
        legal_entity_id=entity.id, code=document["destination_table"], currency=document["currency"]
    )
    [version] = document["versions"]
    for rate in version["rates"]:
        add_rates(table=table, name=rate["label"]["uk"], rate=rate, valid_from=version["valid_from"], at=at)
    abroad = json.loads((OWN_TARIFFS / "abroad.json").read_text(encoding="utf-8"))
    with_vat = Decimal("1.2") if document["destination_table"] == "calls_household" else Decimal(1)
    for country in abroad["countries"]:
        rate = {
            **abroad,
            "prefixes": country["prefixes"],
            "price_per_minute": Decimal(country["price"]) * with_vat,
            "connection_fee": Decimal(abroad["connection_fee"]) * with_vat,
        }
        add_rates(table=table, name=country["name"], rate=rate, valid_from=abroad["valid_from"], at=at)


def add_rates(*, table: DestinationTable, name: str, rate: Document, valid_from: str, at: datetime) -> None:
    prices = [
        PrefixPrice(
            deck_row=row,
            prefix=prefix,
            destination=name,
            price=Decimal(rate["price_per_minute"]),
            time_slot="flat",
        )
        for row, prefix in enumerate(rate["prefixes"], start=1)
    ]
    terms = RateTerms(
        valid_from=date.fromisoformat(valid_from),
        first_interval_s=rate["first_interval_s"],
        increment_s=rate["increment_s"],
        connection_fee=Decimal(rate["connection_fee"]),
    )
    imported = import_rate_deck(table=table, prices=prices, terms=terms, imported_at=at, is_dry=False)
    assert not imported.errors, imported.errors


def make_operators(*, enterprise: Enterprise, entity: LegalEntity, password: str) -> None:
    branches = {branch.code: branch.id for branch in entity.branches.all()}
    codes = [branch.code for branch in enterprise.branches]
    for facts in OPERATORS:
        branch_id = None if facts.branch_no is None else branches[codes[facts.branch_no]]
        add_operator(
            login=f"{enterprise.prefix}-{facts.suffix}",
            password=password,
            full_name=facts.full_name[enterprise.language],
            language=enterprise.language,
            email=f"{enterprise.prefix}.{facts.suffix}@example.org",
            assignments=[Assignment(role=facts.role, legal_entity_id=entity.id, branch_id=branch_id)],
        )
