"""docs/capabilities.md claims only what is there: every operation in the contract, every test in the tree."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ROWS = {
    *(f"A{n}" for n in range(1, 6)),
    *(f"B{n}" for n in range(1, 6)),
    *(f"C{n}" for n in range(1, 6)),
    *(f"D{n}" for n in range(1, 9)),
    *(f"E{n}" for n in range(1, 7)),
    *(f"F{n}" for n in range(1, 8)),
    *(f"G{n}" for n in range(1, 5)),
    *(f"H{n}" for n in range(1, 11)),
}


def parse(text: str) -> list[dict[str, str]]:
    names = ("row", "capability", "state", "operations", "screen", "test")
    lines = [line for line in text.splitlines() if re.match(r"\| [A-H]\d", line)]
    return [dict(zip(names, (cell.strip() for cell in line.strip("|").split("|")), strict=True)) for line in lines]


def operations() -> set[str]:
    contract = yaml.safe_load((ROOT / "openapi/rachun.yaml").read_text())
    methods = [method for path in contract["paths"].values() for method in path.values()]
    return {method["operationId"] for method in methods if isinstance(method, dict) and "operationId" in method}


def faults(*, rows: list[dict[str, str]], known: set[str]) -> list[str]:
    found = []
    for row in rows:
        if row["state"] == "not yet":
            continue
        tests = ROOT / row["test"]
        has_tests = bool(row["test"]) and (tests.is_file() or any(tests.rglob("test_*.py")))
        if not has_tests:
            found.append(f"{row['row']} claims {row['state'][:4]} without a test")
        named = {name.strip() for name in row["operations"].split(",") if name.strip()}
        found += [f"{row['row']} names {name}, which the contract has not" for name in sorted(named - known)]
    return found


class TestCapabilities:
    def test_list_every_row_of_the_product_once(self) -> None:
        rows = [row["row"] for row in parse((ROOT / "docs/capabilities.md").read_text())]

        assert sorted(rows) == sorted(ROWS)

    def test_claim_only_what_the_contract_and_the_tests_hold(self) -> None:
        rows = parse((ROOT / "docs/capabilities.md").read_text())

        assert faults(rows=rows, known=operations()) == []

    @pytest.mark.parametrize(
        ("claim", "fault"),
        [
            ("| A2 | benefits | done | listBills | | |", "A2 claims done without a test"),
            ("| A2 | benefits | done | grantMoon | | tests/house |", "A2 names grantMoon, which the contract has not"),
        ],
    )
    def test_are_refused_when_they_boast(self, claim: str, fault: str) -> None:
        assert faults(rows=parse(claim), known={"listBills"}) == [fault]
