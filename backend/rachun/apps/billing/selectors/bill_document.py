"""Everything one printed bill says, gathered from the books: amounts are read, never worked out again."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from rachun.apps.agreements.models import ServiceAgreement
from rachun.apps.billing.models import Bill, Charge
from rachun.apps.billing.selectors.bill_lines import service_groups, tax_summary
from rachun.apps.billing.selectors.bill_money import account_statement, bridge, payment_slip
from rachun.apps.billing.selectors.explanation import find_previous_bill
from rachun.apps.billing.selectors.visible_bills import list_charges
from rachun.apps.customers.models import AccountAlias
from rachun.apps.documents.rendering.bill_data import (
    BillDates,
    BillDocument,
    Contact,
    LabelledValue,
    Language,
    MonthOfUse,
    Period,
    Seller,
    Subscriber,
    Totals,
    UsageHistory,
)
from rachun.apps.identity.models import BankAccount, LegalEntity, VatRegistration
from rachun.values.money import Money

MONTHS = 12


def get_bill_document(*, bill: Bill, language: str) -> BillDocument:
    """Raises BillDoesNotAddUp when what was issued does not sum, which must never happen."""
    lines = list(list_charges(bill=bill))
    previous = find_previous_bill(bill)
    seller = seller_of(entity=bill.legal_entity, on=bill.document_date)
    statement = account_statement(bill=bill, previous=previous)
    return BillDocument(
        number=bill.number,
        language=Language(language),
        currency=bill.currency,
        dates=BillDates(
            document=bill.document_date,
            due=bill.due_date,
            tax_point=None,
            service=Period(start=bill.period_from, end=bill.period_to),
        ),
        seller=seller,
        subscriber=subscriber_of(bill),
        groups=service_groups(bill=bill, lines=lines, language=language),
        tax_summary=tax_summary(bill=bill, lines=lines),
        totals=Totals(
            net=amount(bill.net_minor, bill), tax=amount(bill.tax_minor, bill), gross=amount(bill.gross_minor, bill)
        ),
        account=statement,
        bridge=bridge(bill=bill, lines=lines, previous=previous, language=language),
        usage=usage_history(bill=bill, lines=lines, language=language),
        slip=payment_slip(bill=bill, seller=seller, due=statement.total_due),
    )


def amount(minor: int, bill: Bill) -> Decimal:
    return Money.from_minor(minor=minor, currency=bill.currency).amount


def seller_of(*, entity: LegalEntity, on: date) -> Seller:
    vat = VatRegistration.objects.filter(legal_entity=entity, valid_from__lte=on).order_by("-valid_from").first()
    is_payer = vat is not None and (vat.valid_to is None or vat.valid_to > on)
    banks = BankAccount.objects.filter(legal_entity=entity, is_printed_on_bills=True).order_by("bank_name", "iban")
    tax_label, vat_label = ("ЄДРПОУ", "ІПН") if entity.country_pack == "UA" else ("JIB", "PDV broj")
    tax_ids = [LabelledValue(label=tax_label, value=entity.tax_number)] if entity.tax_number else []
    if is_payer and vat is not None:
        tax_ids.append(LabelledValue(label=vat_label, value=vat.number))
    return Seller(
        name=entity.name,
        address=entity.address,
        tax_ids=tuple(tax_ids),
        bank_accounts=tuple(LabelledValue(label=bank.bank_name, value=bank.iban) for bank in banks),
        contact=Contact(
            phones=(entity.phone,) if entity.phone else (),
            emails=(entity.email,) if entity.email else (),
            web=entity.website or None,
        ),
    )


def subscriber_of(bill: Bill) -> Subscriber:
    account = bill.account
    aliases = AccountAlias.objects.filter(account_id=account.id).order_by("number")
    return Subscriber(
        name=account.party.name,
        address=address_of(account_id=account.id),
        account_number=account.number,
        external_numbers=tuple(LabelledValue(label="", value=one.number) for one in aliases),
    )


def address_of(*, account_id: UUID) -> str:
    """The premise of the account's first agreement."""
    agreement = (
        ServiceAgreement.objects.filter(account_id=account_id)
        .select_related("service_point__premise")
        .order_by("id")
        .first()
    )
    return str(agreement.service_point.premise) if agreement is not None else ""


def usage_history(*, bill: Bill, lines: Sequence[Charge], language: str) -> tuple[UsageHistory, ...]:
    """Metered quantities of up to twelve months by service, from the charges of issued bills."""
    services = {line.agreement.service_id: line.agreement.service for line in lines if line.kind == "metered"}
    if not services:
        return ()
    used = (
        Charge.objects.filter(account_id=bill.account_id, kind="metered", service_from__lt=bill.period_to)
        .exclude(register="*")
        .values_list("agreement__service_id", "component", "register", "service_from", "quantity_micro", "inputs")
    )
    by_month: Mapping[UUID, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    first_component: dict[UUID, str] = {}
    units: dict[UUID, str] = {}
    rows: list[tuple[Any, ...]] = sorted(used, key=lambda row: (str(row[0]), row[3], row[1]))
    for service_id, component, _register, start, quantity, inputs in rows:
        if first_component.setdefault(service_id, component) == component:
            by_month[service_id][start.replace(day=1)] += quantity
            units[service_id] = inputs.get("unit", "")
    return tuple(
        UsageHistory(
            service=service.names.get(language) or service.code,
            unit=units[service.id],
            months=tuple(
                MonthOfUse(month=month, quantity=Decimal(by_month[service.id][month]).scaleb(-6))
                for month in sorted(by_month[service.id])[-MONTHS:]
            ),
        )
        for service in sorted(services.values(), key=lambda one: one.position)
        if service.id in by_month
    )
