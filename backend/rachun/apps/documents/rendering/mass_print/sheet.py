"""A bill's data → the strings of its printed page, in the order of the page: what the mass print's layout is given.

The layout places; every word, number and choice between words is made here, by the same formatter and the same texts
as the HTML template uses. A test holds both to the same text.
"""

from typing import Any

from rachun.apps.documents.rendering.bill_data import (
    AccountStatement,
    BillDocument,
    BillLine,
    MeterReading,
    PaymentSlip,
    Seller,
    ServiceGroup,
    UsageHistory,
)
from rachun.apps.documents.rendering.code_images import code_svg
from rachun.apps.documents.rendering.formatting import NO_BREAK_SPACE, Formatter
from rachun.apps.documents.rendering.mass_print.text_width import is_one_line
from rachun.apps.documents.rendering.payment_codes import PaymentCode, Symbology
from rachun.apps.documents.rendering.texts import Texts, load_catalogue
from rachun.apps.documents.rendering.usage_chart import Bar, chart_marks

Strings = dict[str, Any]
LOGO_FORMATS = {"image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg"}
# Sizes and columns of the layout, for what is one line high.
LINE_POINTS, DESCRIPTION_MM = 7.6, 52.0
METER_POINTS, SERIAL_MM, REGISTER_MM, BASIS_MM = 7.2, 30.0, 20.0, 23.0


def is_short_reading(cells: list[Any]) -> bool:
    rooms = {0: SERIAL_MM, 1: REGISTER_MM, len(cells) - 1: BASIS_MM}
    return all(is_one_line(cells[at], points=METER_POINTS, room_mm=room) for at, room in rooms.items())


def sheet_of(data: BillDocument) -> Strings:
    """Everything one bill says, as JSON. Raises TooPreciseToPrint, PaymentCodeRefused."""
    return Sheet(data).strings()


class Sheet:
    """One bill in its language."""

    def __init__(self, bill: BillDocument) -> None:
        texts = Texts(texts=load_catalogue(bill.language.value))
        self._bill, self._t, self._format = bill, texts.get, Formatter(language=bill.language, texts=texts)
        self._currency = self._format.currency(bill.currency)

    def strings(self) -> Strings:
        bill, t = self._bill, self._t
        account, day = bill.subscriber.account_number, bill.dates.document
        return {
            "language": bill.language.value,
            "title": f"{t('title')} {bill.number}",
            "number": bill.number,
            "dated": {"year": day.year, "month": day.month, "day": day.day},
            "identity": f"{bill.seller.name} · {t('account_number')} {account} · {t('bill_number')} {bill.number}",
            "page_of": [t("page_of_before"), t("page_of_between")],
            "seller": self.seller(bill.seller),
            "due": self.due(),
            "subscriber": {
                "label": t("subscriber"),
                "name": bill.subscriber.name,
                "address": bill.subscriber.address,
                "tax_ids": [f"{one.label} {one.value}" for one in bill.subscriber.tax_ids],
            },
            "facts": self.facts(),
            "bridge": self.bridge(),
            "usage": {
                "title": t("usage"),
                "none": t("usage_none"),
                "charts": [self.chart(history) for history in bill.usage],
            },
            "contact": self.contact(),
            "lines": self.lines(),
            "tax_summary": self.tax_summary(),
            "notes": list(bill.notes),
            "account": self.account(bill.account),
            "slip": self.slip(bill.slip),
        }

    def seller(self, seller: Seller) -> Strings:
        logo = seller.logo
        return {
            "name": seller.name,
            "address": seller.address,
            "tax_ids": [f"{one.label} {one.value}" for one in seller.tax_ids],
            "banks": [[bank.label, bank.value] for bank in seller.bank_accounts],
            "logo": None if logo is None else {"format": LOGO_FORMATS[logo.media_type], "bytes": list(logo.content)},
        }

    def due(self) -> Strings:
        due, t = self._bill.account.total_due, self._t
        notes = [t("nothing_due"), *([t("credit_carried")] if due < 0 else [])]
        if due > 0:
            notes = [f"{t('pay_by')} {self._format.date(self._bill.dates.due)}"]
        return {
            "label": t("credit") if due < 0 else t("total_due"),
            "amount": self._format.money(abs(due)),
            "currency": self._currency,
            "notes": notes,
        }

    def facts(self) -> list[Any]:
        """Label, value, whether it stands out."""
        bill, t = self._bill, self._t
        numbers = [[one.label or t("former_number"), one.value, False] for one in bill.subscriber.external_numbers]
        tax_point = bill.dates.tax_point
        return [
            [t("account_number"), bill.subscriber.account_number, True],
            *numbers,
            [t("bill_number"), bill.number, True],
            [t("service_period"), self._format.period(bill.dates.service), True],
            [t("document_date"), self._format.date(bill.dates.document), False],
            *([[t("tax_point"), self._format.date(tax_point), False]] if tax_point else []),
        ]

    def bridge(self) -> Strings:
        bridge, t = self._bill.bridge, self._t
        if bridge.previous_gross is None:
            return {"title": t("bridge"), "rows": [], "said": t("bridge_first")}
        steps = [[step.label, self._format.change(step.amount)] for step in bridge.steps]
        return {
            "title": t("bridge"),
            "rows": [
                [t("bridge_previous"), self._format.money(bridge.previous_gross)],
                *steps,
                [t("bridge_present"), self._format.money(self._bill.totals.gross)],
            ],
            "said": "" if steps else t("bridge_same"),
        }

    def chart(self, history: UsageHistory) -> Strings:
        marks = chart_marks(history, self._format)
        return {
            "name": f"{history.service}, {self._format.unit(history.unit)}",
            "bars": [[str(m.x), str(m.y), str(m.height), m.fill] for m in marks if isinstance(m, Bar)],
            "labels": [[str(m.x), str(m.y), m.text, m.is_bold] for m in marks if not isinstance(m, Bar)],
        }

    def contact(self) -> Strings:
        contact, t = self._bill.seller.contact, self._t
        further = {"contact_web": contact.web, "contact_office": contact.office, "contact_hours": contact.hours}
        return {
            "title": t("contact"),
            "rows": [
                *([t("contact_phone"), phone] for phone in contact.phones),
                *([t("contact_email"), email] for email in contact.emails),
                *([t(key), value] for key, value in further.items() if value),
            ],
            "quote": f"{t('contact_quote')} {self._bill.subscriber.account_number}.",
        }

    def lines(self) -> Strings:
        t, totals, money = self._t, self._bill.totals, self._format.money
        head = ["description", "period", "quantity", "unit_price", "net", "tax_rate", "tax", "gross"]
        columns = [t(f"column_{name}") for name in head]
        columns[-1] = f"{columns[-1]}, {self._currency}"
        meter = ["meter", "register", "reading_previous", "reading_present", "multiplier", "consumption", "basis"]
        return {
            "head": columns,
            "meter_head": [t(name) for name in meter],
            "groups": [self.group(group) for group in self._bill.groups],
            "total": [t("bill_total"), money(totals.net), money(totals.tax), money(totals.gross)],
        }

    def group(self, group: ServiceGroup) -> Strings:
        money = self._format.money
        readings = [self.reading(reading) for reading in group.readings]
        return {
            "service": group.service,
            "where": ", ".join(part for part in (group.point, group.address) if part),
            "sums": [money(group.net), money(group.tax), money(group.gross)],
            "readings": readings,
            "are_readings_short": all(is_short_reading(reading) for reading in readings),
            "lines": [self.line(line) for line in group.lines],
        }

    def reading(self, reading: MeterReading) -> list[Any]:
        """A value and its day in one cell are a pair."""
        number, day = self._format.number, self._format.date
        return [
            reading.serial,
            reading.register,
            [number(reading.previous_value), f"({day(reading.previous_date)})"],
            [number(reading.present_value), f"({day(reading.present_date)})"],
            f"× {number(reading.multiplier)}",
            self._format.quantity(reading.consumption, reading.unit),
            self._t(f"basis.{reading.basis}"),
        ]

    def line(self, line: BillLine) -> Strings:
        words, form = line.description, self._format
        if line.correction_of:
            words = f"{words} ({self._t('correction_of', number=line.correction_of)})"
        amounts = [
            form.period(line.period),
            form.quantity(line.quantity, line.unit),
            form.unit_price(line.unit_price),
            form.money(line.net),
            form.tax_rate(line.tax_rate),
            form.money(line.tax),
            form.money(line.gross),
        ]
        return {
            "is_correction": bool(line.correction_of),
            "is_short": is_one_line(words, points=LINE_POINTS, room_mm=DESCRIPTION_MM),
            "cells": [words, *(amount.replace(" ", NO_BREAK_SPACE) for amount in amounts)],
        }

    def tax_summary(self) -> Strings:
        t, money = self._t, self._format.money
        rows = [[self._format.tax_rate(r.tax_rate), money(r.net), money(r.tax)] for r in self._bill.tax_summary]
        head = [t("column_tax_rate"), t("tax_base"), t("column_tax")]
        return {"title": t("tax_summary"), "head": head, "rows": rows}

    def account(self, account: AccountStatement) -> Strings:
        t, money, day = self._t, self._format.money, self._format.date
        opening = account.opening_balance
        opening_key = "debt" if opening > 0 else "credit" if opening < 0 else "zero"
        payments = [[f"{day(p.date)} {p.label or t('account_payment')}", money(-p.amount)] for p in account.payments]
        return {
            "title": f"{t('account')}, {self._currency}",
            "opening": [t(f"account_opening_{opening_key}"), money(opening)],
            "payments": payments,
            "no_payments": [t("account_no_payments"), money(account.paid)],
            "adjustments": [[f"{day(a.date)} {a.label}", money(a.amount)] for a in account.adjustments],
            "this_bill": [t("account_this_bill"), money(account.this_bill)],
            "whole": [t("account_credit" if account.total_due < 0 else "account_total"), money(account.total_due)],
        }

    def slip(self, slip: PaymentSlip | None) -> Strings:
        t, due = self._t, self._bill.account.total_due
        words = {"cut": t("slip_cut"), "title": t("slip")}
        if slip is None:
            amount = f"{self._format.money(abs(due))} {self._currency}"
            carried = f"{t('credit')} {amount} {t('credit_carried')}." if due < 0 else ""
            return {**words, "is_payable": False, "nothing_due": t("nothing_due"), "carried": carried}
        fields = " ".join(f"{field.label} {field.value}" for field in slip.fields)
        return {
            **words,
            "is_payable": True,
            "payee": [t("slip_payee"), slip.payee],
            "account": [t("slip_account"), slip.account, fields],
            "payer": [t("slip_payer"), self._bill.subscriber.name],
            "purpose": [t("slip_purpose"), slip.purpose],
            "reference": [t("slip_reference"), slip.reference],
            "due": [t("slip_due"), self._format.date(self._bill.dates.due)],
            "amount": [t("slip_amount"), f"{self._format.money(slip.amount)} {self._currency}"],
            "codes": self.codes(slip.codes),
        }

    def codes(self, codes: tuple[PaymentCode, ...]) -> list[Strings]:
        """A caption stands under the latest of each kind."""
        kinds = [code.kind for code in codes]
        return [
            {
                "svg": str(code_svg(code)),
                "digits": code.content if code.symbology is Symbology.CODE_128 else "",
                "caption": self._t(f"code.{code.kind}") if code.kind not in kinds[place + 1 : place + 2] else "",
            }
            for place, code in enumerate(codes)
        ]
