"""Seasons, bounds of a season and bounds for each person, with pencil and paper."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from oracle.worlds import snapshot_of
from rachun.engine.billing.pipeline import price
from rachun.engine.billing.snapshot import CONSUMPTION
from rachun.engine.explain.facts import Quantity
from rachun.engine.tariffs.schema import validate_tariff
from rachun.engine.tariffs.seasons import Season, month_day, season_of, season_stretches
from test_explain_lines import codes as steps_of
from test_explain_lines import derivations_of
from worked import APRIL, MARCH, codes, fixed, metered, money, priced, tariff, world

LONG_AGO, MID_MARCH = date(2025, 1, 1), date(2026, 3, 16)
BLOCKS = [{"upto": "100", "price": "0.10"}, {"price": "0.20"}]


def season(code: str, *ranges: tuple[str, str]) -> dict[str, Any]:
    return {"code": code, "ranges": [{"first_day": first, "last_day": last} for first, last in ranges]}


BRCKO = [season("high", ("10-01", "03-31")), season("low", ("04-01", "09-30"))]
HEATING = [season("heating", ("10-15", "03-15"))]


def used(quantity: str, register: str = "VT", start: date = MARCH, end: date = APRIL) -> list[tuple]:
    return [(0, 7, register, start, end, Decimal(quantity), "MEASURED")]


class TestSeasonOfADay:
    @pytest.mark.parametrize(
        ("day", "expected"),
        [
            (date(2025, 12, 31), "high"),
            (date(2026, 1, 1), "high"),
            (date(2026, 3, 31), "high"),
            (date(2026, 4, 1), "low"),
            (date(2026, 9, 30), "low"),
            (date(2026, 10, 1), "high"),
        ],
    )
    def test_goes_over_the_new_year(self, day: date, expected: str) -> None:
        seasons = [
            Season(
                code=one["code"],
                ranges=tuple((month_day(r["first_day"]), month_day(r["last_day"])) for r in one["ranges"]),
            )
            for one in BRCKO
        ]

        assert season_of(day, seasons=seasons) == expected

    def test_ends_on_the_28th_where_there_is_no_29th(self) -> None:
        winter = [Season(code="winter", ranges=(((12, 1), (2, 29)),))]

        ends = [
            next(iter(season_stretches(seasons=winter, start=date(year, 1, 1), end=date(year, 12, 1))))
            for year in (2024, 2026)
        ]

        assert [(stretch.end, stretch.days) for stretch in ends] == [(date(2024, 3, 1), 91), (date(2026, 3, 1), 90)]

    def test_may_have_several_ranges(self) -> None:
        peaks = [Season(code="peak", ranges=(((7, 1), (8, 31)), ((12, 15), (1, 15))))]

        found = [season_of(day, seasons=peaks) for day in (date(2026, 7, 1), date(2026, 1, 15), date(2026, 1, 16))]

        assert found == ["peak", "peak", None]


class TestPricesBySeason:
    def test_are_those_of_the_month(self) -> None:
        # Brčko: high season 1 October to 31 March, low season 1 April to 30 September
        document = tariff(fixed("3.00", by_season={"high": {"price": "5.00"}})) | {"seasons": BRCKO}
        april = world((LONG_AGO, document))
        april.start, april.end = APRIL, date(2026, 5, 1)

        assert money(priced(world((LONG_AGO, document))), "net_minor") == [(500,)]
        assert money(priced(april), "net_minor") == [(300,)]

    def test_split_the_charge_where_the_season_ends(self) -> None:
        # 15 of 31 days of 31.00 = 15.00, then 16 of 31 days of 62.00 = 32.00
        document = tariff(fixed("62.00", by_season={"heating": {"price": "31.00"}})) | {"seasons": HEATING}

        answer = priced(world((LONG_AGO, document)))

        assert money(answer, "version_ix", "service_from", "net_minor") == [(0, MARCH, 1500), (0, MID_MARCH, 3200)]

    def test_leave_the_price_of_a_whole_month_alone_where_it_does_not_change(self) -> None:
        # 10.00 × 15/31 = 4.84 (4.8387), the rest 5.16: together 10.00
        document = tariff(fixed("10.00")) | {"seasons": HEATING}

        assert money(priced(world((LONG_AGO, document))), "net_minor") == [(484,), (516,)]

    def test_charge_only_in_the_season_that_is_named(self) -> None:
        # heating is paid 15 of 31 days: 31.00 × 15/31
        document = tariff(fixed("31.00", only_in=["heating"])) | {"seasons": HEATING}

        assert money(priced(world((LONG_AGO, document))), "service_to", "net_minor") == [(MID_MARCH, 1500)]

    def test_share_consumption_and_bounds_by_days(self) -> None:
        # 310 kWh: 150 in 15 days at 0.30; 160 in 16 days, bound 100 × 16/31 = 51.612903: 5.1612903 and 21.6774194
        energy = metered(("VT", BLOCKS))
        energy["by_season"] = {"heating": {"registers": [{"register": "VT", "blocks": [{"price": "0.30"}]}]}}
        document = tariff(energy) | {"seasons": HEATING}

        answer = priced(world((LONG_AGO, document), consumption=used("310")))

        assert money(answer, "quantity_micro", "net_minor") == [
            (150_000_000, 4500),
            (51_612_903, 516),
            (108_387_097, 2168),
        ]

    def test_are_told(self) -> None:
        document = tariff(fixed("62.00", by_season={"heating": {"price": "31.00"}})) | {"seasons": HEATING}

        first, second = derivations_of(snapshot_of(world((LONG_AGO, document))))

        assert steps_of(first)[0] == "SEASON"
        assert first.steps[0].facts["season"] == ("heating",)
        assert steps_of(second)[0] == "VERSION"
        assert first.agrees
        assert second.agrees


class TestBoundsOfASeason:
    def test_are_shared_by_the_days_of_the_season(self) -> None:
        # high season of 182 days holds 1,820 kWh cheap: in March 31/182 of it are 310
        energy = metered(("VT", [{"upto": "1820", "price": "0.10"}, {"price": "0.20"}]), bounds_per="SEASON")

        answer = priced(world((LONG_AGO, tariff(energy) | {"seasons": BRCKO}), consumption=used("410")))

        assert money(answer, "block_no", "quantity_micro", "net_minor") == [
            (1, 310_000_000, 3100),
            (2, 100_000_000, 2000),
        ]


class TestBoundsThatASeasonUsesUp:
    """High season from 1 October: 1,000 kWh at 0.10, above them 0.20."""

    HIGH, STEPS = date(2025, 10, 1), [{"upto": "1000", "price": "0.10"}, {"price": "0.20"}]

    def document(self, **more: Any) -> dict[str, Any]:
        return tariff(metered(("VT", self.STEPS), bounds_per="SEASON_TOTAL", **more)) | {"seasons": BRCKO}

    def after(self, quantity: str) -> list[tuple]:
        return [(7, "energy", "VT", self.HIGH, Decimal(quantity))]

    def test_go_on_where_the_bill_before_ended(self) -> None:
        # 800 are used: of 410 the first 200 are cheap, 210 are not; days shrink nothing
        made = world((LONG_AGO, self.document()), consumption=used("410"), season_use=self.after("800"))

        answer = priced(made)

        assert money(answer, "block_no", "quantity_micro", "net_minor") == [
            (1, 200_000_000, 2000),
            (2, 210_000_000, 4200),
        ]

    def test_are_told(self) -> None:
        made = world((LONG_AGO, self.document()), consumption=used("410"), season_use=self.after("800"))

        first, _ = derivations_of(snapshot_of(made))

        [told] = [step for step in first.steps if step.code == "SEASON_USED"]
        assert told.facts == {
            "before": Quantity(micro=800 * 10**6, unit="kWh"),
            "upto": Quantity(micro=1210 * 10**6, unit="kWh"),
        }
        assert first.agrees

    def test_begin_anew_with_each_season(self) -> None:
        # the low season's 150 kWh of April follow nothing; those of March are above the bound
        made = world((LONG_AGO, self.document()), season_use=self.after("1000"))
        made.end = date(2026, 5, 1)
        made.consumption = [
            (0, 7, "VT", MARCH, APRIL, Decimal(100), "MEASURED"),
            (1, 7, "VT", APRIL, made.end, Decimal(150), "MEASURED"),
        ]

        assert money(priced(made), "block_no", "net_minor") == [(2, 2000), (1, 1500)]

    def test_take_late_days_before_punctual_ones(self) -> None:
        # February's 300 come with March's 300: 900 are used, so 100 of February are cheap and nothing else is
        made = world((LONG_AGO, self.document()), season_use=self.after("900"))
        made.consumption = [
            (0, 7, "VT", MARCH, APRIL, Decimal(300), "MEASURED"),
            (1, 7, "VT", date(2026, 2, 1), MARCH, Decimal(300), "MEASURED"),
        ]

        assert money(priced(made), "block_no", "quantity_micro") == [(1, 10**8), (2, 2 * 10**8), (2, 3 * 10**8)]

    def test_with_volume_price_all_by_what_the_season_reached(self) -> None:
        document = self.document()
        document["components"][0]["registers"][0]["mode"] = "VOLUME"

        answers = [
            priced(world((LONG_AGO, document), consumption=used("100"), season_use=self.after(before)))
            for before in ("900", "901")
        ]

        assert [money(answer, "block_no", "net_minor") for answer in answers] == [[(1, 1000)], [(2, 2000)]]

    def test_lay_both_sides_of_a_true_up_onto_the_same_beginning(self) -> None:
        """1,100 are billed, 200 of them February's estimate: 900 before it. Then February is 50 and March 100.

        Back: -100 at 0.10 and -100 at 0.20. Now: 50 + 50 of March at 0.10, 50 of March at 0.20.
        """
        february = date(2026, 2, 1)
        made = world((LONG_AGO, self.document()), season_use=self.after("1100"))
        made.consumption = [
            (0, 7, "VT", february, MARCH, Decimal(50), "MEASURED"),
            (1, 7, "VT", MARCH, APRIL, Decimal(100), "MEASURED"),
        ]
        back = pl.DataFrame(
            [(2, 7, "VT", february, MARCH, 200 * 10**6, "ESTIMATED")], schema=dict(CONSUMPTION), orient="row"
        )

        answer = price(replace(snapshot_of(made), reversed_consumption=back))

        assert money(answer, "service_from", "block_no", "quantity_micro", "net_minor") == [
            (february, 1, 50 * 10**6, 500),
            (february, 1, -100 * 10**6, -1000),
            (february, 2, -100 * 10**6, -2000),
            (MARCH, 1, 50 * 10**6, 500),
            (MARCH, 2, 50 * 10**6, 1000),
        ]

    @pytest.mark.parametrize(
        "more",
        [
            {"registers": [{"register": "VT", "blocks": [{"price": "1", "flat": "5"}]}]},
            {"registers": [{"register": "VT", "blocks": [{"price": "1", "package": "5"}]}]},
            {"bounds_times": {"attribute": "persons"}},
        ],
    )
    def test_know_plain_blocks_only(self, more: dict[str, Any]) -> None:
        document = self.document()
        document["components"][0] |= more

        faults = validate_tariff(document=document)

        assert [(fault.code, fault.pointer) for fault in faults] == [("SEASON_TOTAL_PLAIN", "/components/0/bounds_per")]


class TestDataBySeason:
    def test_has_the_season_s_blocks_on_its_days(self) -> None:
        # 10 GiB while heating at 0.10, 10 after it at 0.30
        data = {"code": "net", "kind": "data", "item": "octets", "unit": "GiB", "blocks": [{"price": "0.30"}]}
        data |= {"by_season": {"heating": {"blocks": [{"price": "0.10"}]}}, "posting_code": "REV"}
        made = world((LONG_AGO, tariff(data) | {"seasons": HEATING}))
        made.deliveries = [(0, 7, "octets", MARCH, Decimal(10)), (1, 7, "octets", MID_MARCH, Decimal(10))]

        assert money(priced(made), "quantity_micro", "net_minor") == [(10**7, 100), (10**7, 300)]


class TestBoundsForEachPerson:
    def scaled(self, **more: Any) -> dict[str, Any]:
        return tariff(metered(("VT", BLOCKS), bounds_times={"attribute": "persons", **more}))

    def test_are_multiplied(self) -> None:
        # three persons: 300 at 0.10, 20 at 0.20
        persons = [(7, "persons", Decimal(3), LONG_AGO, None)]

        answer = priced(world((LONG_AGO, self.scaled()), consumption=used("320"), attributes=persons))

        assert money(answer, "quantity_micro", "net_minor") == [(300_000_000, 3000), (20_000_000, 400)]

    def test_split_the_charge_where_their_number_changes(self) -> None:
        # 310 kWh: 150 in 15 days of one person, bound 48.387097; 160 in 16 days of four, bound 206.451613
        persons = [(7, "persons", Decimal(1), LONG_AGO, MID_MARCH), (7, "persons", Decimal(4), MID_MARCH, None)]

        answer = priced(world((LONG_AGO, self.scaled()), consumption=used("310"), attributes=persons))

        # 48.387097 × 0.10 = 4.84, 101.612903 × 0.20 = 20.32, 160 × 0.10 = 16.00
        assert money(answer, "service_from", "net_minor") == [(MARCH, 484), (MARCH, 2032), (MID_MARCH, 1600)]

    def test_close_the_blocks_of_nobody_whose_flats_are_not_owed(self) -> None:
        # bounds of 100 × 0 and 200 × 0: all 10 kWh fall into the last block, 10 × 0.20 and its flat of 2
        blocks = [
            {"upto": "100", "price": "0.10", "flat": "1"},
            {"upto": "200", "price": "0.15", "flat": "3"},
            {"price": "0.20", "flat": "2"},
        ]
        document = tariff(metered(("VT", blocks), bounds_times={"attribute": "persons"}))
        nobody = [(7, "persons", Decimal(0), LONG_AGO, None)]

        answer = priced(world((LONG_AGO, document), consumption=used("10"), attributes=nobody))

        assert money(answer, "block_no", "label", "net_minor") == [(3, None, 200), (3, "FLAT", 200)]

    def test_take_the_default_or_park_the_account(self) -> None:
        assert money(priced(world((LONG_AGO, self.scaled(default="2")), consumption=used("250"))), "net_minor") == [
            (2000,),
            (1000,),
        ]
        assert codes(priced(world((LONG_AGO, self.scaled()), consumption=used("250")))) == ["MISSING_ATTRIBUTE"]

    def test_are_told(self) -> None:
        persons = [(7, "persons", Decimal(3), LONG_AGO, None)]
        made = world((LONG_AGO, self.scaled()), consumption=used("320"), attributes=persons)

        first, second = derivations_of(snapshot_of(made))

        [step] = [step for step in first.steps if step.code == "BOUNDS_TIMES"]
        assert step.facts["value"] == Quantity(micro=3_000_000)
        assert first.agrees
        assert second.agrees


class TestValidation:
    @pytest.mark.parametrize(
        ("seasons", "component", "pointer", "code"),
        [
            ([*BRCKO, season("low", ("12-01", "12-31"))], fixed("1"), "/seasons/2/code", "DUPLICATE_SEASON"),
            ([*BRCKO, season("feast", ("12-20", "01-10"))], fixed("1"), "/seasons/2/ranges/0", "SEASONS_OVERLAP"),
            ([season("odd", ("04-31", "05-31"))], fixed("1"), "/seasons/0/ranges/0/first_day", "NO_SUCH_DAY"),
            (BRCKO, fixed("1", only_in=["winter"]), "/components/0/only_in/0", "UNKNOWN_SEASON"),
            (
                BRCKO,
                fixed("1", by_season={"winter": {"price": "1"}}),
                "/components/0/by_season/winter",
                "UNKNOWN_SEASON",
            ),
            ([], metered(("VT", BLOCKS), bounds_per="SEASON"), "/components/0/bounds_per", "NO_SEASONS"),
            (
                BRCKO,
                metered(("VT", BLOCKS), by_season={"high": {"registers": [{"register": "MT", "blocks": BLOCKS}]}}),
                "/components/0/by_season/high/registers",
                "SEASON_REGISTERS_DIFFER",
            ),
            (
                BRCKO,
                metered(
                    ("VT", BLOCKS),
                    by_season={"high": {"registers": [{"register": "VT", "blocks": [{"upto": "5", "price": "1"}]}]}},
                ),
                "/components/0/by_season/high/registers/0/blocks/0/upto",
                "LAST_BLOCK_NOT_OPEN",
            ),
        ],
    )
    def test_refuses(self, seasons: list[Any], component: dict[str, Any], pointer: str, code: str) -> None:
        faults = validate_tariff(document=tariff(component) | {"seasons": seasons})

        assert (pointer, code) in [(fault.pointer, fault.code) for fault in faults]
