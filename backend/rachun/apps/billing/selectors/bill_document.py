"""Everything one printed bill says, gathered from the books: amounts are read, never worked out again."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from rachun.apps.billing.models import Bill
from rachun.apps.billing.selectors.bill_facts import METERED, BillFacts, gather_facts
from rachun.apps.billing.selectors.bill_lines import service_groups, tax_summary
from rachun.apps.billing.selectors.bill_money import account_statement, bridge, payment_slip
from rachun.apps.documents.rendering.bill_data import (
    BillDates,
    BillDocument,
    LabelledValue,
    Language,
    MonthOfUse,
    Period,
    Subscriber,
    Totals,
    UsageHistory,
)
from rachun.values.money import Money

MONTHS = 12


def get_bill_document(*, bill: Bill, language: str) -> BillDocument:
    """Raises BillDoesNotAddUp when what was issued does not sum, which must never happen."""
    [facts] = gather_facts([bill])
    return bill_document(facts=facts, language=language)


def list_bill_documents(bills: Sequence[Bill]) -> list[BillDocument]:
    """Of many bills in their order, each in its holder's language, with as many statements as for one.

    Raises BillDoesNotAddUp.
    """
    return [bill_document(facts=facts, language=facts.bill.account.party.language) for facts in gather_facts(bills)]


def bill_document(*, facts: BillFacts, language: str) -> BillDocument:
    bill, lines = facts.bill, facts.lines
    statement = account_statement(bill=bill, statement=facts.statement)
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
        seller=facts.seller,
        subscriber=subscriber_of(facts),
        groups=service_groups(bill=bill, lines=lines, language=language),
        tax_summary=tax_summary(bill=bill, lines=lines),
        totals=Totals(
            net=amount(bill.net_minor, bill), tax=amount(bill.tax_minor, bill), gross=amount(bill.gross_minor, bill)
        ),
        account=statement,
        bridge=bridge(bill=bill, lines=lines, previous=facts.previous, earlier=facts.earlier, language=language),
        usage=usage_history(facts=facts, language=language),
        slip=payment_slip(bill=bill, seller=facts.seller, due=statement.total_due),
    )


def amount(minor: int, bill: Bill) -> Decimal:
    return Money.from_minor(minor=minor, currency=bill.currency).amount


def subscriber_of(facts: BillFacts) -> Subscriber:
    account = facts.bill.account
    return Subscriber(
        name=account.party.name,
        address=facts.address,
        account_number=account.number,
        external_numbers=tuple(LabelledValue(label="", value=number) for number in facts.aliases),
    )


def usage_history(*, facts: BillFacts, language: str) -> tuple[UsageHistory, ...]:
    """Metered quantities of up to twelve months by service, from the charges of issued bills."""
    services = {line.agreement.service_id: line.agreement.service for line in facts.lines if line.kind == METERED}
    if not services:
        return ()
    by_month: Mapping[UUID, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    first_component: dict[UUID, str] = {}
    units: dict[UUID, str] = {}
    for service_id, component, start, quantity, unit in sorted(
        facts.used, key=lambda row: (str(row[0]), row[2], row[1])
    ):
        if first_component.setdefault(service_id, component) == component:
            by_month[service_id][start.replace(day=1)] += quantity
            units[service_id] = unit or ""
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
