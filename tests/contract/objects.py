"""Objects for the access matrix. Each app adds makers: one object of the kind, in the north branch of an enterprise.

A maker returns the id that goes into the address, and every other path parameter it needs by name.
"""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

from rachun.apps.base.files import keep_file
from rachun.apps.base.models import Job
from rachun.apps.billing.models import Bill, BillRun
from rachun.apps.customers.models import Account
from rachun.apps.devices.models import Agent, Device
from rachun.apps.ledger.models import AccountingPeriod, Entry, LedgerAccount, OpenItem
from rachun.apps.metering.models import CommonMeter, EstimationRule, ReadingRule
from rachun.apps.payments.models import CashDesk, CashPayment, CashShift, Receipt
from rachun.apps.selfservice.models import SentReading
from rachun.apps.usage.models import Rerating, UsageBatch
from tests.apps.identity.makers import Enterprise, make_operator
from tests.factories import customers as a
from tests.factories.metering import hold_reading, make_meter, place_meter, read_meter
from tests.factories.prints import make_print, make_print_file
from tests.factories.usage import make_record, make_source

Maker = Callable[[Enterprise], dict[str, Any]]
MAKERS: dict[str, Maker] = {}


def makes(kind: str) -> Callable[[Maker], Maker]:
    def register(maker: Maker) -> Maker:
        assert kind not in MAKERS, f"two makers of {kind}"
        MAKERS[kind] = maker
        return maker

    return register


@makes("legal_entity")
def legal_entity(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": enterprise.entity.id}


@makes("branch")
def branch(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": enterprise.north.id}


@makes("operator")
def operator(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": make_operator(entity=enterprise.entity, branch=enterprise.north).operator.id}


@makes("job")
def job(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": Job.objects.create(kind="contract.test", legal_entity_id=enterprise.entity.id, state="DONE").id}


@makes("export")
def export(enterprise: Enterprise) -> dict[str, Any]:
    """Belongs to who asked for it, whoever else may see the enterprise."""
    owner = make_operator(entity=enterprise.entity, branch=enterprise.north)
    result = {"sha256": keep_file(content=b"n"), "name": "n.csv", "format": "CSV", "rows": 0}
    made = Job.objects.create(kind="identity.export_list", created_by=owner.id, state="DONE", result=result)
    return {"id": made.id}


@makes("party")
def party(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.party(branch=enterprise.north).id}


@makes("account")
def account(enterprise: Enterprise) -> dict[str, Any]:
    made = a.account(branch=enterprise.north)
    return {"id": made.id, "account_id": made.id}


@makes("premise")
def premise(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.premise(branch=enterprise.north).id}


@makes("service")
def service(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.service(entity=enterprise.entity).id}


@makes("tariff_plan")
def tariff_plan(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.plan(service=a.service(entity=enterprise.entity)).id}


@makes("tariff_version")
def tariff_version(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.version(plan=a.plan(service=a.service(entity=enterprise.entity))).id}


@makes("destination_table")
def destination_table(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.destination_table(entity=enterprise.entity).id}


@makes("service_point")
def service_point(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.service_point(branch=enterprise.north).id}


@makes("contract")
def contract(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.contract(account=a.account(branch=enterprise.north)).id}


@makes("agreement")
def agreement(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.agreement(branch=enterprise.north).id}


@makes("document")
def document(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.document(account=a.account(branch=enterprise.north)).id}


@makes("document_template")
def document_template(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.document_template(entity=enterprise.entity).id}


@makes("delivery")
def delivery(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.delivery(account=a.account(branch=enterprise.north)).id}


@makes("meter")
def meter(enterprise: Enterprise) -> dict[str, Any]:
    made = make_meter(branch=enterprise.north)
    place_meter(meter=made, service_point=a.service_point(branch=enterprise.north))
    read_meter(meter=made, on="2026-01-31", value="10")
    return {"id": made.id}


@makes("held_reading")
def held_reading(enterprise: Enterprise) -> dict[str, Any]:
    made = make_meter(branch=enterprise.north)
    place_meter(meter=made, service_point=a.service_point(branch=enterprise.north))
    return {"id": hold_reading(meter=made, on="2026-01-31", value="10").id}


@makes("sent_reading")
def sent_reading(enterprise: Enterprise) -> dict[str, Any]:
    made = make_meter(branch=enterprise.north)
    agreement = a.agreement(branch=enterprise.north)
    place_meter(meter=made, service_point=agreement.service_point)
    held = hold_reading(meter=made, on="2026-01-31", value="10")
    sent = SentReading.objects.create(
        account=agreement.account,
        register=held.register,
        boundary_date=held.boundary_date,
        value=held.value,
        held=held,
        photo_sha256=keep_file(content=b"\xff\xd8\xff a dial"),
        photo_media_type="image/jpeg",
        sent_at=held.recorded_at,
    )
    return {"id": sent.id, "account_id": agreement.account_id}


@makes("usage_source")
def usage_source(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": make_source(legal_entity=enterprise.entity).id}


@makes("usage_batch")
def usage_batch(enterprise: Enterprise) -> dict[str, Any]:
    source = make_source(legal_entity=enterprise.entity)
    batch = UsageBatch.objects.create(
        legal_entity=enterprise.entity, source=source, name="calls", sha256="0" * 64, state="LOADED", received_at=a.NOON
    )
    return {"id": batch.id}


@makes("usage_record")
def usage_record(enterprise: Enterprise) -> dict[str, Any]:
    """Has no address of its own; made for the lists."""
    return {"id": make_record(agreement=a.agreement(branch=enterprise.north)).agreement_id}


@makes("rerating")
def rerating(enterprise: Enterprise) -> dict[str, Any]:
    days = {"from_date": date(2026, 1, 1), "to_date": date(2026, 2, 1)}
    made = Rerating.objects.create(legal_entity=enterprise.entity, state="REHEARSED", created_at=a.NOON, **days)
    return {"id": made.id}


def run_of(enterprise: Enterprise) -> BillRun:
    days = {"period_from": date(2026, 1, 1), "period_to": date(2026, 2, 1), "document_date": date(2026, 2, 1)}
    return BillRun.objects.create(
        legal_entity=enterprise.entity,
        branch=enterprise.north,
        kind=BillRun.Kind.REGULAR,
        state=BillRun.State.ISSUED,
        due_date=date(2026, 2, 16),
        **days,
        created_at=a.NOON,
    )


@makes("bill_run")
def bill_run(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": run_of(enterprise).id}


@makes("bill")
def bill(enterprise: Enterprise) -> dict[str, Any]:
    run = run_of(enterprise)
    made = Bill.objects.create(
        legal_entity=enterprise.entity,
        branch=enterprise.north,
        account=a.account(branch=enterprise.north),
        run=run,
        number=f"N-{a.next_number()}",
        document_date=run.document_date,
        period_from=run.period_from,
        period_to=run.period_to,
        due_date=run.due_date,
        currency=enterprise.entity.currency,
        net_minor=100,
        tax_minor=17,
        gross_minor=117,
        opening_balance_minor=0,
        line_count=0,
        issued_at=a.NOON,
    )
    return {"id": made.id}


makes("bill_print")(lambda enterprise: {"id": make_print(branch=enterprise.north).id})
makes("bill_print_file")(lambda enterprise: {"id": make_print_file(branch=enterprise.north).id})


def entry_of(enterprise: Enterprise) -> Entry:
    return Entry.objects.create(
        legal_entity=enterprise.entity,
        area=AccountingPeriod.Area.RECEIPTS,
        accounting_date=date(2026, 2, 10),
        source_kind="RECEIPT",
        source_id=uuid4(),
        recorded_at=a.NOON,
    )


@makes("entry")
def entry(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": entry_of(enterprise).id}


@makes("receipt")
def receipt(enterprise: Enterprise) -> dict[str, Any]:
    payer: Account = a.account(branch=enterprise.north)
    made = Receipt.objects.create(
        legal_entity=enterprise.entity,
        branch=enterprise.north,
        account=payer,
        number=f"R-{a.next_number()}",
        amount_minor=500,
        currency=enterprise.entity.currency,
        value_date=date(2026, 2, 10),
        channel=Receipt.Channel.CASH,
        external_key=uuid4().hex,
        entry=entry_of(enterprise),
        recorded_at=a.NOON,
    )
    OpenItem.objects.create(
        legal_entity=enterprise.entity,
        account=payer,
        debt_kind=OpenItem.DebtKind.ADVANCE,
        currency=enterprise.entity.currency,
        recorded_at=a.NOON,
    )
    return {"id": made.id}


@makes("books")
def books(enterprise: Enterprise) -> dict[str, Any]:
    """The chart and a closed month, which belong to the legal entity; made for the lists."""
    account, _is_new = LedgerAccount.objects.get_or_create(
        legal_entity=enterprise.entity, posting_code="CASH", defaults={"code": "2000", "names": {"en": "OURS"}}
    )
    AccountingPeriod.objects.get_or_create(
        legal_entity=enterprise.entity,
        area=AccountingPeriod.Area.SALES,
        month=date(2025, 1, 1),
        defaults={"state": "CLOSED", "changed_at": a.NOON},
    )
    return {"id": account.id}


@makes("common_meter")
def common_meter(enterprise: Enterprise) -> dict[str, Any]:
    rule = CommonMeter.objects.create(
        main_point=a.service_point(branch=enterprise.north),
        register_code="T1",
        share_code="COMMON",
        method=CommonMeter.Method.EQUAL,
        when_negative=CommonMeter.WhenNegative.REFUSE,
        when_unread=CommonMeter.WhenUnread.REFUSE,
        source_document="Decision 5",
        valid_from=date(2026, 1, 1),
        recorded_at=a.NOON,
    )
    return {"id": rule.id}


@makes("reading_rule")
def reading_rule(enterprise: Enterprise) -> dict[str, Any]:
    """How readings are checked, which belongs to the legal entity."""
    rule, _is_new = ReadingRule.objects.get_or_create(
        legal_entity=enterprise.entity,
        valid_from=date(2026, 1, 1),
        source=ReadingRule.Source.CUSTOMER,
        defaults={"checks": {}, "recorded_at": a.NOON},
    )
    return {"id": rule.id}


@makes("estimation_rule")
def estimation_rule(enterprise: Enterprise) -> dict[str, Any]:
    common = {"legal_entity": enterprise.entity, "valid_from": date(2026, 1, 1)}
    rule = EstimationRule.objects.filter(**common).first() or EstimationRule.objects.create(
        **common,
        service=a.service(entity=enterprise.entity),
        steps=[{"method": "LAST_PERIODS", "periods": 2}],
        max_days=90,
        source_document="Rules of supply",
        recorded_at=a.NOON,
    )
    return {"id": rule.id}


def desk_of(enterprise: Enterprise) -> CashDesk:
    return CashDesk.objects.create(
        legal_entity=enterprise.entity,
        branch=enterprise.north,
        code=f"D{a.next_number()}",
        name="Desk",
        no_register_reason="market stall",
        updated_at=a.NOON,
    )


def shift_of(enterprise: Enterprise) -> CashShift:
    return CashShift.objects.create(
        desk=desk_of(enterprise),
        legal_entity=enterprise.entity,
        branch=enterprise.north,
        number=1,
        cashier=make_operator(entity=enterprise.entity, branch=enterprise.north),
        currency=enterprise.entity.currency,
        float_minor=0,
        opened_at=a.NOON,
    )


@makes("agent")
def agent(enterprise: Enterprise) -> dict[str, Any]:
    made = Agent.objects.create(
        legal_entity=enterprise.entity, branch=enterprise.north, name="Desk PC", created_at=a.NOON
    )
    Device.objects.create(
        agent=made, legal_entity=enterprise.entity, branch=enterprise.north, key="till", kind=Device.Kind.REGISTER
    )
    return {"id": made.id}


@makes("cash_desk")
def cash_desk(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": desk_of(enterprise).id}


@makes("cash_shift")
def cash_shift(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": shift_of(enterprise).id}


@makes("cash_payment")
def cash_payment(enterprise: Enterprise) -> dict[str, Any]:
    made = CashPayment.objects.create(
        shift=shift_of(enterprise),
        legal_entity=enterprise.entity,
        branch=enterprise.north,
        account=a.account(branch=enterprise.north),
        amount_minor=100,
        tendered_minor=100,
        currency=enterprise.entity.currency,
        value_date=date(2026, 2, 10),
        state=CashPayment.State.NOT_TAKEN,
        taken_at=a.NOON,
    )
    return {"id": made.id}
