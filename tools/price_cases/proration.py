"""Proration and tax cases: cycles due, months of 30 days, and invoices with their tax, each billed by the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from rachun.engine.tariffs.schema import TariffInvalid
from rachun.values.cycles import cycles_from
from rachun.values.period import Period

from tools.price_cases.desk import EXEMPT, POSTING, Bill, NotPriced, Subscriber, bill_of, decimal, plain
from tools.price_cases.outcome import Outcome, Verdict

_MONTHS: Final = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
_THIRTY: Final = 30
DAY: Final = timedelta(days=1)


class NotAsExpected(Exception):
    """What was expected and what came."""


def recognises(document: Any) -> bool:
    """Whether these are cases of cycles, of fixed months or of invoices."""
    return isinstance(document, Mapping) and any(name in document for name in _GROUPS)


def outcomes(document: Mapping[str, Any]) -> Iterator[Outcome]:
    for group, check in _GROUPS.items():
        for place, case in enumerate(document.get(group, ()), start=1):
            yield _outcome(case, check=check, case_id=str(case.get("id", f"{group} {place}")))


def _outcome(case: Mapping[str, Any], *, check: Callable[[Mapping[str, Any]], None], case_id: str) -> Outcome:
    try:
        check(case)
    except (NotAsExpected, NotPriced, TariffInvalid) as refusal:
        return Outcome(case_id=case_id, verdict=Verdict.FAILED, detail=f"{type(refusal).__name__}: {refusal}")
    except (KeyError, TypeError, ValueError, ArithmeticError) as malformed:
        return Outcome(case_id=case_id, verdict=Verdict.FAILED, detail=f"not understood: {malformed!r}")
    return Outcome(case_id=case_id, verdict=Verdict.PASSED)


def _same(what: str, *, expected: Any, found: Any) -> None:
    if expected != found:
        raise NotAsExpected(f"{what}: expected {expected}, found {found}")


def check_cycles(case: Mapping[str, Any]) -> None:
    """Billed in advance: every cycle that began on or before the day is due, in the share of its days served."""
    expected = sum((Fraction(part) for part in str(case["expected_cycles"]).replace(" ", "").split("+")), Fraction())
    start, end, day = _day(case["start"]), _day(case.get("end")), _day(case["billed_up_to"])
    found = Fraction()
    for cycle in cycles_from(start=start, cycle_day=int(case["bill_cycle_day"]), months=_months(case["period"])):
        if max(cycle.start, start) > day or (end is not None and cycle.start >= end):
            break
        found += _subscription("1", period=cycle, start=start, end=end).exact
    _same("cycles", expected=expected, found=found)


def check_fixed_month(case: Mapping[str, Any]) -> None:
    """A price per month of 30 days, for the days between two dates."""
    _same("days of a month", expected=_THIRTY, found=int(case["month_counts_as_days"]))
    start, end = _day(case["start"]), _day(case["end"])
    found = 0
    for cycle in cycles_from(start=start, cycle_day=int(case["bill_cycle_day"]), months=1):
        if cycle.start >= end:
            break
        price = plain(decimal(case["full_price"]))
        found += _subscription(price, period=cycle, start=start, end=end, proration="DAYS_OF_30").net_minor
    _same("minor units", expected=Fraction(decimal(case["expected"])) * 100, found=Fraction(found))


def check_invoice(case: Mapping[str, Any]) -> None:
    """One of the forms of an invoice: told by what it holds."""
    if "terminated" in case:
        _check_credit(case)
    elif "lines" in case:
        _check_lines(case)
    else:
        _check_units(case)


def _check_credit(case: Mapping[str, Any]) -> None:
    """The days after the last one are returned; tax is taken of the unrounded amount."""
    start, last = _day(case["start"]), _day(case["terminated"])
    cycles = cycles_from(start=start, cycle_day=start.day, months=_months(case["interval"]))
    period = next(cycle for cycle in cycles if last < cycle.end)
    price = plain(decimal(case["plan_amount_minor"]).scaleb(-2))
    unused = last + DAY
    rates = {"STANDARD": decimal(case.get("tax_percent") or 0)}
    bill = _subscription(price, period=period, start=unused, end=None, rates=rates)
    _check_sums(case["expected"], net=bill.net_minor, tax=bill.tax_minor)


def _check_lines(case: Mapping[str, Any]) -> None:
    """Lines of several rates, less a discount that a cap spreads over them; tax per line of what is left."""
    lines, discount = case["lines"], decimal(case.get("discount_minor") or 0)
    rates = {f"LINE{no}": decimal(line.get("tax_percent") or 0) for no, line in enumerate(lines, start=1)}
    items: list[dict[str, Any]] = [
        {"code": f"line{no}", "kind": "one_off", "item": f"line{no}", "unit": "pc", "tax_category": f"LINE{no}"}
        | {"price": plain(decimal(line["amount_minor"]).scaleb(-2))}
        | POSTING
        for no, line in enumerate(lines, start=1)
    ]
    whole = sum((decimal(line["amount_minor"]) for line in lines), Decimal(0))
    codes = [item["code"] for item in items]
    if discount:
        left = plain((whole - discount).scaleb(-2))
        items.append({"code": "discount", "kind": "cap", "of": codes, "amount": left} | POSTING)
    delivered = [(code, Decimal(1)) for code in codes]
    bill = bill_of(Subscriber(components=items, deliveries=delivered, tax_rates=rates, tax_rounding="GROUP"))
    rows = bill.charges.select("tax_category", "component", "net_minor", "tax_minor").rows()
    expected = case["expected"]
    discounts = [-sum(net for category, code, net, _ in rows if (category, code) == (c, "discount")) for c in rates]
    taxes = [sum(tax for category, _, _, tax in rows if category == wanted) for wanted in rates]
    for name, found in (("line_discounts_minor", discounts), ("line_taxes_minor", taxes)):
        if name in expected:
            _same(name, expected=[int(one) for one in expected[name]], found=found)
    _check_sums(expected, net=bill.net_minor, tax=bill.tax_minor)


def _check_sums(expected: Mapping[str, Any], *, net: int, tax: int) -> None:
    for name, found in (("net_minor", net), ("tax_minor", tax), ("total_minor", net + tax)):
        if name in expected:
            _same(name, expected=int(expected[name]), found=found)


def _check_units(case: Mapping[str, Any]) -> None:
    """Units held on days of the period, its last day included; a part of a unit is counted up, to what is expected."""
    first, last = (_day(text) for text in case["period"])
    period = Period(start=first, end=last + DAY)
    values: dict[date, Decimal] = {first: decimal(case.get("carried_in_units") or 0)}
    for day, units in sorted((_day(day), decimal(units)) for day, units in case["added"]):
        known = values[max(values)]
        values[max(day, first)] = known + units
    starts = sorted(values)
    ends = [*starts[1:], None]
    attributes = [("units", values[a], a, b) for a, b in zip(starts, ends, strict=True)]
    component = {"code": "held", "kind": "per_attribute", "attribute": "units", "price": "1", "tax_category": EXEMPT}
    bill = bill_of(Subscriber(components=[component | POSTING], period=period, attributes=attributes))
    expected = decimal(case["expected_units"])
    scale = 10 ** len(plain(expected).partition(".")[2])
    counted = -((-bill.exact.numerator * scale) // bill.exact.denominator)
    _same("units", expected=Fraction(expected) * scale, found=Fraction(counted))


def _subscription(
    price: str,
    *,
    period: Period,
    start: date,
    end: date | None,
    proration: str = "DAYS",
    rates: Mapping[str, Decimal] | None = None,
) -> Bill:
    component = {"code": "fee", "kind": "fixed", "price": price, "proration": proration}
    component |= {"tax_category": "STANDARD"}
    return bill_of(
        Subscriber(
            components=[component | POSTING],
            period=period,
            service_from=start,
            service_to=end,
            tax_rates=rates or {"STANDARD": Decimal(0)},
            taxed="EXACT",
        )
    )


def _months(name: str) -> int:
    if name not in _MONTHS:
        raise ValueError(f"no such period: {name}; known are {', '.join(_MONTHS)}")
    return _MONTHS[name]


def _day(text: Any) -> Any:
    """The date, or None for an open end."""
    return None if text is None else date.fromisoformat(text)


_GROUPS: Final[Mapping[str, Callable[[Mapping[str, Any]], None]]] = {
    "cycle_cases": check_cycles,
    "fixed_30_day_cases": check_fixed_month,
    "invoice_cases": check_invoice,
}
