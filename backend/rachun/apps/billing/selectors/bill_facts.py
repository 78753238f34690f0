"""What the books know of bills that are to be printed: gathered for many at once, a statement for each kind of fact."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models.fields.json import KT

from rachun.apps.agreements.models import ServiceAgreement
from rachun.apps.billing.models import Bill, Charge
from rachun.apps.billing.selectors.bill_money import statement_start
from rachun.apps.catalog.models import TariffVersion
from rachun.apps.customers.models import AccountAlias
from rachun.apps.documents.rendering.bill_data import Contact, LabelledValue, Seller
from rachun.apps.identity.models import BankAccount, LegalEntity, VatRegistration
from rachun.apps.receivables.selectors.statement import Statement, get_statements

METERED = "metered"
# Service, component, first day, quantity, unit.
Used = tuple[UUID, str, date, int, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class BillFacts:
    """`previous` is the account's bill before, `earlier` its lines; `used` what was metered so far."""

    bill: Bill
    lines: Sequence[Charge]
    previous: Bill | None
    earlier: Sequence[Charge]
    seller: Seller
    statement: Statement
    aliases: Sequence[str]
    address: str
    used: Sequence[Used]


def gather_facts(bills: Sequence[Bill]) -> list[BillFacts]:
    """In the order of the bills, which come with their account, its party and their legal entity."""
    accounts = {bill.account_id for bill in bills}
    previous = previous_of(bills)
    lines = lines_by_bill([*bills, *previous.values()])
    statements, sellers, used = statements_of(bills, previous=previous), sellers_of(bills), used_by_bill(bills, lines)
    aliases, addresses = aliases_of(accounts), addresses_of(accounts)
    return [
        BillFacts(
            bill=bill,
            lines=lines[bill.id],
            previous=previous.get(bill.id),
            earlier=lines[previous[bill.id].id] if bill.id in previous else [],
            seller=sellers[bill.legal_entity_id, bill.document_date],
            statement=statements[bill.id],
            aliases=aliases[bill.account_id],
            address=addresses.get(bill.account_id, ""),
            used=used[bill.id],
        )
        for bill in bills
    ]


def previous_of(bills: Sequence[Bill]) -> dict[UUID, Bill]:
    """By the bill: the account's bill of the latest period before this one's."""
    found: dict[UUID, Bill] = {}
    for period_from, some in grouped(bills, by=lambda bill: bill.period_from).items():
        earlier = Bill.objects.filter(account_id__in=[bill.account_id for bill in some], period_from__lt=period_from)
        latest = earlier.order_by("account_id", "-period_from", "-id").distinct("account_id")
        by_account = {bill.account_id: bill for bill in latest}
        found |= {bill.id: by_account[bill.account_id] for bill in some if bill.account_id in by_account}
    return found


def lines_by_bill(bills: Sequence[Bill]) -> dict[UUID, list[Charge]]:
    """The runs' partitions alone are read; each tariff is read once and not with every line."""
    found: dict[UUID, list[Charge]] = defaultdict(list)
    lines = Charge.objects.filter(load_key__in={bill.run_id for bill in bills}, bill_id__in=[bill.id for bill in bills])
    rows = list(lines.select_related("agreement__service", "agreement__service_point").order_by("bill_id", "line_no"))
    versions = TariffVersion.objects.select_related("plan").in_bulk({row.version_id for row in rows})
    for row in rows:
        row.version = versions[row.version_id]
        found[row.bill_id].append(row)
    return found


def statements_of(bills: Sequence[Bill], *, previous: Mapping[UUID, Bill]) -> dict[UUID, Statement]:
    """By the bill. An account may have several bills of one day among these, so each bill asks with its own start."""
    found: dict[UUID, Statement] = {}
    for end, some in grouped(bills, by=lambda bill: bill.document_date).items():
        waiting = list(some)
        while waiting:
            now = {bill.account_id: bill for bill in waiting}
            starts = {
                bill.account_id: statement_start(bill=bill, previous=previous.get(bill.id)) for bill in now.values()
            }
            told = get_statements(starts=starts, end=end)
            found |= {bill.id: told[bill.account_id] for bill in now.values()}
            waiting = [bill for bill in waiting if bill.id not in found]
    return found


def sellers_of(bills: Sequence[Bill]) -> dict[tuple[UUID, date], Seller]:
    entities = {(bill.legal_entity_id, bill.document_date): bill.legal_entity for bill in bills}
    return {(entity_id, day): seller_of(entity=entity, on=day) for (entity_id, day), entity in entities.items()}


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


def aliases_of(account_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    rows = AccountAlias.objects.filter(account_id__in=account_ids).order_by("number")
    for account_id, number in rows.values_list("account_id", "number"):
        found[account_id].append(number)
    return found


def addresses_of(account_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The premise of each account's first agreement."""
    agreements = ServiceAgreement.objects.filter(account_id__in=account_ids).select_related("service_point__premise")
    first = agreements.order_by("account_id", "id").distinct("account_id")
    return {one.account_id: str(one.service_point.premise) for one in first}


def used_by_bill(bills: Sequence[Bill], lines: Mapping[UUID, Sequence[Charge]]) -> dict[UUID, list[Used]]:
    """Of bills with something metered: what their accounts used before the end of the bill's period."""
    found: dict[UUID, list[Used]] = {bill.id: [] for bill in bills}
    metered = [bill for bill in bills if any(line.kind == METERED for line in lines[bill.id])]
    for period_to, some in grouped(metered, by=lambda bill: bill.period_to).items():
        by_account: dict[UUID, list[Used]] = defaultdict(list)
        charges = Charge.objects.filter(
            account_id__in=[bill.account_id for bill in some], kind=METERED, service_from__lt=period_to
        ).exclude(register="*")
        told = ("account_id", "agreement__service_id", "component", "service_from", "quantity_micro", "unit")
        for account_id, *used in charges.annotate(unit=KT("inputs__unit")).values_list(*told):
            by_account[account_id].append(tuple(used))
        found |= {bill.id: by_account[bill.account_id] for bill in some}
    return found


def grouped(bills: Iterable[Bill], *, by: Any) -> dict[Any, list[Bill]]:
    groups: dict[Any, list[Bill]] = defaultdict(list)
    for bill in bills:
        groups[by(bill)].append(bill)
    return groups
