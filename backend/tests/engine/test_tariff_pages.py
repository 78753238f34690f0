"""The bills worked out in docs/tariffs: each page holds a tariff, a month and a table; the engine gives the table."""

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from oracle.pricing import World
from worked import priced

PAGES = sorted((Path(__file__).resolve().parents[3] / "docs/tariffs").glob("*-*.md"))
LONG_AGO = date(2015, 1, 1)
CENTS = ("net_minor", "tax_minor", "gross_minor")


def block(text: str, name: str) -> Any:
    found = re.search(rf"^```json {name}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert found, f"the page has no block `{name}`"
    return json.loads(found[1])


def table(text: str) -> list[tuple[str, ...]]:
    """The rows of the worked bill without its head and without the column that explains."""
    rows = [line.strip("| ").split("|") for line in text.splitlines() if line.startswith("| ")]
    return [tuple(cell.strip(" *") for cell in row[:6]) for row in rows[1:]]


def stretches(month: dict[str, Any]) -> list[tuple]:
    """Served days: from the start, less the suspensions."""
    start = date.fromisoformat(month.get("served_from", LONG_AGO.isoformat()))
    served: list[tuple] = []
    for first, end in month.get("suspended", []):
        served.append((7, 3, start, date.fromisoformat(first)))
        start = date.fromisoformat(end)
    return [*served, (7, 3, start, None)]


def world_of(tariff: dict[str, Any], month: dict[str, Any]) -> World:
    made = World(start=date.fromisoformat(month["from"]), end=date.fromisoformat(month["to"]))
    made.versions = [(0, 1, LONG_AGO, None, tariff)]
    made.agreements, made.assignments = stretches(month), [(7, 1, LONG_AGO, None)]
    made.tax_rates = {category: Decimal(rate) for category, rate in month["tax"].items()}
    made.attributes = [(7, name, Decimal(value), LONG_AGO, None) for name, value in month.get("attributes", {}).items()]
    made.consumption = [
        (
            ix,
            7,
            row["register"],
            *(date.fromisoformat(row[end]) for end in ("from", "to")),
            Decimal(row["quantity"]),
            basis,
        )
        for ix, row in enumerate(month.get("consumption", []))
        for basis in [row.get("basis", "MEASURED")]
    ]
    made.season_use = [
        (7, row["component"], row["register"], date.fromisoformat(row["season_from"]), Decimal(row["used"]))
        for row in month.get("season_use", [])
    ]
    made.usage = [
        (7, row["component"], row["label"], date.fromisoformat(row["day"]), Decimal(row["units"]), row["calls"], amount)
        for row in month.get("usage", [])
        for amount in [Decimal(row["amount"])]
    ]
    made.deliveries = [
        (ix, 7, row["item"], date.fromisoformat(row["day"]), Decimal(row["quantity"]))
        for ix, row in enumerate(month.get("deliveries", []))
    ]
    return made


def written(value: Decimal) -> str:
    return f"{value.normalize():f}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
class TestTariffPage:
    def test_bills_what_the_page_says(self, page: Path) -> None:
        text = page.read_text(encoding="utf-8")
        *lines, total = table(text)

        answer = priced(world_of(block(text, "tariff"), block(text, "month")))

        assert answer.refusals.is_empty(), answer.refusals
        assert [bill_line(row) for row in answer.charges.iter_rows(named=True)] == [
            (code, plain(quantity), plain(price), *money) for code, quantity, price, *money in lines
        ]
        sums = (Decimal(answer.charges[name].sum()).scaleb(-2) for name in CENTS)
        assert tuple(f"{amount:.2f}" for amount in sums) == total[3:]


def bill_line(row: dict[str, Any]) -> tuple[str, ...]:
    amounts = (f"{Decimal(row[name]).scaleb(-2):.2f}" for name in CENTS)
    quantity, price = Decimal(row["quantity_micro"]).scaleb(-6), Decimal(row["unit_price_e8"]).scaleb(-8)
    return (row["component"], written(quantity), written(price), *amounts)


def plain(text: str) -> str:
    return written(Decimal(text))


def test_the_index_lists_every_page() -> None:
    index = (PAGES[0].parent / "README.md").read_text(encoding="utf-8")

    listed = sorted(re.findall(r"^\| \[.+?\]\((.+?)\)", index, re.MULTILINE))

    assert listed == [page.name for page in PAGES]
