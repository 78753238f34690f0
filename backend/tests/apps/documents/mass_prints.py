"""Bills of the mass print, as the tests of its pages want them."""

import subprocess
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from functools import cache

from rachun.apps.documents.rendering.bill_data import BillDocument, DatedAmount, Logo
from rachun.apps.documents.rendering.mass_print.press import BillPress
from tests.apps.documents.pages import bill_of

LONG = "Об’єднане водопровідно-каналізаційне господарство Ґорлівецької територіальної громади " * 2


@cache
def press() -> BillPress:
    return BillPress()


@cache
def printed(kind: str, language: str) -> bytes:
    return press().print_bills([bill_of(kind, language)])


def words_of_file(pdf: bytes) -> Counter[str]:
    """Every word with how often it stands there. The two printers draw the same page in another order.

    A hyphen ends a word, since a line may end with it.
    """
    found = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return Counter(found.stdout.decode().replace("-", "- ").split())


def crowded_bill() -> BillDocument:
    """The longest names that a party may have."""
    bill = bill_of("komunalno", "uk")
    assert bill.slip is not None
    return replace(
        bill,
        seller=replace(bill.seller, name=LONG),
        subscriber=replace(bill.subscriber, name=LONG, address=LONG),
        slip=replace(bill.slip, payee=LONG, purpose=LONG),
    )


def adjusted_bill() -> BillDocument:
    """With what was written off between two bills, and two payments, one of them without a name."""
    bill = bill_of("komunalno", "bs")
    [payment] = bill.account.payments
    account = replace(
        bill.account,
        opening_balance=bill.account.opening_balance + Decimal("7.00"),
        payments=(payment, replace(payment, label="", amount=Decimal("2.00"))),
        adjustments=(DatedAmount(date=payment.date, label="Otpis & <otpis> #5 *x*", amount=Decimal("-5.00")),),
    )
    return replace(bill, account=account)


def bill_with_logo() -> BillDocument:
    drawn = b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10"/></svg>'
    bill = bill_of("komunalno", "bs")
    return replace(bill, seller=replace(bill.seller, logo=Logo(media_type="image/svg+xml", content=drawn)))


def bill_of_dashes() -> BillDocument:
    """A benefit taken off as an amount, a line without its own tax, a meter that rolled over, a reminder."""
    bill = bill_of("komunalno", "uk")
    first, *others = bill.groups
    benefit, taxless, *lines = first.lines
    rolled = replace(first.readings[0], consumption=None, previous_date=None, register="Пікова зона доби, зимова")
    group = replace(
        first,
        lines=(
            replace(benefit, description="Пільга «Ветеран війни» · 75 %", quantity=None, unit="", unit_price=None),
            replace(taxless, tax=None),
            *lines,
        ),
        readings=(rolled, *first.readings[1:]),
    )
    return replace(bill, groups=(group, *others), notes=("Нагадуємо: заборгованість понад 90 днів.",))
