"""A small town in Bosnia whose months can be billed: waste by members, electricity by a meter with one register."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from rachun.apps.agreements.models import AgreementAttribute, ServiceAgreement, TariffAssignment
from rachun.apps.base.job_runner import run_claimed_job
from rachun.apps.base.jobs import Job
from rachun.apps.billing.models import Bill, BillRun, Charge
from rachun.apps.billing.services.approve_run import approve_run
from rachun.apps.billing.services.create_run import NewRun, create_run
from rachun.apps.billing.services.start_calculation import start_calculation
from rachun.apps.billing.services.start_issue import start_issue
from rachun.apps.catalog.models import TariffPlan, TariffVersion
from rachun.apps.customers.models import Account
from rachun.apps.identity.models import Branch, LegalEntity
from rachun.apps.ledger.services.chart import ChartAccount, ensure_chart
from rachun.countries.loader import load_pack
from tests.factories.metering import (
    LONG_AGO,
    make_account,
    make_agreement,
    make_branch,
    make_legal_entity,
    make_meter,
    make_service,
    place_meter,
    read_meter,
)

NOW = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
JANUARY = (date(2026, 1, 1), date(2026, 2, 1))
FEBRUARY = (date(2026, 2, 1), date(2026, 3, 1))
WASTE: dict[str, Any] = {
    "currency": "BAM",
    "vat": "ON_TOP",
    "components": [
        {
            "code": "waste",
            "kind": "per_attribute",
            "attribute": "members",
            "price": "2.50",
            "posting_code": "REVENUE_WASTE",
        }
    ],
}
POWER: dict[str, Any] = {
    "currency": "BAM",
    "vat": "ON_TOP",
    "components": [
        {"code": "point_fee", "kind": "fixed", "price": "4.85", "posting_code": "REVENUE_ELECTRICITY"},
        {
            "code": "energy",
            "kind": "metered",
            "unit": "kWh",
            "registers": [{"register": "T1", "blocks": [{"price": "0.1735"}]}],
            "posting_code": "REVENUE_ELECTRICITY",
        },
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    entity: LegalEntity
    branch: Branch
    waste: TariffPlan
    power: TariffPlan


def make_town() -> Town:
    entity = make_legal_entity()
    branch = make_branch(legal_entity=entity)
    with transaction.atomic():
        ensure_chart(
            legal_entity_id=entity.id,
            accounts=[
                ChartAccount(posting_code=code, code=row.account_code, names=row.names)
                for code, row in load_pack("BA").accounts.items()
            ],
        )
    return Town(
        entity=entity,
        branch=branch,
        waste=make_plan(entity=entity, service="WASTE", body=WASTE),
        power=make_plan(entity=entity, service="POWER", body=POWER),
    )


def make_plan(*, entity: LegalEntity, service: str, body: dict[str, Any]) -> TariffPlan:
    sold = make_service(legal_entity=entity, code=service)
    plan = TariffPlan.objects.create(legal_entity=entity, service=sold, code=f"{service}_PLAN", names={"en": service})
    TariffVersion.objects.create(
        plan=plan,
        valid_from=date(2025, 1, 1),
        body=body,
        approved_by="Council",
        source_document="Gazette 1",
        recorded_at=LONG_AGO,
    )
    return plan


def take_waste(
    *, town: Town, members: str | None, account: Account | None = None, served: tuple[date, date | None] | None = None
) -> Account:
    """An account with a waste agreement; without members it cannot be priced."""
    holder = account or make_account(branch=town.branch)
    agreement = assigned(town=town, plan=town.waste, account=holder, service="WASTE", served=served)
    if members is not None:
        set_members(agreement=agreement, members=members, recorded_at=LONG_AGO)
    return holder


def set_members(*, agreement: ServiceAgreement, members: str, recorded_at: datetime) -> None:
    AgreementAttribute.objects.create(
        agreement=agreement,
        attribute="members",
        value=Decimal(members),
        valid_from=date(2025, 1, 1),
        recorded_at=recorded_at,
    )


def take_power(*, town: Town, readings: dict[str, str], account: Account | None = None) -> Account:
    """An account with a meter; readings: day (at its end) → value."""
    holder = account or make_account(branch=town.branch)
    agreement = assigned(town=town, plan=town.power, account=holder, service="POWER", served=None)
    meter = make_meter(branch=town.branch)
    place_meter(meter=meter, service_point=agreement.service_point)
    for day, value in readings.items():
        read_meter(meter=meter, on=day, value=value)
    return holder


def assigned(
    *, town: Town, plan: TariffPlan, account: Account, service: str, served: tuple[date, date | None] | None
) -> ServiceAgreement:
    days = served or (date(2026, 1, 1), None)
    agreement = make_agreement(branch=town.branch, account=account, served=days, service=service)
    TariffAssignment.objects.create(agreement=agreement, plan=plan, valid_from=date(2025, 1, 1), recorded_at=LONG_AGO)
    return agreement


def make_run(
    *,
    town: Town,
    period: tuple[date, date] = JANUARY,
    kind: str = BillRun.Kind.REGULAR,
    account_ids: Sequence[UUID] = (),
) -> BillRun:
    return create_run(
        new=NewRun(
            legal_entity_id=town.entity.id,
            kind=kind,
            period_from=period[0],
            period_to=period[1],
            document_date=period[1],
            due_date=period[1].replace(day=20),
            account_ids=account_ids,
        ),
        created_by=None,
        created_at=NOW,
    )


def run_job(job: Job) -> Job:
    run_claimed_job(job_id=job.id, is_inline=True)
    job.refresh_from_db()
    return job


def calculate(run: BillRun, *, chunk_size: int | None = None, known_until: datetime = NOW) -> BillRun:
    job = run_job(start_calculation(run_id=run.id, known_until=known_until, chunk_size=chunk_size))
    assert job.state == Job.State.DONE, job.failure
    run.refresh_from_db()
    return run


def issue(run: BillRun) -> BillRun:
    job = run_job(start_issue(run_id=run.id))
    assert job.state == Job.State.DONE, job.failure
    run.refresh_from_db()
    return run


def bill_month(*, town: Town, period: tuple[date, date] = JANUARY, chunk_size: int | None = None) -> BillRun:
    """Create, calculate, approve and issue a regular run."""
    run = calculate(make_run(town=town, period=period), chunk_size=chunk_size)
    approve_run(run_id=run.id, approved_by=None, approved_at=NOW)
    return issue(run)


def bills_of(run: BillRun) -> list[tuple[str, int, int, int, tuple[tuple[Any, ...], ...]]]:
    """Everything about the run's bills apart from ids and times: what two equal runs must have in common."""
    found = []
    for bill in Bill.objects.filter(run_id=run.id).select_related("account").order_by("number"):
        lines = Charge.objects.filter(load_key=run.id, bill_id=bill.id).order_by("line_no")
        told = tuple(
            lines.values_list("component", "register", "block_no", "service_from", "quantity_micro", "gross_minor")
        )
        found.append((bill.number, bill.account.number, bill.gross_minor, bill.opening_balance_minor, told))
    return found
