"""Months of thirty days, blocks that another register chooses, bounded deliveries: each against fractions; and whatever
splits a period (versions, suspensions, values, rights), its parts sum to its whole.
"""

import dataclasses
import itertools
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle.pricing import World
from oracle.shares import Stretch, bounded, by_days_of_30, chosen_block
from oracle.worlds import snapshot_of
from rachun.engine.billing.pipeline import price
from rachun.engine.billing.snapshot import BENEFITS, Priced
from worked import APRIL, MARCH, fixed, metered, tariff, world

LONG_AGO = date(2020, 1, 1)
DAY = timedelta(days=1)
CALM: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}
MONTHS = st.sampled_from([(date(2026, 3, 1), date(2026, 4, 1)), (date(2026, 2, 1), date(2026, 3, 1)),
                          (date(2024, 2, 1), date(2024, 3, 1)), (date(2026, 4, 1), date(2026, 5, 1))])  # fmt: skip
MONEY = st.integers(1, 99_999).map(lambda n: f"{Decimal(n).scaleb(-2)}")


def cuts(draw: st.DrawFn, start: date, end: date, most: int = 3) -> list[date]:
    inner = draw(st.sets(st.integers(1, (end - start).days - 1), max_size=most))
    return [start, *(start + DAY * n for n in sorted(inner)), end]


@st.composite
def thirties(draw: st.DrawFn) -> tuple[World, list[Stretch]]:
    """A fee per kW by days of 30: versions, values and interruptions cut the month."""
    start, end = draw(MONTHS)
    component = {"code": "power", "kind": "per_attribute", "attribute": "kw", "posting_code": "REV"}
    edges = cuts(draw, start, end, 2)
    prices = [draw(st.sampled_from(["31.00", "10.01", "0.07"])) for _ in edges[1:]]
    documents = [
        (LONG_AGO if no == 0 else edge, tariff(component | {"price": one, "proration": "DAYS_OF_30"}))
        for no, (edge, one) in enumerate(zip(edges, prices, strict=False))
    ]
    made = dataclasses.replace(world(*documents), start=start, end=end, assignments=[(7, 1, LONG_AGO, None)])
    values = cuts(draw, start, end, 2)
    kilowatts = [Decimal(draw(st.sampled_from(["3.7", "11.04", "1"]))) for _ in values[1:]]
    made.attributes = [(7, "kw", kw, a, b) for kw, (a, b) in zip(kilowatts, itertools.pairwise(values), strict=True)]
    served = list(itertools.pairwise(cuts(draw, start, end, 2)))
    gone = draw(st.sampled_from([None, *range(len(served))])) if len(served) > 1 else None
    made.agreements = [(7, 3, a, b) for no, (a, b) in enumerate(served) if no != gone]
    days = sorted({*edges, *values, *(day for pair in served for day in pair)})
    stretches = [
        Stretch(
            a,
            b,
            Fraction(prices[max(no for no, edge in enumerate(edges[:-1]) if edge <= a)]),
            Fraction(kilowatts[max(no for no, edge in enumerate(values[:-1]) if edge <= a)]),
        )
        for a, b in itertools.pairwise(days)
        if any(s <= a < e for _, _, s, e in made.agreements)
    ]
    return made, stretches


class TestAgainstFractions:
    @settings(max_examples=150, **CALM)
    @given(thirties())
    def test_months_of_thirty_days(self, told: tuple[World, list[Stretch]]) -> None:
        made, stretches = told

        charges = price(snapshot_of(made)).charges.sort("service_from")

        expected = by_days_of_30(stretches, made.start, made.end)
        assert charges["net_minor"].to_list() == expected

    @settings(max_examples=100, **CALM)
    @given(
        used=st.tuples(*[st.integers(0, 400 * 10**6)] * 2),
        bounds=st.sets(st.integers(1, 500), min_size=1, max_size=3).map(sorted),
        prices=st.lists(MONEY, min_size=8, max_size=8),
        by=st.sampled_from(["*", "VT", "MT"]),
        days=st.integers(1, 31),
    )
    def test_blocks_that_another_register_chooses(
        self, used: tuple[int, int], bounds: list[int], prices: list[str], by: str, days: int
    ) -> None:
        told = [str(bound) for bound in bounds]
        of = {name: prices[4 * no : 4 * no + len(told) + 1] for no, name in enumerate(("VT", "MT"))}
        registers = [
            {"register": name, "mode": "VOLUME", "blocks_by": by}
            | {"blocks": [*({"upto": b, "price": p} for b, p in zip(told, own, strict=False)), {"price": own[-1]}]}
            for name, own in of.items()
        ]
        document = tariff(
            {"code": "energy", "kind": "metered", "unit": "kWh", "registers": registers, "posting_code": "REV"}
        )
        start = APRIL - DAY * days
        made = world((LONG_AGO, document), agreements=[(7, 3, start, None)])
        made.consumption = [
            (no, 7, name, start, APRIL, Decimal(q).scaleb(-6), "MEASURED")
            for no, (name, q) in enumerate(zip(("VT", "MT"), used, strict=True))
        ]

        charges = price(snapshot_of(made)).charges

        chooses = Fraction({"*": sum(used), "VT": used[0], "MT": used[1]}[by], 10**6)
        limits = [Fraction(round_micro(Fraction(b * days, 31)), 10**6) for b in bounds]
        block = chosen_block(chooses, [*limits, None])
        expected = {
            (name, block + 1): nearest_minor(Fraction(q, 10**6) * Fraction(of[name][block]))
            for name, q in zip(("VT", "MT"), used, strict=True)
            if q
        }
        assert {(r, b): n for r, b, n in charges.select("register", "block_no", "net_minor").rows()} == expected

    @settings(max_examples=100, **CALM)
    @given(
        quantity=st.integers(1, 10**10),
        rate=MONEY,
        least=st.one_of(st.none(), st.integers(1, 50_000)),
        room=st.one_of(st.none(), st.integers(0, 90_000)),
    )
    def test_bounded_deliveries(self, quantity: int, rate: str, least: int | None, room: int | None) -> None:
        most = None if room is None else (least or 0) + room
        bounds = {"minimum": least, "maximum": most}
        said = {name: f"{Decimal(one).scaleb(-2)}" for name, one in bounds.items() if one is not None}
        component = {
            "code": "fee",
            "kind": "one_off",
            "item": "fee",
            "unit": "BAM",
            "price": rate,
            "posting_code": "REV",
        }
        made = world((LONG_AGO, tariff(component | said)))
        made.deliveries = [(0, 7, "fee", MARCH, Decimal(quantity).scaleb(-6))]

        [net] = price(snapshot_of(made)).charges["net_minor"]

        limits = [None if one is None else Fraction(one, 100) for one in (least, most)]
        assert net == bounded(Fraction(quantity, 10**6), Fraction(rate), *limits)


def round_micro(value: Fraction) -> int:
    return int(value * 10**6 + Fraction(1, 2))


def nearest_minor(value: Fraction) -> int:
    return int(value * 100 + Fraction(1, 2))


@st.composite
def split_months(draw: st.DrawFn) -> tuple[dict[str, list[date]], str, int]:
    """Where versions, service, values, readings and rights are cut, though nothing changes; percent, household."""
    names = ("versions", "served", "values", "readings", "rights")
    edges = {name: cuts(draw, MARCH, APRIL) for name in names}
    return edges, draw(st.sampled_from(["25", "50", "100"])), draw(st.integers(1, 4))


class TestPartsOfAPeriod:
    @settings(max_examples=60, **CALM)
    @given(split_months(), st.integers(1, 900).map(lambda n: Decimal(n).scaleb(-1)))
    def test_sum_to_the_whole(self, told: tuple[dict[str, list[date]], str, int], used: Decimal) -> None:
        edges, percent, household = told
        uncut = {name: [MARCH, APRIL] for name in edges}

        whole = month(uncut, percent=percent, household=household, used=used)
        parts = month(edges, percent=percent, household=household, used=used)

        by_kind = [sums(answer) for answer in (whole, parts)]
        for kind in ("fixed", "per_attribute"):
            assert by_kind[0][kind] == by_kind[1][kind]
        assert used_of(whole) == used_of(parts)
        groups = parts.charges.filter(pl.col("kind") != "benefit").height
        assert abs(by_kind[0]["metered"]["net"] - by_kind[1]["metered"]["net"]) <= groups
        off = [one.get("benefit", {"net": 0})["net"] for one in by_kind]
        assert abs(off[0] - off[1]) <= groups
        assert parts.charges["net_minor"].sum() >= 0


def month(edges: dict[str, list[date]], *, percent: str, household: int, used: Decimal) -> Priced:
    water = metered(("WATER", [{"price": "20.00"}]), unit="m3", benefits_apply=True)
    power = {"code": "power", "kind": "per_attribute", "attribute": "kw", "price": "3.33", "posting_code": "REV"}
    document = tariff(fixed("9.99", benefits_apply=True), power, water)
    starts = edges["versions"][:-1]
    made = world(*((LONG_AGO if no == 0 else day, document) for no, day in enumerate(starts)))
    made.agreements = [(7, 3, a, b) for a, b in itertools.pairwise(edges["served"])]
    made.attributes = [(7, "kw", Decimal("7.3"), a, b) for a, b in itertools.pairwise(edges["values"])]
    shares = list(itertools.pairwise(edges["readings"]))
    read = [(used * (b - a).days / 31).quantize(Decimal("0.000001")) for a, b in shares[:-1]]
    read.append(used - sum(read, Decimal(0)))
    made.consumption = [
        (no, 7, "WATER", a, b, one, "MEASURED") for no, ((a, b), one) in enumerate(zip(shares, read, strict=True))
    ]
    rate = int(Decimal(percent) * 10**6)
    rights = [
        (1 + no, 7, 1, household, "C", rate, None, "IN_KIND", "BUDGET", a, b)
        for no, (a, b) in enumerate(itertools.pairwise(edges["rights"]))
    ]
    frame = pl.DataFrame(rights, schema=dict(BENEFITS), orient="row")
    answer = price(dataclasses.replace(snapshot_of(made), benefits=frame))
    assert answer.refusals.is_empty()
    return answer


def sums(answer: Priced) -> dict[str, dict[str, int]]:
    rows = answer.charges.group_by("kind").agg(pl.col("net_minor").sum()).rows()
    return {kind: {"net": net} for kind, net in rows}


def used_of(answer: Priced) -> int:
    return answer.charges.filter(pl.col("kind") == "metered")["quantity_micro"].sum()
