"""The lines of a printed bill: grouped by service, with their readings and the tax table."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, override

from rachun.apps.billing.models import Bill, Charge
from rachun.apps.documents.rendering.bill_data import (
    Basis,
    BillLine,
    MeterReading,
    Period,
    ServiceGroup,
    TaxRate,
    TaxSummary,
)
from rachun.engine.billing.benefits import KIND as BENEFIT
from rachun.engine.billing.blocks import FLAT_LABEL
from rachun.engine.tariffs.components import (
    EVERY_REGISTER,
    Allowance,
    Cap,
    Capacity,
    Metered,
    Minimum,
    Percentage,
    Reactive,
    Traffic,
)
from rachun.values.money import Money
from rachun.values.quantity import format_micro

OF_AMOUNT = {BENEFIT, Minimum.kind, Cap.kind}
UNPRICED = OF_AMOUNT | {Traffic.kind, Percentage.kind}
TAKEN_BACK = {Metered.kind, Reactive.kind}


def money(minor: int, bill: Bill) -> Decimal:
    return Money.from_minor(minor=minor, currency=bill.currency).amount


def tax_rate(line: Charge) -> TaxRate:
    percent = Decimal(line.tax_rate_micro).scaleb(-6)
    if line.tax_rate_micro == 0 and line.tax_category != "ZERO":
        return TaxRate(code="EXEMPT" if line.tax_category == "EXEMPT" else "OUTSIDE", percent=None)
    return TaxRate(code=line.tax_category, percent=percent.normalize())


def service_groups(*, bill: Bill, lines: Sequence[Charge], language: str) -> tuple[ServiceGroup, ...]:
    agreements = {line.agreement_id: line.agreement for line in lines}
    ordered = sorted(agreements.values(), key=lambda one: (one.service.position, one.number))
    return tuple(
        group_of(bill=bill, lines=[line for line in lines if line.agreement_id == one.id], language=language)
        for one in ordered
    )


def group_of(*, bill: Bill, lines: Sequence[Charge], language: str) -> ServiceGroup:
    agreement = lines[0].agreement
    return ServiceGroup(
        service=agreement.service.names.get(language) or agreement.service.code,
        point=agreement.service_point.code,
        address=None,
        lines=tuple(bill_line(bill=bill, line=line, language=language) for line in lines),
        net=money(sum(line.net_minor for line in lines), bill),
        tax=money(sum(line.tax_minor for line in lines), bill),
        gross=money(sum(line.gross_minor for line in lines), bill),
        readings=readings_of(lines),
    )


def bill_line(*, bill: Bill, line: Charge, language: str) -> BillLine:
    return BillLine(
        description=description(line=line, language=language),
        quantity=quantity_of(line),
        unit=unit_of(line),
        unit_price=None if line.kind in UNPRICED else Decimal(line.unit_price_e8).scaleb(-8).normalize(),
        net=money(line.net_minor, bill),
        tax_rate=tax_rate(line),
        tax=money(line.tax_minor, bill),
        gross=money(line.gross_minor, bill),
        period=Period(start=line.service_from, end=line.service_to),
    )


def description(*, line: Charge, language: str) -> str:
    """The component's words in the tariff, with what tells its lines apart."""
    components: list[dict[str, Any]] = line.version.body["components"]
    named: dict[str, str] = next((c.get("label", {}) for c in components if c["code"] == line.component), {})
    words = named.get(language) or named.get("en") or line.component
    with override(language):
        details = [label_of(line), register_of(line), block_of(line), taken_back(line)]
    return " · ".join([words, *(detail for detail in details if detail)])


def label_of(line: Charge) -> str:
    """What tells the line apart: a destination group, a benefit, the flat of a block; codes say nothing on a bill."""
    if line.kind == BENEFIT:
        return gettext("benefit %(category)s") % {"category": line.label}
    if line.label == FLAT_LABEL:
        return gettext("flat fee")
    return line.label if line.kind == Traffic.kind else ""


def register_of(line: Charge) -> str:
    """What tells the registers of one component apart; of an allowance, those of the component that it credits."""
    code = line.label if line.kind == Allowance.kind else line.component
    components: list[dict[str, Any]] = line.version.body["components"]
    priced: int = next((len(c.get("registers", ())) for c in components if c["code"] == code), 0)
    return line.register if priced > 1 and line.register != EVERY_REGISTER else ""


def block_of(line: Charge) -> str:
    if line.kind == Capacity.kind or not line.block_no or line.block_no == 1:
        return ""
    return gettext("block %(number)d") % {"number": line.block_no}


def taken_back(line: Charge) -> str:
    """A metered line below zero gives back what was billed by estimate."""
    return gettext("estimate taken back") if line.kind in TAKEN_BACK and line.quantity_micro < 0 else ""


def quantity_of(line: Charge) -> Decimal | None:
    """What the line counts: percents of a percentage; nothing where an amount is taken off or added as a whole."""
    if line.kind == Percentage.kind:
        return Decimal(line.unit_price_e8).scaleb(-6).normalize()
    return None if line.kind in OF_AMOUNT else Decimal(line.quantity_micro).scaleb(-6).normalize()


def unit_of(line: Charge) -> str:
    """Minutes of calls, packages of so many units, nothing for what is due once, else the unit of the tariff."""
    if line.kind == Percentage.kind:
        return "%"
    unit = "min" if line.kind == Traffic.kind else str(line.inputs.get("unit") or "")
    is_once = line.inputs.get("measure") == "PEAK" or line.inputs.get("charge") == "TIER"
    if line.label == FLAT_LABEL or is_once or line.kind in OF_AMOUNT:
        return ""
    if package := line.inputs.get("package_micro"):
        return f"× {format_micro(value=int(package))} {unit}"
    return unit


def readings_of(lines: Sequence[Charge]) -> tuple[MeterReading, ...]:
    """Each pair of readings once, though several lines are priced from it."""
    found: dict[tuple[str, str, str, str], MeterReading] = {}
    for line in lines:
        for evidence in line.inputs.get("readings", ()):
            if "meter" not in evidence:
                continue
            key = (evidence["meter"], evidence["register"], evidence["from"], evidence["to"])
            found.setdefault(key, reading_of(evidence, unit=str(line.inputs.get("unit") or "")))
    return tuple(found[key] for key in sorted(found, key=lambda one: (one[1], one[2])))


def reading_of(evidence: dict[str, Any], *, unit: str) -> MeterReading:
    start, end = Decimal(str(evidence["from_value"])), Decimal(str(evidence["to_value"]))
    multiplier = Decimal(str(evidence["multiplier"]))
    has_rolled = bool(evidence.get("rollover"))
    return MeterReading(
        serial=evidence["meter"],
        register=evidence["register"],
        previous_date=read_date(evidence["from"]),
        previous_value=start,
        present_date=read_date(evidence["to"]),
        present_value=end,
        multiplier=multiplier,
        consumption=None if has_rolled else (end - start) * multiplier,
        unit=unit,
        basis=Basis.MEASURED,
    )


def read_date(boundary: str) -> date:
    """A value opens its boundary day: it was read at the end of the day before."""
    return date.fromisoformat(boundary) - timedelta(days=1)


def tax_summary(*, bill: Bill, lines: Sequence[Charge]) -> tuple[TaxSummary, ...]:
    sums: dict[TaxRate, list[int]] = {}
    for line in lines:
        total = sums.setdefault(tax_rate(line), [0, 0])
        total[0] += line.net_minor
        total[1] += line.tax_minor
    return tuple(
        TaxSummary(tax_rate=rate, net=money(net, bill), tax=money(tax, bill)) for rate, (net, tax) in sums.items()
    )
