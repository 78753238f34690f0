"""What came out against what was worked out by hand; each difference is one row of a readable table."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.scenarios.runner import MINOR, line_key

Row = dict[str, Any]
MONEY = ("net", "tax", "gross", "opening_balance", "advance_consumed", "total_due", "credit_remaining")
LINE_MONEY = ("net", "tax", "gross")
LINE_TEXTS = ("to", "posting_code", "tax_category", "days", "days_in_month", "calls")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    where: str
    what: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        return f"{self.where:<70} {self.what:<18} expected {self.expected!s:<24} found {self.found}"


def minor(amount: str) -> int:
    return int(Decimal(amount) * MINOR)


def table(differences: Iterable[Difference]) -> str:
    return "\n" + "\n".join(map(str, differences))


def differences(*, told: Row, expected: Row) -> list[Difference]:
    found = list(loads(told, expected)) + list(usage(told, expected))
    for run in expected["runs"]:
        found += run_differences(told=told["runs"].get(run["run"]), expected=run)
    for receipt in expected.get("receipts", []):
        found += receipt_differences(told=told["receipts"].get(receipt["receipt"]), expected=receipt)
    for row in expected.get("account_balances", []):
        balance = told["account_balances"][row["account"]]
        for name in ("receivable", "advance"):
            found += differs(f"balance of {row['account']}", name, minor(row[name]), balance[name])
    return found


def differs(where: str, what: str, expected: Any, found: Any) -> Iterator[Difference]:
    if expected != found:
        yield Difference(where=where, what=what, expected=expected, found=found)


def loads(told: Row, expected: Row) -> Iterator[Difference]:
    for wanted in expected.get("loads", []):
        got = next((row for row in told["loads"] if row["step"] == wanted["step"]), None)
        yield from differs(f"load at step {wanted['step']}", "counts", wanted, got)


def usage(told: Row, expected: Row) -> Iterator[Difference]:
    names = ("agreement", "status", "reason", "destination", "billed_seconds")
    for call in expected.get("calls", []):
        where = f"call {call['file']}/{call['row']}"
        got = told["calls"].get((call["file"], call["row"]), {})
        for name in names:
            yield from differs(where, name, call[name], got.get(name))
        amount = None if call["amount"] is None else Decimal(call["amount"])
        yield from differs(where, "amount", amount, got.get("amount"))
    for row in expected.get("verdicts", []):
        key = (row["meter"], row["register"], row["read_date"])
        yield from differs(f"reading {key}", "verdict", row["verdict"], told["verdicts"].get(key))


def run_differences(*, told: Row | None, expected: Row) -> Iterator[Difference]:
    where = f"run {expected['run']}"
    if told is None:
        yield Difference(where=where, what="run", expected="issued", found="not run")
        return
    bills = {bill["account"]: bill for bill in expected["bills"]}
    yield from differs(where, "billed", sorted(bills), sorted(told["bills"]))
    for account, bill in bills.items():
        if account in told["bills"]:
            yield from bill_differences(f"{where} {account}", told=told["bills"][account], expected=bill)
    parked = {(row["account"], row["agreement"], row["reason"]) for row in expected["parked"]}
    yield from differs(where, "parked", parked, told["parked"])
    yield from sheet_differences(where, told=told["control_sheet"], expected=expected["control_sheet"])
    postings = {(row["debit"], row["credit"]): minor(row["amount"]) for row in expected["postings"]}
    yield from pairs(f"{where} posting", postings, told["postings"])


def bill_differences(where: str, *, told: Row, expected: Row) -> Iterator[Difference]:
    for name in MONEY:
        yield from differs(where, name, minor(expected[name]), told[name])
    items = {(row["agreement"], row["tax_category"]): minor(row["amount"]) for row in expected["open_items"]}
    yield from pairs(f"{where} item", items, told["open_items"])
    lines = {line_key(line): line for line in expected["lines"]}
    for key in lines.keys() | told["lines"].keys():
        named = f"{where} {'/'.join(str(part) for part in key if part is not None)}"
        if key not in lines or key not in told["lines"]:
            yield from differs(named, "line", key in lines, key in told["lines"])
        else:
            yield from line_differences(named, told=told["lines"][key], expected=lines[key])


def line_differences(where: str, *, told: Row, expected: Row) -> Iterator[Difference]:
    for name in LINE_MONEY:
        yield from differs(where, name, minor(expected[name]), told[name])
    yield from differs(where, "quantity", Decimal(expected["quantity"]), told["quantity"])
    price = None if expected["unit_price"] is None else Decimal(expected["unit_price"])
    yield from differs(where, "unit_price", price, told["unit_price"])
    for name in LINE_TEXTS:
        if name in expected:
            yield from differs(where, name, expected[name], told[name])


def sheet_differences(where: str, *, told: Row, expected: Row) -> Iterator[Difference]:
    for group in ("agreements", "usage"):
        for name, count in expected[group].items():
            yield from differs(f"{where} control sheet", f"{group} {name}", count, told[group].get(name))
    charges = expected["charges"]
    yield from differs(f"{where} control sheet", "lines", charges["count"], told["charges"]["count"])
    for name in LINE_MONEY:
        yield from differs(f"{where} control sheet", name, minor(charges[name]), told["charges"][f"{name}_minor"])


def receipt_differences(*, told: Row | None, expected: Row) -> Iterator[Difference]:
    where = f"receipt {expected['receipt']}"
    if told is None:
        yield Difference(where=where, what="receipt", expected="recorded", found="not there")
        return
    allocated = {(row["run"], row["agreement"]): minor(row["amount"]) for row in expected["allocated"]}
    yield from pairs(where, allocated, told["allocated"])
    yield from differs(where, "advance", minor(expected["advance"]), told["advance"])
    postings = {(row["debit"], row["credit"]): minor(row["amount"]) for row in expected["postings"]}
    yield from pairs(f"{where} posting", postings, told["postings"])


def pairs(where: str, expected: Mapping[Any, int], found: Mapping[Any, int]) -> Iterator[Difference]:
    for key in expected.keys() | found.keys():
        yield from differs(where, " ".join(map(str, key)), expected.get(key), found.get(key))
