from decimal import Decimal

from rachun.formats.rate_decks import join_rate_deck
from rachun.formats.templates import template_csv

from backend.tests.formats.inputs import codes, read

HEADER, EXAMPLE = template_csv(format="customers").decode("utf-8-sig").splitlines()


def _customers(**changed: str) -> str:
    names = HEADER.split(";")
    cells = dict(zip(names, ["" for _ in names], strict=True)) | {
        "external_number": "7", "kind": "Юридична особа", "name": "ТОВ Приклад", "branch": "B1", "settlement": "Суми",
        "building": "5", "service": "WATER", "tariff_plan": "T", "agreement_from": "01.01.2026", "service_point": "SP7",
        "meter_serial": "007", "registers": "T1, T2", "opening_readings": "T1=10,5;T2=3", "multiplier": "40",
        "attributes": "billing_power_kw=6.9;persons=3",
    }  # fmt: skip
    cells |= changed
    return HEADER + "\n" + ";".join(f'"{cells[name]}"' for name in names) + "\n"


class TestCustomers:
    def test_carry_their_meter_and_attributes(self) -> None:
        [row] = read("customers", _customers()).rows

        assert (row.kind, row.registers, row.multiplier_micro) == ("LEGAL_ENTITY", ("T1", "T2"), 40_000_000)
        assert row.opening_readings == {"T1": 10_500_000, "T2": 3_000_000}
        assert row.attributes == {"billing_power_kw": "6.9", "persons": "3"}

    def test_are_left_out_when_the_agreement_ends_before_it_starts(self) -> None:
        assert codes(read("customers", _customers(agreement_to="2025-12-31"))) == [
            (2, "agreement_to", "end_before_start")
        ]

    def test_are_left_out_when_an_opening_reading_has_no_register(self) -> None:
        result = read("customers", _customers(opening_readings="T9=1"))

        assert codes(result) == [(2, "opening_readings", "missing_reference")]

    def test_are_left_out_when_they_have_readings_but_no_meter(self) -> None:
        result = read("customers", _customers(meter_serial=""))

        assert {field for _, field, _ in codes(result)} == {"registers", "opening_readings"}

    def test_are_told_of_a_second_agreement_for_the_same_point_and_day(self) -> None:
        data = _customers()

        result = read("customers", data + data.splitlines()[1] + "\n")

        assert codes(result) == [(3, "service_point", "duplicate")]
        assert len(result.rows) == 1


class TestRateDeck:
    PREFIXES = "prefix,destination\n48,Poland\n4850,Poland mobile\n4851,POLAND - Mobile\n"

    def _join(self, deck: str) -> tuple[list[tuple[str, Decimal]], list[tuple[int, str, str]]]:
        joined = join_rate_deck(
            deck=read("rate_deck", deck).rows, prefixes=read("destination_prefixes", self.PREFIXES).rows
        )
        return [(row.prefix, row.price) for row in joined.rows], codes(joined)

    def test_prices_every_prefix_of_a_name_however_it_is_written(self) -> None:
        priced, errors = self._join('direction;price\n"Poland, mobile";0,0415\n')

        assert priced == [("4850", Decimal("0.0415")), ("4851", Decimal("0.0415"))]
        assert errors == []

    def test_neither_drops_nor_frees_a_name_without_prefix(self) -> None:
        priced, errors = self._join("direction;price\nPoland;0,02\nPolynesia;1,5\n")

        assert priced == [("48", Decimal("0.02"))]
        assert errors == [(3, "destination", "destination_unknown")]

    def test_tells_a_name_priced_twice(self) -> None:
        result = read("rate_deck", "direction;price\nPoland;0,02\npoland;0,03\n")

        assert codes(result) == [(3, "destination", "duplicate")]

    def test_tells_a_price_below_nothing(self) -> None:
        assert codes(read("rate_deck", "direction;price\nPoland;-0,02\n")) == [(2, "price", "negative")]
