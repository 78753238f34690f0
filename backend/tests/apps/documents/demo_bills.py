"""Invented bills of two invented enterprises, in any of the three languages."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from rachun.apps.documents.rendering import bill_data as b
from rachun.apps.documents.rendering.payment_codes import (
    NbuPayment,
    NbuSettings,
    PaymentCode,
    Symbology,
    desk_code,
    nbu_code,
)
from tests.apps.documents.demo_words import DESTINATIONS, WORDS

D = Decimal
CENT = D("0.01")
MARCH = b.Period(start=date(2026, 3, 1), end=date(2026, 4, 1))
UA_IBAN = "UA223052990000026001234567890"
BA_IBAN = "BA391290079401028494"


@dataclass(frozen=True, kw_only=True)
class Priced:
    description: str
    quantity: str
    unit: str
    unit_price: str
    rate: b.TaxRate
    correction_of: str | None = None


def line_of(priced: Priced) -> b.BillLine:
    net = (D(priced.quantity) * D(priced.unit_price)).quantize(CENT, ROUND_HALF_UP)
    tax = (net * (priced.rate.percent or D(0)) / 100).quantize(CENT, ROUND_HALF_UP)
    return b.BillLine(
        description=priced.description,
        period=MARCH,
        quantity=D(priced.quantity),
        unit=priced.unit,
        unit_price=D(priced.unit_price),
        net=net,
        tax_rate=priced.rate,
        tax=tax,
        gross=net + tax,
        correction_of=priced.correction_of,
    )


def group_of(
    service: str, priced: list[Priced], *, readings: tuple[b.MeterReading, ...] = (), point: str | None = None
) -> b.ServiceGroup:
    lines = tuple(line_of(one) for one in priced)
    net, tax = sum((x.net for x in lines), D(0)), sum((x.tax or D(0) for x in lines), D(0))
    return b.ServiceGroup(
        service=service, point=point, address=None, lines=lines, net=net, tax=tax, gross=net + tax, readings=readings
    )


def reading(  # noqa: PLR0917 - a row of a meter book
    serial: str, register: str, before: str, now: str, unit: str, basis: b.Basis
) -> b.MeterReading:
    return b.MeterReading(
        serial=serial,
        register=register,
        previous_date=date(2026, 3, 1),
        previous_value=D(before),
        present_date=date(2026, 4, 1),
        present_value=D(now),
        multiplier=D(1),
        consumption=D(now) - D(before),
        unit=unit,
        basis=basis,
    )


def summary_of(groups: tuple[b.ServiceGroup, ...]) -> tuple[b.TaxSummary, ...]:
    rates: dict[b.TaxRate, list[Decimal]] = {}
    for group in groups:
        for line in group.lines:
            sums = rates.setdefault(line.tax_rate, [D(0), D(0)])
            sums[0] += line.net
            sums[1] += line.tax or D(0)
    return tuple(b.TaxSummary(tax_rate=rate, net=net, tax=tax) for rate, (net, tax) in rates.items())


def history(service: str, unit: str, quantities: list[str | None]) -> b.UsageHistory:
    latest = 2026 * 12 + 2
    first = latest - len(quantities) + 1
    return b.UsageHistory(
        service=service,
        unit=unit,
        months=tuple(
            b.MonthOfUse(month=date((first + i) // 12, (first + i) % 12 + 1, 1), quantity=None if q is None else D(q))
            for i, q in enumerate(quantities)
        ),
    )


def assemble(  # house: argument-count -- a bill of the tests in one call
    *,
    language: str,
    currency: str,
    number: str,
    seller: b.Seller,
    subscriber: b.Subscriber,
    groups: tuple[b.ServiceGroup, ...],
    opening: str,
    paid: str,
    usage: tuple[b.UsageHistory, ...],
    previous: str | None = "0",
    reference: str = "1004217732",
) -> b.BillDocument:
    words = WORDS[language]
    net, tax = sum((g.net for g in groups), D(0)), sum((g.tax for g in groups), D(0))
    gross = net + tax
    payments = (b.DatedAmount(date=date(2026, 3, 17), label=words["desk"], amount=D(paid)),) if D(paid) else ()
    total_due = D(opening) - D(paid) + gross
    bridge = b.Bridge(previous_gross=None)
    if previous is not None:
        difference = gross - D(previous)
        bridge = b.Bridge(
            previous_gross=D(previous),
            steps=(
                b.BridgeStep(label=words["more"], amount=difference - D("1.20")),
                b.BridgeStep(label=words["price"], amount=D("1.20")),
            ),
        )
    slip = None
    if total_due > 0:
        account = seller.bank_accounts[0].value
        purpose = f"{words['purpose']}, {reference}"
        slip = b.PaymentSlip(
            payee=seller.name,
            account=account,
            reference=reference,
            purpose=purpose,
            amount=total_due,
            codes=payment_codes(currency=currency, seller=seller, purpose=purpose, reference=reference, due=total_due),
        )
    return b.BillDocument(
        number=number,
        language=b.Language(language),
        currency=currency,
        dates=b.BillDates(document=date(2026, 4, 3), due=date(2026, 4, 20), tax_point=date(2026, 3, 31), service=MARCH),
        seller=seller,
        subscriber=subscriber,
        groups=groups,
        tax_summary=summary_of(groups),
        totals=b.Totals(net=net, tax=tax, gross=gross),
        account=b.AccountStatement(opening_balance=D(opening), payments=payments, this_bill=gross, total_due=total_due),
        bridge=bridge,
        usage=usage,
        slip=slip,
        notes=(words["note"],),
    )


def payment_codes(
    *, currency: str, seller: b.Seller, purpose: str, reference: str, due: Decimal
) -> tuple[PaymentCode, ...]:
    if currency == "UAH":
        payment = NbuPayment(
            recipient=seller.name,
            account=seller.bank_accounts[0].value,
            recipient_code="00032129",
            amount=due,
            purpose=purpose,
            category="SUPP/SUPP",
            reference=reference,
            field_lock="FEFF",
            created_at=datetime(2026, 4, 3, 0, 0, 0),  # noqa: DTZ001 - printed as it stands
        )
        return (nbu_code(payment=payment, settings=NbuSettings()),)
    minor = int(due * 100)
    return (
        desk_code(reference=reference, amount_minor=minor, symbology=Symbology.QR),
        desk_code(reference=reference, amount_minor=minor, symbology=Symbology.CODE_128),
    )


def komunalno_bill(  # house: function-size -- one bill, written out as data
    language: str, *, opening: str = "12.40", paid: str = "12.40", first: bool = False
) -> b.BillDocument:
    """Electricity with two registers, water and waste, in KM; the invented utility of a small town."""
    w = WORDS[language]
    pdv, outside = b.TaxRate(code="STANDARD", percent=D(17)), b.TaxRate(code="OUTSIDE", percent=None)
    cyrillic = language == "uk"
    seller = b.Seller(
        name="КП «Комунально» Ґорлівець" if cyrillic else "JKP „Komunalno“ d.o.o. Šćepanovo",
        address="вул. Єврейська 7, 76100 Їжівка" if cyrillic else "Đorđa Čolića 7, 76100 Šćepanovo",
        tax_ids=(
            b.LabelledValue(label="JIB", value="4600123450002"),
            b.LabelledValue(label="PDV", value="600123450002"),
        ),
        bank_accounts=(b.LabelledValue(label=w["bank"], value=BA_IBAN),),
        contact=b.Contact(
            phones=("+387 49 000 111",),
            emails=("kupci@komunalno.example",),
            web="komunalno.example",
            office="Đorđa Čolića 7",
            hours="07:30–15:30",
        ),
    )
    subscriber = b.Subscriber(
        name="Ґалина Їжакевич-Щербаківська" if cyrillic else "Živko Šćepanović-Đurđević",
        address="вул. Ягідна 12, кв. 7, 76100 Їжівка" if cyrillic else "Trešnjina 12, stan 7, 76100 Šćepanovo",
        account_number="1004217732",
        external_numbers=(b.LabelledValue(label=w["old"], value="88-1254/3"),),
    )
    groups = (
        group_of(
            w["electricity"],
            [
                Priced(description=w["high"], quantity="187", unit="kWh", unit_price="0.0857", rate=pdv),
                Priced(description=w["low"], quantity="243", unit="kWh", unit_price="0.0429", rate=pdv),
                Priced(description=w["power"], quantity="5", unit="kW", unit_price="1.36", rate=pdv),
                Priced(description=w["metering"], quantity="1", unit="point", unit_price="2.95", rate=pdv),
                Priced(description=w["oie"], quantity="430", unit="kWh", unit_price="0.001", rate=outside),
                Priced(
                    description=w["discount"],
                    quantity="-12",
                    unit="kWh",
                    unit_price="0.0857",
                    rate=pdv,
                    correction_of="2026-02-000117",
                ),
            ],
            readings=(
                reading("31-204418", w["day"], "10234", "10421", "kWh", b.Basis.MEASURED),
                reading("31-204418", w["night"], "18102", "18345", "kWh", b.Basis.MEASURED),
            ),
            point=f"{w['point']} BD-004417",
        ),
        group_of(
            w["water"],
            [
                Priced(description=w["cold"], quantity="11.4", unit="m3", unit_price="1.10", rate=pdv),
                Priced(description=w["sewer"], quantity="11.4", unit="m3", unit_price="0.42", rate=pdv),
                Priced(description=w["fee"], quantity="11.4", unit="m3", unit_price="0.045", rate=outside),
            ],
            readings=(reading("V-77120", w["one"], "412.6", "424", "m3", b.Basis.ESTIMATED),),
            point=f"{w['point']} V-1180",
        ),
        group_of(
            w["waste"], [Priced(description=w["persons"], quantity="3", unit="person", unit_price="2.35", rate=pdv)]
        ),
    )
    usage = (
        history(
            w["electricity"], "kWh", ["352", "340", "310", "298", "305", "331", "360", None, "402", "455", "388", "430"]
        ),
        history(
            w["water"], "m3", ["10.2", "9.8", "12.1", "14.5", "15", "13.2", "11", "0", "10.4", "10.9", "10.1", "11.4"]
        ),
    )
    return assemble(
        language=language,
        currency="BAM",
        number="2026-03-000412",
        seller=seller,
        subscriber=subscriber,
        groups=groups,
        opening=opening,
        paid=paid,
        usage=() if first else usage,
        previous=None if first else "74.15",
    )


def telekom_bill(language: str, *, destinations: int = 60) -> b.BillDocument:
    """A telephone line with many call destinations, and internet, in UAH."""
    w = WORDS[language]
    pdv = b.TaxRate(code="STANDARD", percent=D(20))
    seller = b.Seller(
        name='ТОВ "Приклад Зв\'язок Ґанок і Їжак"' if language == "uk" else 'TOV "Pryklad Zviazok"',
        address="вул. Європейська 1, 01001 Київ" if language == "uk" else "Yevropeiska 1, 01001 Kyiv",
        tax_ids=(b.LabelledValue(label="ЄДРПОУ" if language == "uk" else "EDRPOU", value="00032129"),),
        bank_accounts=(b.LabelledValue(label=w["bank"], value=UA_IBAN),),
        contact=b.Contact(phones=("0 800 000 000", "044 000 00 00"), emails=("info@telekom.example",)),
    )
    subscriber = b.Subscriber(
        name="Товариство з обмеженою відповідальністю «Науково-виробниче підприємство Ґрунтознавство та Їжа Європи»"
        if language == "uk"
        else "Research and Production Enterprise Soil and Food of Europe Ltd",
        address="вул. Академіка Єфремова 114-Б, корпус 3, офіс 512, м. Кам’янець-Подільський, Хмельницька область"
        if language == "uk"
        else "Akademika Yefremova 114-B, 3, office 512, Kamianets-Podilskyi, 32300",
        account_number="2000045519",
    )
    places = DESTINATIONS[language]
    calls = [
        Priced(
            description=f"{places[i % len(places)]} +{380440 + i * 7}",
            quantity=f"{i * 3 + 1}.5",
            unit="min",
            unit_price=f"0.{i % 9 + 1}5",
            rate=pdv,
        )
        for i in range(destinations)
    ]
    groups = (
        group_of(
            w["phone"],
            [Priced(description=w["subscription"], quantity="1", unit="line", unit_price="125.00", rate=pdv)],
            point="044 000 12 34",
        ),
        group_of(w["calls"], calls, point="044 000 12 34"),
        group_of(
            w["internet"],
            [Priced(description=w["access"], quantity="1", unit="month", unit_price="229.1667", rate=pdv)],
        ),
    )
    usage = (history(w["calls"], "min", ["1210", "1100", "980", "1340", "0", "1510", "1480"]),)
    return assemble(
        language=language,
        currency="UAH",
        number="ТК-2026/03-0000118" if language == "uk" else "TK-2026/03-0000118",
        seller=seller,
        subscriber=subscriber,
        groups=groups,
        opening="-40.00",
        paid="0",
        usage=usage,
        previous="3980.10",
        reference="2000045519",
    )
