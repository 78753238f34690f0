"""Job engine: the arithmetic by itself, in memory: a month of electricity, two versions inside it."""

import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import polars as pl
from rachun.engine.billing.pipeline import price
from rachun.engine.billing.snapshot import (
    AGREEMENTS,
    ASSIGNMENTS,
    ATTRIBUTES,
    CONSUMPTION,
    DELIVERIES,
    TAX_RATES,
    USAGE,
    Priced,
    Snapshot,
    empty,
)
from rachun.engine.tariffs.schema import load_tariff
from rachun.engine.tariffs.selection import VersionInForce
from rachun.values.period import Period

from tests.bench.data import LIMITS, shared_file
from tests.bench.figures import Figure, figure, timed

N_DEFAULT = 10_000
MICRO = 1_000_000
PERIOD = Period(start=date(2026, 3, 1), end=date(2026, 4, 1))
TURN, LONG_AGO = date(2026, 3, 16), date(2025, 1, 1)
BLOCKS = ["350", "700", None]
LIMIT_SCRIPT = f"{LIMITS}/columnar_month.py"


def run(*, n: int, data: Path | None) -> Figure:
    assert data is None, "this job makes its own columns"
    snapshot = snapshot_of(accounts=range(n))
    found: list[Priced] = []
    spent = timed(lambda: found.append(price(snapshot)))
    return figure(
        job="engine",
        n=n,
        ok=are_totals_exact(priced=found[0], n=n),
        spent=spent,
        against="limits/columnar_month.py, the same shape by hand-written columns",
        limit_rate=limit_rate(n),
    )


def limit_rate(n: int) -> float:
    """Accounts a second of the script's second, warm pass."""
    command = [sys.executable, str(shared_file(LIMIT_SCRIPT)), str(n)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(re.findall(r"accounts/s ([\d,]+)", told)[-1].replace(",", ""))


def tariff(*, step: int) -> dict[str, object]:
    """Prices of the later version are a little higher."""

    def blocks(*prices: str) -> list[dict[str, str]]:
        return [
            {"price": f"{cost}{step}", **({"upto": upto} if upto else {})}
            for cost, upto in zip(prices, BLOCKS, strict=True)
        ]

    energy = {
        "code": "energy",
        "kind": "metered",
        "unit": "kWh",
        "registers": [
            {"register": "VT", "blocks": blocks("0.080", "0.110", "0.160")},
            {"register": "MT", "blocks": blocks("0.040", "0.055", "0.080")},
        ],
    }
    components = [
        {"code": "power", "kind": "per_attribute", "attribute": "kw", "price": f"5.12{step}"},
        {"code": "point", "kind": "fixed", "price": f"1.30{step}"},
        energy,
        {"code": "oie", "kind": "percentage", "percent": "1.5", "of": ["energy"]},
    ]
    return {"currency": "BAM", "vat": "ON_TOP", "components": [{**one, "posting_code": "REV"} for one in components]}


def snapshot_of(*, accounts: range) -> Snapshot:
    """One agreement an account; every quantity follows from the account's number."""
    keys = pl.select(agreement_ix=pl.int_range(accounts.start, accounts.stop))
    agreements = keys.with_columns(account_ix="agreement_ix", service_from=pl.lit(LONG_AGO), service_to=None)
    assignments = keys.with_columns(plan_ix=pl.lit(0), valid_from=pl.lit(LONG_AGO), valid_to=None)
    attributes = keys.with_columns(
        attribute=pl.lit("kw"),
        value_micro=(pl.col("agreement_ix") % 9 + 3) * MICRO,
        valid_from=pl.lit(LONG_AGO),
        valid_to=None,
    )
    consumption = pl.concat(
        keys.with_columns(
            consumption_ix=pl.col("agreement_ix") * 2 + place,
            register=pl.lit(register),
            period_from=pl.lit(PERIOD.start),
            period_to=pl.lit(PERIOD.end),
            quantity_micro=(pl.col("agreement_ix") * (7 + place) % 880 + 20) * MICRO,
            basis=pl.lit("MEASURED"),
        )
        for place, register in enumerate(("VT", "MT"))
    )
    rates = pl.DataFrame([("STANDARD", 17 * MICRO, date(2006, 1, 1), None)], schema=dict(TAX_RATES), orient="row")
    return Snapshot(
        period=PERIOD,
        agreements=shaped(agreements, AGREEMENTS),
        assignments=shaped(assignments, ASSIGNMENTS),
        versions=[version(0, LONG_AGO, TURN), version(1, TURN, None)],
        attributes=shaped(attributes, ATTRIBUTES),
        consumption=shaped(consumption, CONSUMPTION),
        usage=empty(columns=USAGE),
        deliveries=empty(columns=DELIVERIES),
        tax_rates=rates,
        tax_date=PERIOD.end - timedelta(days=1),
        tax_rounding="LINE",
    )


def shaped(frame: pl.DataFrame, columns: object) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(kind) for name, kind in dict(columns).items())  # type: ignore[call-overload]


def version(ix: int, start: date, end: date | None) -> VersionInForce:
    document = tariff(step=ix + 1)
    return VersionInForce(
        version_ix=ix, plan_ix=0, valid_from=start, valid_to=end, tariff=load_tariff(document=document)
    )


def are_totals_exact(*, priced: Priced, n: int) -> bool:
    """Nobody is refused, every kilowatt hour is charged once, and gross is net and tax."""
    charges = priced.charges
    energy = charges.filter(pl.col("kind") == "metered")["quantity_micro"].sum()
    given = sum((ix * 7 % 880 + 20) + (ix * 8 % 880 + 20) for ix in range(n)) * MICRO
    sums = charges.select(pl.col("net_minor", "tax_minor", "gross_minor").sum()).row(0)
    return priced.refusals.is_empty() and energy == given and sums[0] + sums[1] == sums[2]
