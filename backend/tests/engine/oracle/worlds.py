"""Worlds for the judge and the engine: hand-made or random, and how to give them to the engine."""

import itertools
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import strategies as st
from oracle.pricing import World
from oracle.seasons import stretch_of
from rachun.engine.billing.snapshot import (
    AGREEMENTS,
    ASSIGNMENTS,
    ATTRIBUTES,
    CONSUMPTION,
    DELIVERIES,
    SEASON_USE,
    TAX_RATES,
    USAGE,
    Priced,
    Snapshot,
)
from rachun.engine.tariffs.schema import load_tariff
from rachun.engine.tariffs.selection import VersionInForce
from rachun.values.period import Period

DAY = timedelta(days=1)
DEFAULTS = [{"value": "5"}, {"attribute": "kw", "value": "5"}, {"attribute": "kw", "value": "40.25"}]


def micro(value: Decimal) -> int:
    return int(value.scaleb(6))


def frame(rows: list[tuple], columns: Any) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(columns), orient="row")


def snapshot_of(world: World) -> Snapshot:
    """The engine's view of a world."""
    exact = {"taxed": "EXACT"} if world.tax_rounding == "EXACT" else {}
    rates = [(category, micro(rate), date(2015, 1, 1), None) for category, rate in world.tax_rates.items()]
    return Snapshot(
        period=Period(start=world.start, end=world.end),
        agreements=frame(world.agreements, AGREEMENTS),
        assignments=frame(world.assignments, ASSIGNMENTS),
        versions=[
            VersionInForce(
                version_ix=ix, plan_ix=plan, valid_from=a, valid_to=b, tariff=load_tariff(document=document | exact)
            )
            for ix, plan, a, b, document in world.versions
        ],
        attributes=frame([(a, n, micro(v), f, t) for a, n, v, f, t in world.attributes], ATTRIBUTES),
        consumption=frame([(*r[:5], micro(r[5]), r[6]) for r in world.consumption], CONSUMPTION),
        usage=frame([(*r[:4], micro(r[4]), r[5], micro(r[6])) for r in world.usage], USAGE),
        deliveries=frame([(*r[:4], micro(r[4])) for r in world.deliveries], DELIVERIES),
        season_use=frame([(*r[:4], micro(r[4])) for r in world.season_use], SEASON_USE),
        tax_rates=frame(rates, TAX_RATES),
        tax_date=world.end - DAY,
        tax_rounding="LINE" if world.tax_rounding == "EXACT" else world.tax_rounding,
        net_rounding=world.net_rounding,
    )


def found_by(priced: Priced) -> tuple[dict[tuple, list[tuple]], set[tuple]]:
    """The engine's answer in the judge's words."""
    found: dict[tuple, list[tuple]] = {}
    for line in priced.charges.iter_rows(named=True):
        key = tuple(line[k] for k in ("account_ix", "agreement_ix", "version_ix", "component", "register", "block_no"))
        money = (Decimal(line[name]).scaleb(-2) for name in ("net_minor", "tax_minor", "gross_minor"))
        quantity = Decimal(line["quantity_micro"]).scaleb(-6)
        found.setdefault(key, []).append((line["service_from"], quantity, *money))
    refusals = set(priced.refusals.select("account_ix", "code").rows())
    return {key: sorted(rows) for key, rows in found.items()}, refusals


def prices(low: int = -2, high: int = 400) -> st.SearchStrategy[str]:
    places = st.sampled_from([0, 2, 3, 5, 8])
    return st.tuples(st.integers(low * 10**8, high * 10**8), places).map(
        lambda pair: f"{Decimal(pair[0]).scaleb(-8).quantize(Decimal(1).scaleb(-pair[1])):f}"
    )


def quantities(high: int = 2000) -> st.SearchStrategy[Decimal]:
    return st.one_of(
        st.just(Decimal(0)),
        st.integers(1, high).map(Decimal),
        st.integers(1, high * 10**6).map(lambda n: Decimal(n).scaleb(-6)),
    )


@st.composite
def blocks(draw: st.DrawFn) -> list[dict[str, str]]:
    bounds = sorted(draw(st.sets(st.integers(1, 900), max_size=3)))
    steps = [{"upto": str(b), "price": draw(prices(0, 3))} for b in bounds] + [{"price": draw(prices(0, 3))}]
    for step in steps:
        if draw(st.integers(0, 3)) == 0:
            step["flat"] = draw(prices(0, 9))
        if draw(st.integers(0, 5)) == 0:
            step["package"] = draw(st.sampled_from(["1", "10", "0.75"]))
    return steps


@st.composite
def limits(draw: st.DrawFn, *, names: list[str]) -> list[dict[str, Any]]:
    """Minimums and caps, some of one another, and perhaps a percentage of them."""
    made: list[dict[str, Any]] = []
    for code, kind in (("floor", "minimum"), ("ceiling", "cap"), ("surcharge", "percentage"), ("lid", "cap")):
        if draw(st.integers(0, 2)):
            continue
        of = draw(st.lists(st.sampled_from([*names, *(c["code"] for c in made)]), min_size=1, max_size=4, unique=True))
        if kind == "percentage":
            made.append({"code": code, "kind": kind, "of": of, "percent": draw(st.sampled_from(["3", "-12.5"]))})
            continue
        amount = draw(st.integers(1, 90_000).map(lambda n: f"{Decimal(n).scaleb(-2)}"))
        rule = draw(st.sampled_from(["DAYS", "DAYS", "FULL", "NONE"]))
        made.append({"code": code, "kind": kind, "of": of, "amount": amount, "proration": rule})
    return made


@st.composite
def peaks(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A price by the peak, of a register or of the two it limits, and one of reactive energy."""
    tiers = [{"price": draw(prices(0)), "limits": {"KW": "12.5"}}, {"price": draw(prices(0))}]
    power = {"code": "peak", "kind": "capacity", "tiers": tiers, "charge": draw(st.sampled_from(["TIER", "PEAK"]))}
    power |= {"register": "KW", "default": draw(st.sampled_from(DEFAULTS))}
    if draw(st.integers(0, 3)) == 0:
        power = {
            "code": "peak",
            "kind": "capacity",
            "tiers": [tiers[0] | {"limits": {"KW": "9", "RE": "700"}}, tiers[1]],
        }
    share = draw(st.sampled_from([{"tan_phi": "0.33"}, {"cos_phi": "0.95"}, {"cos_phi": "0.8"}, {"tan_phi": "0"}]))
    reactive = {"code": "kvarh", "kind": "reactive", "reactive": ["RE"], "active": ["VT", "MT"]}
    return [power, reactive | share | {"price": draw(prices(0, 3))}]


@st.composite
def documents(draw: st.DrawFn, *, vat: str, wild: bool, peaked: bool) -> dict[str, Any]:
    category = st.sampled_from(["STANDARD", "STANDARD", "REDUCED"])
    proration = st.sampled_from(["DAYS", "DAYS", "FULL", "NONE"])
    shared = {"posting_code": "REV"}
    listed: list[dict[str, Any]] = [
        {"code": "fee", "kind": "fixed", "price": draw(prices()), "proration": draw(proration)},
        {
            "code": "power",
            "kind": "per_attribute",
            "attribute": "kw",
            "price": draw(prices()),
            "proration": draw(proration),
        },
        {"code": "calls", "kind": "traffic", "destination_table": "deck"},
        {"code": "join", "kind": "one_off", "item": "join", "unit": "pc", "price": draw(prices())},
    ]
    if not wild or draw(st.booleans()):
        listed[1]["default_value"] = "2.5"
    registers = [[{"register": "*"}], [{"register": "VT"}, {"register": "MT"}]][draw(st.integers(0, 1))]
    for register in registers:
        register |= {"blocks": draw(blocks()), "flat_at_zero": draw(st.booleans())}
        register["mode"] = draw(st.sampled_from(["GRADUATED", "VOLUME"]))
    metered = {"code": "energy", "kind": "metered", "unit": "kWh", "registers": registers}
    listed.append(metered | {"blocks_prorate": draw(st.booleans())})
    if draw(st.booleans()):
        flat = [{"register": "*", "blocks": draw(blocks())}]
        listed.append({"code": "oie", "kind": "metered", "unit": "kWh", "registers": flat})
        if draw(st.booleans()):
            listed[-1]["bounds_times"] = {"attribute": "kw"} | ({} if wild else {"default": "1.5"})
    listed += draw(peaks()) if peaked else []
    listed = draw(st.permutations(listed))
    if wild:
        listed = listed[: draw(st.integers(3, len(listed)))]
    names = [component["code"] for component in listed]
    for code in ("rebate", "levy")[: draw(st.integers(0, 2))]:
        of = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
        percent = draw(st.sampled_from(["-10", "7.5", "0.333333", "100"]))
        listed.append({"code": code, "kind": "percentage", "of": of, "percent": percent})
        names.append(code)
    listed = [component | shared | {"tax_category": draw(category)} for component in listed]
    listed += [component | shared for component in draw(limits(names=names))]
    rounding = draw(st.sampled_from(["HALF_UP", "HALF_EVEN"]))
    taxed = draw(st.sampled_from(["ROUNDED", "ROUNDED", "ROUNDED", "EXACT"]))
    document = {"currency": "BAM", "vat": vat, "rounding": rounding, "taxed": taxed, "components": listed}
    return document | (draw(seasons(listed)) if draw(st.integers(0, 2)) == 0 else {})


@st.composite
def seasons(draw: st.DrawFn, listed: list[dict[str, Any]]) -> dict[str, Any]:
    """Two seasons that meet, or nearly meet, in the month; some components have prices or bounds by them."""
    last = draw(st.sampled_from(["02-14", "02-29", "03-12", "03-31"]))
    first = draw(st.sampled_from(["04-01", {"02-14": "02-15", "02-29": "03-01", "03-12": "03-13"}.get(last, "04-01")]))
    found = [{"code": "winter", "ranges": [{"first_day": "11-01", "last_day": last}]}]
    found.append({"code": "summer", "ranges": [{"first_day": first, "last_day": "08-31"}]})
    for component in listed:
        if component["kind"] in {"fixed", "per_attribute", "one_off"} and draw(st.booleans()):
            component["by_season"] = {"winter": {"price": draw(prices())}}
        if component["kind"] == "fixed" and draw(st.booleans()):
            component["only_in"] = ["summer"]
        if component["kind"] == "metered":
            if draw(st.booleans()):
                registers = [register | {"blocks": draw(blocks())} for register in component["registers"]]
                component["by_season"] = {"winter": {"registers": registers}}
            component["bounds_per"] = draw(st.sampled_from(["PERIOD", "SEASON"]))
            if draw(st.integers(0, 2)) == 0:
                use_up(component)
    return {"seasons": found}


def use_up(component: dict[str, Any]) -> None:
    """Bounds that bills use up one after another know plain blocks only."""
    component["bounds_per"] = "SEASON_TOTAL"
    component.pop("bounds_times", None)
    said = [component, *component.get("by_season", {}).values()]
    for register in [one for part in said for one in part["registers"]]:
        register["flat_at_zero"] = False
        register["blocks"] = [
            {name: text for name, text in block.items() if name in {"upto", "price"}} for block in register["blocks"]
        ]


@st.composite
def season_uses(draw: st.DrawFn, world: World) -> list[tuple]:
    """What earlier bills of a season hold of registers that use bounds up; sometimes more than the highest bound."""
    found = {
        (agreement, component["code"], register["register"], first)
        for agreement in {row[0] for row in world.agreements}
        for *_, document in world.versions
        for component in document["components"]
        if component.get("bounds_per") == "SEASON_TOTAL"
        for register in component["registers"]
        for day in (world.start, world.start - DAY * 40)
        for first in [stretch_of(document, day)["season_from"]]
    }
    return [(*key, draw(quantities(1200))) for key in sorted(found) if draw(st.booleans())]


@st.composite
def cuts(draw: st.DrawFn, start: date, end: date, most: int = 3) -> list[date]:
    inner = draw(st.sets(st.integers(1, (end - start).days - 1), max_size=most))
    return [start, *(start + DAY * n for n in sorted(inner)), end]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    start = draw(st.sampled_from([date(2026, 2, 1), date(2026, 3, 1), date(2024, 2, 1), date(2026, 3, 10)]))
    end = draw(st.sampled_from([(start + DAY * 32).replace(day=1), start + DAY * 17]))
    wild = draw(st.integers(0, 5)) == 5
    world = World(start=start, end=end, tax_rounding=draw(st.sampled_from(["LINE", "GROUP"])))
    world.net_rounding = draw(st.sampled_from(["LINE", "LINE", "GROUP", "BILL"]))
    world.tax_rates = {"STANDARD": Decimal(17), "REDUCED": draw(st.sampled_from([Decimal(0), Decimal("7.5")]))}
    early = start - DAY * 70
    peaked = draw(st.integers(0, 2)) == 0
    if wild:
        world.tax_rates.pop("REDUCED")
    ix = 0
    for plan in (1, 2):
        vat = draw(st.sampled_from(["ON_TOP", "INSIDE"]))
        days = draw(cuts(early, end, 2))
        for a, b in zip(days, [*days[1:-1], None], strict=False):
            world.versions.append((ix, plan, a, b, draw(documents(vat=vat, wild=wild, peaked=peaked))))
            ix += 1
    for agreement in range(draw(st.integers(1, 3))):
        _people(draw, world, agreement, early=early, wild=wild, peaked=peaked)
    world.season_use = draw(season_uses(world))
    return world


def _people(draw: st.DrawFn, world: World, agreement: int, *, early: date, wild: bool, peaked: bool) -> None:
    start, end = world.start, world.end
    days = draw(cuts(early, end, 3))
    stretches = list(itertools.pairwise(days))
    gone = draw(st.sampled_from([None, None, None, None, *range(len(stretches))]))
    for place, (a, b) in enumerate(stretches):
        if place != gone or len(stretches) == 1:
            last = b == end and draw(st.booleans())
            world.agreements.append((agreement, agreement // 2, a, None if last else b))
    days = draw(cuts(early, end, 1))
    for a, b in zip(days[wild:], days[1 + wild :], strict=False):
        world.assignments.append((agreement, draw(st.integers(1, 2)), a, None if b == end else b))
    days = draw(cuts(early, end, 2))
    for a, b in itertools.pairwise(days):
        if draw(st.integers(0, 9)):
            world.attributes.append((agreement, "kw", draw(quantities(30)), a, None if b == end else b))
    for register in ("VT",) if wild else ("VT", "MT"):
        days = draw(cuts(draw(st.sampled_from([start, start, start - DAY * 40])), end, 2))
        for a, b in itertools.pairwise(days):
            row = (len(world.consumption), agreement, register, a, b, draw(quantities()), "MEASURED")
            world.consumption.append(row)
    for register in ("RE", "KW") if peaked else ():
        first = draw(st.sampled_from([start, start, start - DAY * 40])) if register == "RE" else start
        days = draw(cuts(first, end, 1))
        for a, b in itertools.pairwise(days):
            if register == "RE" or draw(st.integers(0, 2)):
                row = (len(world.consumption), agreement, register, a, b, draw(quantities(900)), "MEASURED")
                world.consumption.append(row)
    anyday = st.integers(-20, (end - start).days - 1).map(lambda n: start + DAY * n)
    for label in draw(st.lists(st.sampled_from(["Ukraine", "BiH"]), max_size=3)):
        amount = draw(quantities(50))
        world.usage.append((agreement, "calls", label, draw(anyday), draw(quantities(900)), 1, amount))
    for _ in range(draw(st.integers(0, 2))):
        row = (len(world.deliveries), agreement, "join", draw(anyday), draw(quantities(3)))
        world.deliveries.append(row)
