"""A scenario.yaml put into the product's database through the services an operator's clicks call."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction
from rachun.apps.agreements.models import AgreementAttribute, ServiceAgreement, TariffAssignment
from rachun.apps.agreements.services.assign_resource import assign_resource
from rachun.apps.agreements.services.open_agreement import Terms, open_agreement, register_service_point
from rachun.apps.catalog.models import Service, TariffPlan
from rachun.apps.catalog.services import add_destination_table, add_service, add_tariff_plan, add_tariff_version
from rachun.apps.customers.models import Account, Party
from rachun.apps.customers.services import Address, PartyFacts, open_account, register_party, register_premise
from rachun.apps.identity.models import Branch, LegalEntity
from rachun.apps.ledger.services.chart import ChartAccount, ensure_chart
from rachun.apps.metering.models import Installation, Meter
from rachun.apps.metering.services import RegisterFacts, register_meter
from rachun.apps.rating.services import RateTerms, import_rate_deck
from rachun.apps.usage.services import SourceFacts, create_source
from rachun.countries.loader import load_pack
from rachun.formats.rate_decks import PrefixPrice

Row = dict[str, Any]
COUNTRIES = Path(__file__).resolve().parents[2] / "backend" / "rachun" / "countries"
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
OPENED = date(2025, 1, 1)
UNITS = {"electricity": "kWh", "water": "m3", "phone": "min"}
CALLS, DELIVERIES = "calls", "deliveries"


@dataclass(slots=True, kw_only=True)
class ProductWorld:
    """The rows behind the local names of one scenario."""

    scenario: Row
    entity: LegalEntity
    branch: Branch
    accounts: dict[str, Account] = field(default_factory=dict)
    agreements: dict[str, ServiceAgreement] = field(default_factory=dict)
    plans: dict[str, TariffPlan] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)

    @property
    def currency(self) -> str:
        return self.entity.currency


@transaction.atomic
def make_world(*, scenario: Row) -> ProductWorld:
    facts = scenario["enterprise"]
    entity = LegalEntity.objects.create(
        code=facts["name"].upper(),
        name=facts["name"],
        short_name=facts["name"],
        country_pack=facts["country"].upper(),
        country_code=facts["country"].upper(),
        time_zone=facts["time_zone"],
        currency=facts["currency"],
        language="bs" if facts["country"] == "ba" else "uk",
        created_at=LONG_AGO,
        updated_at=LONG_AGO,
    )
    branch = Branch.objects.create(
        legal_entity=entity, code="MAIN", name="Main", created_at=LONG_AGO, updated_at=LONG_AGO
    )
    world = ProductWorld(scenario=scenario, entity=entity, branch=branch)
    accounts = [
        ChartAccount(posting_code=code, code=account.account_code, names=account.names)
        for code, account in load_pack(entity.country_pack).accounts.items()
    ]
    ensure_chart(legal_entity_id=entity.id, accounts=accounts)
    make_prices(world)
    make_sources(world)
    make_accounts(world)
    make_agreements(world)
    make_meters(world)
    return world


def shipped(file: str) -> Row:
    document: Row = json.loads((COUNTRIES / file).read_text(encoding="utf-8"))
    return document


def make_prices(world: ProductWorld) -> None:
    for code, table in world.scenario.get("destination_tables", {}).items():
        make_destination_table(world, code=code, document=shipped(table["file"]))
    for code, plan in world.scenario["plans"].items():
        service = service_of(world, code=plan["service"])
        world.plans[code] = add_tariff_plan(service=service, code=code, names={"en": code})
        for version in plan["versions"]:
            add_tariff_version(
                plan=world.plans[code],
                valid_from=version["valid_from"],
                body=tariff_body(version["tariff"]),
                approved_by="Scenario",
                source_document=world.scenario["scenario"],
                recorded_at=LONG_AGO,
            )


def tariff_body(tariff: Row) -> Row:
    if "file" not in tariff:
        return tariff
    [body] = [
        version["tariff"]
        for version in shipped(tariff["file"])["versions"]
        if version["valid_from"] == tariff["version"].isoformat()
    ]
    return dict(body)


def service_of(world: ProductWorld, *, code: str) -> Service:
    if code not in world.services:
        world.services[code] = add_service(
            legal_entity_id=world.entity.id,
            code=code,
            names={"en": code},
            unit=UNITS.get(code, ""),
            position=len(world.services) + 1,
        )
    return world.services[code]


def make_destination_table(world: ProductWorld, *, code: str, document: Row) -> None:
    table = add_destination_table(legal_entity_id=world.entity.id, code=code, currency=document["currency"])
    for version in document["versions"]:
        for rate in version["rates"]:
            prices = [
                PrefixPrice(
                    deck_row=row,
                    prefix=prefix,
                    destination=rate["destination"],
                    price=Decimal(rate["price_per_minute"]),
                    time_slot="flat",
                )
                for row, prefix in enumerate(rate["prefixes"], start=1)
            ]
            terms = RateTerms(
                valid_from=date.fromisoformat(version["valid_from"]),
                first_interval_s=rate["first_interval_s"],
                increment_s=rate["increment_s"],
                connection_fee=Decimal(rate["connection_fee"]),
            )
            import_rate_deck(table=table, prices=prices, terms=terms, imported_at=LONG_AGO, is_dry=False)


def make_sources(world: ProductWorld) -> None:
    zone = world.entity.time_zone
    calls = SourceFacts(kind="CALLS", format="calls:bgbilling", time_zone=zone)
    deliveries = SourceFacts(kind="DELIVERIES", format="delivered_services", time_zone=zone)
    create_source(legal_entity_id=world.entity.id, code=CALLS, facts=calls)
    create_source(legal_entity_id=world.entity.id, code=DELIVERIES, facts=deliveries)


def make_accounts(world: ProductWorld) -> None:
    for row in world.scenario["accounts"]:
        party = register_party(
            legal_entity_id=world.entity.id,
            branch_id=world.branch.id,
            facts=PartyFacts(kind=Party.Kind(row["party"]["kind"]), name=row["party"]["name"], language="en"),
            contacts=[],
            registered_at=LONG_AGO,
        )
        world.accounts[row["id"]] = open_account(
            party=party,
            delivery=Account.Delivery.PAPER,
            opened_date=OPENED,
            opened_at=LONG_AGO,
            aliases={row["id"]: "SCENARIO"},
        )


def make_agreements(world: ProductWorld) -> None:
    premises = {
        point["id"]: register_premise(
            legal_entity_id=world.entity.id,
            branch_id=world.branch.id,
            address=Address(settlement=point["premise"], street="", building="", unit=""),
            postcode="",
        )
        for point in world.scenario["service_points"]
    }
    for row in world.scenario["agreements"]:
        first = row["assignments"][0]
        plan = world.plans[first["plan"]]
        point = register_service_point(
            premise=premises[row["service_point"]], service=plan.service, code=row["service_point"]
        )
        terms = Terms(plan=plan, service_from=row["from"], service_to=row["to"], number=row["id"])
        agreement = open_agreement(account=world.accounts[row["account"]], point=point, terms=terms, opened_at=LONG_AGO)
        world.agreements[row["id"]] = agreement
        add_dated_facts(world, agreement=agreement, row=row)


def add_dated_facts(world: ProductWorld, *, agreement: ServiceAgreement, row: Row) -> None:
    """Attributes by their own days; assignments after the first; numbers."""
    if len(row["assignments"]) > 1 or not fits(row["assignments"][0], row):
        agreement.assignments.update(superseded_at=LONG_AGO)
        TariffAssignment.objects.bulk_create(
            TariffAssignment(agreement=agreement, plan=world.plans[one["plan"]], **days(one))
            for one in row["assignments"]
        )
    AgreementAttribute.objects.bulk_create(
        AgreementAttribute(agreement=agreement, attribute=one["name"], value=Decimal(one["value"]), **days(one))
        for one in row["attributes"]
    )
    for resource in row.get("resources", []):
        assert resource["role"] == "NUMBER", resource
        assign_resource(
            agreement=agreement,
            kind="PHONE_NUMBER",
            identifier=resource["value"],
            valid_from=row["from"],
            valid_to=row["to"],
            assigned_at=LONG_AGO,
        )


def fits(assignment: Row, agreement: Row) -> bool:
    return (assignment["from"], assignment["to"]) == (agreement["from"], agreement["to"])


def days(row: Mapping[str, Any]) -> Row:
    return {"valid_from": row["from"], "valid_to": row["to"], "recorded_at": LONG_AGO}


def make_meters(world: ProductWorld) -> None:
    """Meters stand without readings: those come by file, as the scenario's steps say."""
    points = {agreement.service_point.code: agreement.service_point for agreement in world.agreements.values()}
    units = {row["meter"]: points[row["service_point"]].service.unit for row in world.scenario.get("installations", [])}
    for row in world.scenario.get("meters", []):
        register_meter(
            legal_entity_id=world.entity.id,
            branch_id=world.branch.id,
            serial=row["id"],
            registers=[
                RegisterFacts(
                    code=one["code"],
                    unit=units[row["id"]],
                    digits=one["digits"],
                    multiplier=Decimal(one["multiplier"]),
                )
                for one in row["registers"]
            ],
        )
    for row in world.scenario.get("installations", []):
        Installation.objects.create(
            meter=Meter.objects.get(legal_entity=world.entity, serial=row["meter"]),
            service_point=points[row["service_point"]],
            **days(row),
        )
