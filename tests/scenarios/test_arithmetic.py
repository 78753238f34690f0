"""Every expected.yaml against its scenario.yaml, by the oracle of this folder, without the product's engine."""

import json
import re
from collections import defaultdict
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any

import jsonschema
import pytest

from tests.scenarios import oracle
from tests.scenarios.oracle import COUNTRIES, ZERO, Parked, Row, World

SCHEMA = json.loads((COUNTRIES.parent / "engine" / "tariffs" / "schema.json").read_text(encoding="utf-8"))
BOOKS = sorted(COUNTRIES.glob("*/tariffs/*.json"))
MONEY = ("net", "tax", "gross")


def amount(value: Any) -> Decimal:
    assert isinstance(value, str), f"an amount must be a string, not {value!r}"
    return Decimal(value)


def check_scenario(scenario: Row, expected: Row) -> None:
    world = World(scenario=scenario)
    loads, runs = list(expected.get("loads", [])), {run["run"]: run for run in expected["runs"]}
    receipts = {row["receipt"]: row for row in expected.get("receipts", [])}
    parked: set[str] = set()
    for number, step in enumerate(scenario["steps"], 1):
        [(verb, what)] = step.items()
        match verb:
            case "load_readings":
                world.readings += scenario["readings"][what]
            case "load_deliveries":
                world.deliveries += scenario["deliveries"][what]
            case "load_calls":
                rows, added, duplicates = world.load_calls(what)
                told = {"step": number, "file": what, "rows": rows, "added": added, "duplicates": duplicates}
                assert loads.pop(0) == told
            case "receipt":
                check_receipt(world, what, receipts.pop(what["id"]))
            case "run":
                check_run(world, what, runs.pop(what["id"]), parked)
            case _:
                assert verb == "issue"
    assert not loads
    assert not runs
    assert not receipts
    check_consumption(world, expected.get("consumption", []))
    check_verdicts(world, expected.get("verdicts", []))
    check_calls(world, expected.get("calls", []))
    for row in expected.get("account_balances", []):
        assert amount(row["receivable"]) - amount(row["advance"]) == world.balance[row["account"]]


def check_receipt(world: World, receipt: Row, told: Row) -> None:
    debt, paid = max(world.balance[receipt["account"]], ZERO), amount(receipt["amount"])
    allocated = min(debt, paid)
    assert sum(amount(row["amount"]) for row in told["allocated"]) == allocated
    assert amount(told["advance"]) == paid - allocated
    posted = {(row["debit"], row["credit"]): amount(row["amount"]) for row in told["postings"]}
    assert posted == {("PAYMENT", "RECEIVABLE"): allocated, ("PAYMENT", "ADVANCE"): paid - allocated}
    world.balance[receipt["account"]] -= paid


def check_run(world: World, asked: Row, told: Row, parked_before: set[str]) -> None:
    assert (told["kind"], told["period"]) == (asked["kind"], asked["period"])
    period = (asked["period"]["from"], asked["period"]["to"])
    scope = accounts_in(world, asked, parked_before)
    bills, parked, counts = {}, [], {"active": 0, "charged": 0, "zero": 0, "parked": 0, "excluded": 0}
    for account in scope:
        served = served_agreements(world, account, period)
        counts["active"] += len(served)
        fresh = [item for item in served if (item[0]["id"], period[0]) not in world.billed_agreements]
        counts["excluded"] += len(served) - len(fresh)
        try:
            lines = [row for each in fresh for row in oracle.agreement_lines(world, *each, period)]
        except Parked as refusal:
            parked.append({"account": account, "agreement": refusal.agreement, "reason": refusal.reason})
            counts["parked"] += len(fresh)
            continue
        counts["charged"] += len(fresh)
        if lines:
            assert {row["agreement"] for row in lines} == {each[0]["id"] for each in fresh}
            oracle.add_taxes(lines, world.scenario["enterprise"])
            bills[account] = lines
        world.billed_agreements |= {(each[0]["id"], period[0]) for each in fresh}
    assert told["parked"] == parked
    assert [bill["account"] for bill in told["bills"]] == list(bills)
    consumed = sum((check_bill(world, bill, bills[bill["account"]]) for bill in told["bills"]), ZERO)
    check_control_sheet(world, told, bills, counts, period)
    check_postings(told, bills, consumed)
    parked_before -= set(bills)
    parked_before |= {row["account"] for row in parked}


def accounts_in(world: World, asked: Row, parked: set[str]) -> list[str]:
    everyone = [row["id"] for row in world.scenario["accounts"]]
    if asked["kind"] == "SUPPLEMENTARY":
        return [name for name in everyone if name in parked]
    named: list[str] = asked.get("accounts", everyone)
    return named


def served_agreements(world: World, account: str, period: tuple[Any, Any]) -> list[tuple[Row, Any, Any]]:
    found = []
    for row in world.scenario["agreements"]:
        start, end = max(row["from"], period[0]), min(row["to"] or period[1], period[1])
        if row["account"] == account and start < end:
            found.append((row, start, end))
    return found


def check_bill(world: World, bill: Row, lines: list[Row]) -> Decimal:
    """The bill equals the lines worked out here; returns the advance that it consumed."""
    assert len(bill["lines"]) == len(lines)
    for told, row in zip(bill["lines"], lines, strict=True):
        own = {key: value for key, value in row.items() if key not in ("price_amount", "inside")}
        partial = {k: v for k, v in told.items() if k not in (*MONEY, "quantity", "unit_price")}
        assert partial == {key: own[key] for key in own if key not in (*MONEY, "quantity", "unit_price")}
        assert amount(told["quantity"]) == amount(own["quantity"]), told
        price, own_price = told["unit_price"], own["unit_price"]
        assert (price is None) == (own_price is None)
        assert price is None or amount(price) == amount(own_price)
        assert {key: amount(told[key]) for key in MONEY} == {key: own[key] for key in MONEY}, told
    for key in MONEY:
        assert amount(bill[key]) == sum(row[key] for row in lines)
    items: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for row in lines:
        items[row["agreement"], row["tax_category"]] += row["gross"]
    assert {(r["agreement"], r["tax_category"]): amount(r["amount"]) for r in bill["open_items"]} == items
    opening = world.balance[bill["account"]]
    closing = opening + amount(bill["gross"])
    consumed = min(max(-opening, ZERO), amount(bill["gross"]))
    assert amount(bill["opening_balance"]) == opening
    assert amount(bill["advance_consumed"]) == consumed
    assert amount(bill["total_due"]) == max(closing, ZERO)
    assert amount(bill["credit_remaining"]) == max(-closing, ZERO)
    world.balance[bill["account"]] = closing
    return consumed


def check_control_sheet(world: World, told: Row, bills: dict[str, list[Row]], counts: Row, period: Any) -> None:
    sheet = told["control_sheet"]
    assert sheet["agreements"] == counts
    assert counts["active"] == counts["charged"] + counts["zero"] + counts["parked"] + counts["excluded"]
    waiting = [row for row in world.calls.values() if row["day"] < period[1] and row["status"] != "BILLED"]
    done = [row for row in waiting if row["status"] == "RATED"]
    deliveries = [row for row in world.deliveries if row["performed_date"] < period[1]]
    usage = {"in": len(waiting) + len(deliveries), "billed": len(done) + len(deliveries), "unbilled": 0}
    assert sheet["usage"] == usage | {"suspended": len(waiting) - len(done)}
    for row in done:
        row["status"] = "BILLED"
    lines = [row for each in bills.values() for row in each]
    assert sheet["charges"]["count"] == len(lines)
    for key in MONEY:
        assert amount(sheet["charges"][key]) == sum((row[key] for row in lines), ZERO)


def check_postings(told: Row, bills: dict[str, list[Row]], consumed: Decimal) -> None:
    wanted: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for row in (row for lines in bills.values() for row in lines):
        wanted["RECEIVABLE", "BILLED"] += row["gross"]
        wanted["BILLED", row["posting_code"]] += row["net"]
        wanted["BILLED", "VAT_OUTPUT"] += row["tax"]
    wanted["ADVANCE", "RECEIVABLE"] = consumed
    assert {(r["debit"], r["credit"]): amount(r["amount"]) for r in told["postings"]} == {
        k: v for k, v in wanted.items() if v
    }
    passed_on = sum((v for (debit, _), v in wanted.items() if debit == "BILLED"), ZERO)
    assert wanted["RECEIVABLE", "BILLED"] == passed_on


def check_consumption(world: World, told: list[Row]) -> None:
    for row in told:
        agreement = next(a for a in world.scenario["agreements"] if a["id"] == row["agreement"])
        if "meter" in row:
            readings = [r for r in world.readings if r["meter"] == row["meter"]]
            found = World(scenario=world.scenario, readings=readings)
        else:
            found = world
        segment = (row["from"], row["to"], amount(row["quantity"]))
        assert found.segments(agreement, row["register"], row["from"], row["to"]) == [segment]


def check_verdicts(world: World, told: list[Row]) -> None:
    for row in told:
        meter = next(m for m in world.scenario["meters"] if m["id"] == row["meter"])
        register = next(r for r in meter["registers"] if r["code"] == row["register"])
        mine = [r for r in world.readings if (r["meter"], r["register"]) == (row["meter"], row["register"])]
        before, after = (r["value"] for r in mine if r["read_date"] <= row["read_date"])
        assert Decimal(after) < Decimal(before)
        refused = oracle.difference(register, before, after) is None
        assert row["verdict"] == ("READING_BELOW_PREVIOUS" if refused else "ROLLOVER")


def check_calls(world: World, told: list[Row]) -> None:
    own = {(row["file"], row["row"]): row for row in world.calls.values()}
    assert [(row["file"], row["row"]) for row in told] == list(own)
    for row in told:
        mine = own[row["file"], row["row"]]
        for key in ("agreement", "status", "reason", "destination"):
            assert row[key] == mine[key], row
        assert row["billed_seconds"] == mine.get("billed_seconds")
        assert row["amount"] == (str(mine["amount"]) if "amount" in mine else None)


class TestExpectedBills:
    @pytest.mark.parametrize("name", oracle.names())
    def test_follow_from_the_inputs_by_the_rules(self, name: str) -> None:
        check_scenario(oracle.load(name=name, file="scenario.yaml"), oracle.load(name=name, file="expected.yaml"))

    def test_are_ten(self) -> None:
        assert len(oracle.names()) == 10

    def test_exercise_every_rule_of_the_book(self) -> None:
        written = set(re.findall(r"\*\*(R\d\d) ", (oracle.FOLDER / "RULES.md").read_text(encoding="utf-8")))

        used = {rule for name in oracle.names() for rule in oracle.load(name=name, file="scenario.yaml")["rules"]}

        assert used == written


def one_cent_more(holder: Row, key: str) -> None:
    holder[key] = str(Decimal(holder[key]) + Decimal("0.01"))


def drop_first_line(expected: Row) -> None:
    del expected["runs"][0]["bills"][0]["lines"][0]


PLANTED: dict[str, Callable[[Row], None]] = {
    "net of a line": lambda e: one_cent_more(e["runs"][0]["bills"][0]["lines"][-1], "net"),
    "tax of a line": lambda e: one_cent_more(e["runs"][0]["bills"][0]["lines"][0], "tax"),
    "quantity of a line": lambda e: one_cent_more(e["runs"][0]["bills"][0]["lines"][0], "quantity"),
    "total of a bill": lambda e: one_cent_more(e["runs"][-1]["bills"][-1], "gross"),
    "total due": lambda e: one_cent_more(e["runs"][-1]["bills"][-1], "total_due"),
    "open item": lambda e: one_cent_more(e["runs"][0]["bills"][0]["open_items"][0], "amount"),
    "posting": lambda e: one_cent_more(e["runs"][0]["postings"][1], "amount"),
    "control sheet": lambda e: one_cent_more(e["runs"][0]["control_sheet"]["charges"], "gross"),
    "a line left out": drop_first_line,
}


class TestPlantedMistake:
    @pytest.mark.parametrize("name", oracle.names())
    @pytest.mark.parametrize("mistake", PLANTED)
    def test_is_caught(self, name: str, mistake: str) -> None:
        expected = deepcopy(oracle.load(name=name, file="expected.yaml"))
        PLANTED[mistake](expected)

        with pytest.raises(AssertionError):
            check_scenario(oracle.load(name=name, file="scenario.yaml"), expected)

    def test_is_caught_when_both_sides_of_a_line_move_together(self) -> None:
        expected = oracle.load(name="01-plain-month", file="expected.yaml")
        bill = expected["runs"][0]["bills"][0]
        for holder in (bill["lines"][0], bill):
            one_cent_more(holder, "net")
            one_cent_more(holder, "gross")

        with pytest.raises(AssertionError):
            check_scenario(oracle.load(name="01-plain-month", file="scenario.yaml"), expected)


class TestShippedTariff:
    @pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
    def test_follows_the_schema_in_every_version(self, path: Any) -> None:
        book = json.loads(path.read_text(encoding="utf-8"))
        starts = [version["valid_from"] for version in book["versions"]]

        for version in book["versions"]:
            jsonschema.Draft202012Validator(SCHEMA).validate(version["tariff"])
            assert version["sources"] or version["demo_assumptions"]

        assert book["plan"] == path.stem
        assert starts == sorted(set(starts))

    @pytest.mark.parametrize(
        "path", sorted(COUNTRIES.glob("*/tariffs/destinations/*.json")), ids=lambda path: path.stem
    )
    def test_has_each_prefix_once_in_a_destination_table(self, path: Any) -> None:
        for version in json.loads(path.read_text(encoding="utf-8"))["versions"]:
            prefixes = [prefix for rate in version["rates"] for prefix in rate["prefixes"]]

            assert len(prefixes) == len(set(prefixes))
            assert all(prefix.isdigit() for prefix in prefixes)
