"""Calls, data and messages priced by destination plans. A document with destinations, timings, rates, plans and cases.

Each plan becomes one of our destination tables, each timing a time band; the document's own semantics decide what our
schema leaves open: clocks are UTC, a running call stays with its row until another takes over, and usage that is not
seconds does not move the clock. What it says about prepaid balances is left out: we bill after use.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import polars as pl
from rachun.engine.rating.bands import TimeBand
from rachun.engine.rating.calls import RATED, destination_table, rate_calls
from rachun.engine.rating.table import DestinationTable

from tools.price_cases.outcome import Outcome, Verdict

_PARTS = ("destinations", "timings", "rates", "plans")
_ANY_INSTANT = datetime(2020, 1, 8, 12, tzinfo=UTC)  # for cases that state none
_LONG_AGO = date(1, 1, 1)
_MICRO = Decimal(10) ** 6
_E8 = Decimal(10) ** 8
_UNRATED = "UNRATED"


def recognises(document: Any) -> bool:
    return isinstance(document, dict) and all(isinstance(document.get(part), dict) for part in _PARTS)


def outcomes(document: Any) -> Iterator[Outcome]:
    tables: dict[tuple[str, bool], DestinationTable] = {}
    for case in document.get("cases", []):
        try:
            key = (case["plan"], case.get("unit", "s") == "s")
            if key not in tables:
                tables[key] = _table(document, plan=key[0], measures_time=key[1])
            yield _compared(case, rated=_rated(case, table=tables[key]))
        except (KeyError, ValueError, ArithmeticError, TypeError) as broken:
            detail = f"cannot be translated: {type(broken).__name__}: {broken}"
            yield Outcome(case_id=str(case.get("id", "?")), verdict=Verdict.FAILED, detail=detail)
    for case in document.get("prepaid_cases", []):
        detail = "prepaid: we bill after use"
        yield Outcome(case_id=str(case.get("id", "?")), verdict=Verdict.SKIPPED, detail=detail)


def _table(document: Any, *, plan: str, measures_time: bool) -> DestinationTable:
    found: dict[tuple[str, str, int], dict[str, Any]] = {}
    for row in document["plans"][plan]:
        for prefix in document["destinations"][row["destination"]]:
            told = _destination(row, prefix=prefix, groups=document["rates"][row["rate"]])
            found.setdefault((prefix, told["band"], told["weight"]), told)  # of equals the one listed first
    bands = [_band(code, timing) for code, timing in document["timings"].items()]
    return destination_table(
        rows=pl.DataFrame(list(found.values()), infer_schema_length=None),
        bands=bands,
        measures_time=measures_time,
        keeps_band=True,
    )


def _destination(row: dict[str, Any], *, prefix: str, groups: list[dict[str, Any]]) -> dict[str, Any]:
    ordered = sorted(groups, key=lambda group: int(group["from_s"]))
    most = row.get("max_cost")
    return {
        "prefix": prefix,
        "label": row["destination"],
        "price_per_minute_e8": 0,
        "connection_fee_e8": _e8(ordered[0].get("connect_fee") or "0"),
        "first_interval_s": 1,
        "increment_s": 1,
        "valid_from": _LONG_AGO,
        "valid_to": None,
        "band": row["timing"],
        "weight": int(row.get("weight") or 0),
        "steps": [_step(group) for group in ordered],
        "rounding": (row.get("round") or "half_up").upper(),
        "decimals": int(row.get("decimals", 4)),
        "max_cost_e8": None if most is None else _e8(most),
        "max_cost_strategy": (row.get("max_cost_strategy") or "").upper(),
    }


def _step(group: dict[str, Any]) -> dict[str, int]:
    return {
        "from_s": int(group["from_s"]),
        "price_e8": _e8(group["rate"]),
        "per": int(group["rate_unit"]),
        "increment": int(group["increment"]),
    }


def _band(code: str, timing: dict[str, Any]) -> TimeBand:
    sets = {name: frozenset(timing.get(name) or ()) for name in ("years", "months", "monthdays", "weekdays")}
    return TimeBand(code=code, starts_at=time.fromisoformat(timing.get("start") or "00:00:00"), **sets)


def _rated(case: dict[str, Any], *, table: DestinationTable) -> dict[str, Any]:
    started_at = datetime.fromisoformat(case["start"]) if case.get("start") else _ANY_INSTANT
    started_at = started_at.replace(tzinfo=UTC) if started_at.tzinfo is None else started_at.astimezone(UTC)
    usage = -(-Decimal(str(case["usage"])) // 1)  # a begun unit is consumed
    calls = pl.DataFrame(
        {
            "called": [str(case["destination"])],
            "usage_date": [started_at.date()],
            "billable_s": [int(usage)],
            "answered": [True],
            "started_at": [started_at],
        }
    )
    found: dict[str, Any] = rate_calls(calls=calls, table=table).select(*RATED).row(0, named=True)
    return found


def _compared(case: dict[str, Any], *, rated: dict[str, Any]) -> Outcome:
    came = {"expected_cost": _UNRATED, "expected_connect_fee": _UNRATED}
    if rated["status"] == "RATED":
        came = {
            "expected_cost": str(Decimal(rated["amount_micro"]) / _MICRO),
            "expected_connect_fee": str(Decimal(rated["fee_micro"]) / _MICRO),
        }
    wrong = [
        f"{name}: expected {case[name]}, came {value} {rated['error'] or ''}".rstrip()
        for name, value in came.items()
        if case.get(name) is not None and not _equal(str(case[name]), value)
    ]
    verdict = Verdict.FAILED if wrong else Verdict.PASSED
    return Outcome(case_id=str(case["id"]), verdict=verdict, detail="; ".join(wrong))


def _equal(expected: str, came: str) -> bool:
    if _UNRATED in {expected, came}:
        return expected == came
    return Decimal(expected) == Decimal(came)


def _e8(amount: Any) -> int:
    """Raises ValueError for more than eight decimals."""
    scaled = Decimal(str(amount)) * _E8
    if scaled != int(scaled):
        raise ValueError(f"more than 8 decimals: {amount}")
    return int(scaled)
