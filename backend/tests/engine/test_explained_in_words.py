"""The sentences of lines that are hard to read, worked by hand: blocks of a whole, packages, data, peaks, exact tax."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from oracle.worlds import snapshot_of
from rachun.apps.documents.rendering.sentences import Sentences
from rachun.engine.billing.pipeline import price
from rachun.engine.explain.columns import lines_of
from rachun.engine.explain.facts import PriceSource
from rachun.engine.explain.registry import explain_bill
from worked import APRIL, MARCH, metered, tariff, world

LONG_AGO = date(2025, 1, 1)
NBSP = "\N{NO-BREAK SPACE}"
WATER = {"bs": "Voda", "uk": "Вода", "en": "Water"}
GIB = 2**30
LEFT_OUT = {"VERSION_WITHOUT_DOCUMENT", "TOTAL", "TAX_ON_TOP", "CONSUMPTION"}


def told(
    component: dict[str, Any], language: str, *, taxed: str = "ROUNDED", tax: bool = False, **facts: Any
) -> list[str]:
    """The sentences of every line in turn, without where its price stands."""
    document = tariff({"posting_code": "REV", **component}) | {"taxed": taxed}
    snapshot = snapshot_of(world((LONG_AGO, document), **facts))
    [version] = snapshot.versions
    source = PriceSource(
        plan="P",
        valid_from=LONG_AGO,
        approved_by="",
        source_document="",
        rounding=version.tariff.rounding,
        taxed=version.tariff.taxed,
    )
    lines = lines_of(charges=price(snapshot).charges, source_of=lambda _: source, currency="BAM")
    derived = explain_bill(lines=lines, tax_rounding="LINE")
    assert all(one.agrees for one in derived)
    sentences = Sentences(language=language, currency="BAM")
    hidden = LEFT_OUT - {"TAX_ON_TOP"} if tax else LEFT_OUT
    steps = (step for one in derived for step in one.steps if step.code not in hidden)
    return [sentences.of(step).replace(NBSP, " ") for step in steps]


def used(quantity: str, register: str = "WATER") -> list[tuple]:
    return [(0, 7, register, MARCH, APRIL, Decimal(quantity), "MEASURED")]


def blocks(**how: Any) -> dict[str, Any]:
    two = [{"upto": "30", "price": "1.90"}, {"price": "2.20", "flat": "15.00"}]
    register = {"register": "WATER", "mode": "VOLUME", "blocks": two} | how
    return {"code": "water", "kind": "metered", "unit": "m3", "registers": [register]}


class TestInWords:
    def test_the_block_that_all_of_the_use_reaches_and_its_flat(self) -> None:
        # 37 m3 reach the second block: 37 × 2.20 = 81.40, and its flat
        assert told(blocks(), "bs", consumption=used("37")) == [
            "Cijela potrošnja od 37 m³ doseže blok 2; njegova cijena važi za sve.",
            "37 m³ × 2,20 KM = 81,40 KM.",
            "Cijela potrošnja od 37 m³ doseže blok 2; njegova cijena važi za sve.",
            "Ulazak u ovaj blok košta 15,00 KM.",
        ]

    def test_started_packages(self) -> None:
        # 37 m3 are four packages of 10: 4 × 4.50
        packages = metered(("WATER", [{"price": "4.50", "package": "10"}]), unit="m3")

        assert told(packages, "uk", consumption=used("37")) == [
            "37 м³: почато пакетів по 10 м³ — 4.",
            "4 × 4,50 KM = 18,00 KM.",
        ]

    def test_octets_in_the_blocks_of_a_sum(self) -> None:
        # 150 + 73 GiB: 200 at 1.50 and 23 at 0.75 = 17.25
        volume = {"code": "volume", "kind": "data", "item": "octets", "unit": "GiB", "per": str(GIB)}
        volume |= {"blocks": [{"upto": "200", "price": "1.50"}, {"price": "0.75"}]}
        reported = [(n, 7, "octets", MARCH, Decimal(gib * GIB)) for n, gib in enumerate((150, 73))]

        assert told(volume, "en", deliveries=reported) == [
            "2 reports on 01.03.2026: 239,444,426,752 in all, 239,444,426,752 / 1,073,741,824 = 223 GiB.",
            "Block 1 holds what lies above 0 GiB and up to 200 GiB; of 223 GiB that is 200 GiB.",
            "200 GiB × 1.50 KM = 300.00 KM.",
            "2 reports on 01.03.2026: 239,444,426,752 in all, 239,444,426,752 / 1,073,741,824 = 223 GiB.",
            "Block 2 holds everything above 200 GiB; of 223 GiB that is 23 GiB.",
            "23 GiB × 0.75 KM = 17.25 KM.",
        ]

    def test_the_peak_of_a_month_whose_price_is_due_once(self) -> None:
        peak = {"code": "peak", "kind": "data", "item": "rate", "unit": "Mbit/s", "per": "1000000", "measure": "PEAK"}
        peak |= {"blocks": [{"upto": "50", "price": "200"}, {"price": "340"}]}

        assert told(peak, "uk", deliveries=[(0, 7, "rate", MARCH, Decimal(63_000_000))])[1:] == [
            "Найбільше значення 63 Mbit/s сягає блоку 2; його ціну нараховано один раз.",
            "1 × 340,00 KM = 340,00 KM.",
        ]

    def test_the_tier_that_a_load_reaches(self) -> None:
        tiers = [{"price": "12", "limits": {"KW": "10"}}, {"price": "26", "limits": {"KW": "130"}}, {"price": "55"}]
        capacity = {"code": "class", "kind": "capacity", "unit": "kW", "tiers": tiers}

        assert told(capacity, "en", consumption=used("120", "KW")) == [
            "The highest peak of register KW on 01.–31.03.2026 was 120 kW; tier 2 holds up to 130 kW.",
            "Reaching this block costs 26.00 KM.",
        ]

    def test_tax_of_the_amount_before_its_rounding(self) -> None:
        # 59 × 0.1234 = 7.2806: printed as 7.28, taxed as 7.2806: 1.237702
        water = metered(("WATER", [{"price": "0.1234"}]), unit="m3")

        said = told(water, "en", taxed="EXACT", tax=True, consumption=used("59"))

        assert said[-1] == "VAT: 7.2806 KM × 17 % = 1.237702 KM, rounded 1.24 KM."

    @pytest.mark.parametrize(("language", "ending"), [("uk", "2 шт."), ("bs", "2 kom.")])
    def test_no_sentence_ends_in_two_full_stops(self, language: str, ending: str) -> None:
        socket = {"code": "socket", "kind": "one_off", "item": "socket", "unit": "pcs", "price": "24"}

        [done, _] = told(socket, language, deliveries=[(0, 7, "socket", MARCH, Decimal(2))])

        assert done.endswith(ending)
        assert not done.endswith("..")
