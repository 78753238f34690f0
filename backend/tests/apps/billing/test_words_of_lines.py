"""What a line is called and counts on a printed bill: no codes, no quantity of 1 where an amount is taken off."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from rachun.apps.billing.models import Bill, Charge
from rachun.apps.billing.selectors.bill_lines import bill_line
from rachun.apps.catalog.models import TariffVersion
from rachun.apps.documents.rendering.bill_data import BillLine

COMPONENTS: list[dict[str, Any]] = [
    {"code": "water", "label": {"uk": "Вода", "bs": "Voda", "en": "Water"}, "registers": [{"register": "WATER"}]},
    {"code": "energy", "label": {"uk": "Енергія", "bs": "Energija", "en": "Energy"}, "registers": [{}, {}]},
    {"code": "free", "label": {"uk": "Включено", "bs": "Uključeno", "en": "Included"}, "of": ["energy"]},
]


def line(kind: str, language: str = "uk", **more: Any) -> BillLine:
    said = {"component": "water", "register": "", "label": "", "inputs": {"unit": "m3"}} | more
    charge = Charge(
        kind=kind,
        version=TariffVersion(body={"components": COMPONENTS}),
        service_from=date(2026, 3, 1),
        service_to=date(2026, 4, 1),
        quantity_micro=said.pop("quantity_micro", 10**6),
        unit_price_e8=said.pop("unit_price_e8", 10**8),
        net_minor=100,
        tax_minor=17,
        gross_minor=117,
        tax_rate_micro=17_000_000,
        tax_category="STANDARD",
        **said,
    )
    return bill_line(bill=Bill(currency="BAM"), line=charge, language=language)


class TestTheWordsOfALine:
    @pytest.mark.parametrize(
        ("language", "more", "expected"),
        [
            ("bs", {"kind": "metered", "register": "WATER"}, "Voda"),
            (
                "bs",
                {"kind": "metered", "component": "energy", "register": "VT", "block_no": 2},
                "Energija · VT · blok 2",
            ),
            ("en", {"kind": "allowance", "component": "free", "label": "energy", "register": "VT"}, "Included · VT"),
            ("uk", {"kind": "metered", "label": "FLAT", "block_no": 2}, "Вода · фіксована плата · блок 2"),
            ("uk", {"kind": "metered", "quantity_micro": -5}, "Вода · зняття розрахункового"),
            ("uk", {"kind": "benefit", "label": "УБД"}, "Вода · пільга УБД"),
            ("en", {"kind": "data", "label": "octets"}, "Water"),
            ("en", {"kind": "one_off", "label": "socket"}, "Water"),
            ("en", {"kind": "capacity", "block_no": 2}, "Water"),
            ("uk", {"kind": "traffic", "label": "Мобільні"}, "Вода · Мобільні"),
        ],
    )
    def test_hold_no_codes(self, language: str, more: dict[str, Any], expected: str) -> None:
        assert line(more.pop("kind"), language, **more).description == expected

    @pytest.mark.parametrize("kind", ["benefit", "minimum", "cap"])
    def test_count_nothing_where_an_amount_is_added_or_taken_off(self, kind: str) -> None:
        made = line(kind)

        assert (made.quantity, made.unit, made.unit_price) == (None, "", None)

    def test_tell_a_percentage_in_percents(self) -> None:
        made = line("percentage", unit_price_e8=-5_000_000, quantity_micro=364_110_000)

        assert (made.quantity, made.unit, made.unit_price) == (Decimal(-5), "%", None)

    @pytest.mark.parametrize("inputs", [{"unit": "kW", "charge": "TIER"}, {"unit": "Mbit/s", "measure": "PEAK"}])
    def test_have_no_unit_where_a_price_is_due_once(self, inputs: dict[str, str]) -> None:
        assert line("capacity", inputs=inputs).unit == ""
