"""Tariff plans of a rating engine as six CSV files → destination tables: bands, rates and terms, row by row.

Timings, Destinations, Rates, DestinationRates and RatingPlans refer to each other by tag; RatingProfiles say from when
a plan is sold and whether it prices calls or what is counted. A line starting with # is a comment. What a row refers
to and no file holds is an error of that row, and the row is left out: never free, never lost.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal, InvalidOperation

from rachun.formats.reading import FileRefused, RowError
from rachun.formats.source import Source, read_text

COLUMNS: Mapping[str, int] = {
    "Timings": 6,
    "Destinations": 2,
    "Rates": 6,
    "DestinationRates": 7,
    "RatingPlans": 4,
    "RatingProfiles": 6,
}
ANY = "*any"
_ROUNDINGS = {"*up": "UP", "*middle": "HALF_UP", "*down": "DOWN", "": "HALF_UP"}
_STRATEGIES = {"": "", "*free": "FREE", "*disconnect": "DISCONNECT"}
_UNITS = {"s": 1, "m": 60, "h": 3600}
_PREFIX_MAX, _DECIMALS_MAX = 15, 6
_CALLS = "call"
_DATA_AND_TEXT = frozenset({"data", "sms", "generic", "mms"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanBand:
    code: str
    starts_at: time
    years: tuple[int, ...]
    months: tuple[int, ...]
    monthdays: tuple[int, ...]
    weekdays: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStep:
    from_s: int
    price: Decimal
    per: int
    increment: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRate:
    prefix: str
    destination: str
    band: str
    weight: int
    connection_fee: Decimal
    steps: tuple[PlanStep, ...]
    rounding: str
    decimals: int
    max_cost: Decimal | None
    max_cost_strategy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RatePlan:
    """valid_from: the earliest day a profile sells it; None when no profile names it."""

    code: str
    valid_from: date | None
    measures_time: bool
    bands: tuple[PlanBand, ...]
    rates: tuple[PlanRate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlansRead:
    plans: tuple[RatePlan, ...]
    errors: tuple[RowError, ...]
    record_count: int


class _Wrong(Exception):
    """One cell of a row cannot be understood."""

    def __init__(self, column: str, code: str, **params: int | str) -> None:
        self.column, self.code, self.params = column, code, params
        super().__init__(column, code)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    file: str
    no: int
    cells: Sequence[str]

    def refuse_wrong_width(self) -> None:
        if len(self.cells) != COLUMNS[self.file]:
            raise _Wrong("", "cell_count", found=len(self.cells), expected=COLUMNS[self.file])


@dataclass(slots=True)
class _Reader:
    errors: list[RowError] = field(default_factory=list)

    def each(self, rows: Iterable[_Row], take: Callable[[_Row], None]) -> None:
        for row in rows:
            try:
                row.refuse_wrong_width()
                take(row)
            except _Wrong as wrong:
                name = f"{row.file}.{wrong.column}".rstrip(".")
                self.errors.append(RowError(row=row.no, field=name, code=wrong.code, params=wrong.params))


def read_rate_plans(*, files: Mapping[str, Source]) -> PlansRead:
    """files: by the names of COLUMNS. Raises FileRefused when one is missing or is no text."""
    for name in COLUMNS:
        if name not in files:
            raise FileRefused(code="missing_reference", params={"what": f"{name}.csv"})
    rows = {name: list(_rows(name, files[name])) for name in COLUMNS}
    reader = _Reader()
    bands: dict[str, PlanBand] = {}
    prefixes: dict[str, list[str]] = {ANY: [""]}
    rates: dict[str, _Rate] = {}
    terms: dict[str, list[Callable[[str, int], list[PlanRate]]]] = {}
    reader.each(rows["Timings"], lambda row: _take_band(row, bands))
    reader.each(rows["Destinations"], lambda row: _take_prefix(row, prefixes))
    reader.each(rows["Rates"], lambda row: _take_rate(row, rates))
    reader.each(rows["DestinationRates"], lambda row: _take_terms(row, prefixes, rates, terms))
    found: dict[str, dict[tuple[str, str, int], PlanRate]] = {}
    reader.each(rows["RatingPlans"], lambda row: _take_plan(row, bands, terms, found))
    sold: dict[str, list[tuple[date, str]]] = {}
    reader.each(rows["RatingProfiles"], lambda row: _take_profile(row, found, sold))
    plans = tuple(_plan(code, list(of.values()), bands=bands, sold=sold.get(code, [])) for code, of in found.items())
    return PlansRead(plans=plans, errors=tuple(reader.errors), record_count=sum(map(len, rows.values())))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rate:
    fee: Decimal
    steps: tuple[PlanStep, ...]


def _rows(name: str, source: Source) -> Iterator[_Row]:
    for no, line in enumerate(read_text(source=source).text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            [cells] = csv.reader([line])
            yield _Row(file=name, no=no, cells=[cell.strip() for cell in cells])


def _take_band(row: _Row, bands: dict[str, PlanBand]) -> None:
    code, years, months, monthdays, weekdays, start = row.cells
    if code in bands:
        raise _Wrong("Tag", "duplicate", what="tag", first_row=code)
    try:
        starts_at = time(0) if start in {"*asap", ANY, ""} else time.fromisoformat(start)
    except ValueError as error:
        raise _Wrong("Time", "not_an_instant", value=start) from error
    bands[code] = PlanBand(
        code=code,
        starts_at=starts_at,
        years=_numbers(years, column="Years", most=9999),
        months=_numbers(months, column="Months", most=12),
        monthdays=_numbers(monthdays, column="MonthDays", most=31),
        weekdays=_numbers(weekdays, column="WeekDays", most=7),
    )


def _take_prefix(row: _Row, prefixes: dict[str, list[str]]) -> None:
    code, prefix = row.cells
    plain = prefix.removeprefix("+")
    if not plain.isascii() or not 0 < len(plain) <= _PREFIX_MAX:
        raise _Wrong("Prefix", "not_a_prefix", value=prefix)
    prefixes.setdefault(code, []).append(plain)


def _take_rate(row: _Row, rates: dict[str, _Rate]) -> None:
    code, fee, price, per, increment, start = row.cells
    step = PlanStep(
        from_s=_usage(start, column="GroupIntervalStart"),
        price=_money(price, column="Rate"),
        per=_usage(per, column="RateUnit"),
        increment=_usage(increment, column="RateIncrement"),
    )
    if step.per == 0 and step.price == 0:
        step = PlanStep(from_s=step.from_s, price=step.price, per=1, increment=step.increment)
    if step.per == 0 or step.increment == 0:
        raise _Wrong("RateUnit" if step.per == 0 else "RateIncrement", "unknown_choice", value=0, choices="1, 2, …")
    before = rates.get(code)
    if (before.steps[-1].from_s >= step.from_s) if before else (step.from_s != 0):
        raise _Wrong("GroupIntervalStart", "unknown_choice", value=start, choices="0, then ascending")
    own_fee = _money(fee, column="ConnectFee")
    rates[code] = _Rate(fee=before.fee, steps=(*before.steps, step)) if before else _Rate(fee=own_fee, steps=(step,))


def _take_terms(
    row: _Row,
    prefixes: dict[str, list[str]],
    rates: dict[str, _Rate],
    terms: dict[str, list[Callable[[str, int], list[PlanRate]]]],
) -> None:
    code, destination, rate_code, rounding, decimals, most, strategy = row.cells
    if destination not in prefixes:
        raise _Wrong("DestinationsTag", "missing_reference", what=destination)
    if rate_code not in rates:
        raise _Wrong("RatesTag", "missing_reference", what=rate_code)
    rate, max_cost = rates[rate_code], _money(most, column="MaxCost")
    shared = {
        "rounding": _choice(rounding, _ROUNDINGS, column="RoundingMethod"),
        "max_cost_strategy": _choice(strategy, _STRATEGIES, column="MaxCostStrategy"),
    }
    places = _whole(decimals, column="RoundingDecimals", most=_DECIMALS_MAX)

    def priced(band: str, weight: int) -> list[PlanRate]:
        return [
            PlanRate(
                prefix=prefix,
                destination=destination,
                band=band,
                weight=weight,
                connection_fee=rate.fee,
                steps=rate.steps,
                decimals=places,
                max_cost=max_cost or None,  # the format writes none as 0
                **shared,
            )
            for prefix in prefixes[destination]
        ]

    terms.setdefault(code, []).append(priced)


def _take_plan(
    row: _Row,
    bands: dict[str, PlanBand],
    terms: dict[str, list[Callable[[str, int], list[PlanRate]]]],
    found: dict[str, dict[tuple[str, str, int], PlanRate]],
) -> None:
    code, terms_code, band, weight = row.cells
    if terms_code not in terms:
        raise _Wrong("DestinationRatesTag", "missing_reference", what=terms_code)
    if band != ANY and band not in bands:
        raise _Wrong("TimingTag", "missing_reference", what=band)
    heft = _whole(weight, column="Weight", most=32_767)
    plan = found.setdefault(code, {})
    for priced in terms[terms_code]:
        for rate in priced("" if band == ANY else band, heft):
            first = plan.setdefault((rate.prefix, rate.band, rate.weight), rate)
            if first is not rate and first != rate:
                told = {"prefix": rate.prefix, "first": first.destination, "second": rate.destination}
                raise _Wrong("DestinationRatesTag", "destination_prefix_taken", **told)


def _take_profile(
    row: _Row, found: dict[str, dict[tuple[str, str, int], PlanRate]], sold: dict[str, list[tuple[date, str]]]
) -> None:
    _, category, _, activated, plan, _ = row.cells
    if plan not in found:
        raise _Wrong("RatingPlanId", "missing_reference", what=plan)
    try:
        day = date.fromisoformat(activated[:10])
    except ValueError as error:
        raise _Wrong("ActivationTime", "not_a_date", value=activated) from error
    sold.setdefault(plan, []).append((day, category))


def _plan(code: str, rates: list[PlanRate], *, bands: dict[str, PlanBand], sold: list[tuple[date, str]]) -> RatePlan:
    named = {rate.band for rate in rates}
    categories = {category for _, category in sold}
    return RatePlan(
        code=code,
        valid_from=min((day for day, _ in sold), default=None),
        measures_time=not (categories and categories <= _DATA_AND_TEXT),
        bands=tuple(band for band in bands.values() if band.code in named),
        rates=tuple(rates),
    )


def _numbers(text: str, *, column: str, most: int) -> tuple[int, ...]:
    if text in {ANY, ""}:
        return ()
    return tuple(_whole(part, column=column, most=most) for part in text.split(";"))


def _whole(text: str, *, column: str, most: int) -> int:
    if not (text.isascii() and text.isdigit()):
        raise _Wrong(column, "not_an_integer", value=text)
    if int(text) > most:
        raise _Wrong(column, "number_too_large", value=text)
    return int(text)


def _usage(text: str, *, column: str) -> int:
    """Seconds of 1m, 60s or 60, or a plain count."""
    unit = _UNITS.get(text[-1:])
    return _whole(text[:-1] if unit else text, column=column, most=10**9) * (unit or 1)


def _money(text: str, *, column: str) -> Decimal:
    try:
        amount = Decimal(text or "0")
    except InvalidOperation as error:
        raise _Wrong(column, "not_a_decimal", value=text) from error
    if not amount.is_finite() or amount != round(amount, 8):
        raise _Wrong(column, "not_a_decimal", value=text)
    if amount < 0:
        raise _Wrong(column, "negative", value=text)
    if amount >= 10**9:
        raise _Wrong(column, "number_too_large", value=text)
    return amount


def _choice(text: str, known: Mapping[str, str], *, column: str) -> str:
    if text not in known:
        raise _Wrong(column, "unknown_choice", value=text, choices=", ".join(name for name in known if name))
    return known[text]
