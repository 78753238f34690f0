"""Job B: readings of metered services with blocks → issued, numbered, posted bills; their upload apart."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import transaction
from rachun.apps.agreements.models import ServiceAgreement
from rachun.apps.base.files import keep_file
from rachun.apps.base.jobs import enqueue
from rachun.apps.base.models import Job
from rachun.apps.billing.models import Bill
from rachun.apps.catalog.models import TariffPlan
from rachun.apps.identity.models import Branch
from rachun.apps.metering.models import Installation, Meter, Register

from tests.bench.customers import (
    LONG_AGO,
    ROWS,
    Subscription,
    add_customers,
    make_neutral_seller,
    make_plan,
    tax_category,
)
from tests.bench.data import PeerData, peer_data
from tests.bench.figures import Figure, figure
from tests.bench.metered_limit import AGAINST, set_based_rate
from tests.bench.months import BilledMonth, Month, is_once
from tests.bench.place import Place
from tests.bench.subscriptions import are_totals_exact
from tests.bench.worker import Ran, run_apart

N_DEFAULT = 1_000
FEBRUARY = Month(start=date(2026, 2, 1), end=date(2026, 3, 1), known=datetime(2027, 1, 1, tzinfo=UTC))
REGISTER, UNITS = "T1", {"electricity": "kWh", "water": "m3"}
POSTING_CODES = {"electricity": "REVENUE_ELECTRICITY", "water": "REVENUE_WATER"}
KINDS = {"actual": "ACTUAL", "estimate": "ESTIMATED"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteredFigure(Figure):
    """upload_s: the file of readings, read and recorded. urc_per_hour: accounts billed, with that upload."""

    upload_s: float
    urc_per_hour: int


def run(*, place: Place, n: int, data: Path | None) -> Figure:
    peer = peer_data(folder=place.folder / "data", customers=n, calls=0, given=data, two_meters=True)
    branch = prepare(peer)
    upload = import_readings(peer, branch=branch, place=place)
    month = BilledMonth(server_pid=place.server_pid, period=FEBRUARY)
    billed = month.bill(branch)
    expected = peer.expected("metered_run")
    is_exact = are_totals_exact(expected=expected, run=billed) and is_once(branch=branch, billed=billed, month=month)
    call_command("check_invariants")  # exits with 1 when it finds something
    bills = Bill.objects.filter(run_id=billed.id).count()
    found = figure(
        job="B", n=bills, ok=is_exact, spent=month.spent, against=AGAINST, limit_rate=set_based_rate(customers=bills)
    )
    whole_s = month.spent.wall_s + upload.spent.wall_s
    told = asdict(found) | {"peak_mib": max(month.peak_mib, upload.peak_mib)}
    return MeteredFigure(**told, upload_s=round(upload.spent.wall_s, 3), urc_per_hour=int(bills / whole_s * 3600))


def prepare(peer: PeerData) -> Branch:
    branch = make_neutral_seller()
    plans = make_metered_plans(peer.rows("utility_rates"), branch=branch)
    meters = list(peer.rows("meters"))
    sold = [Subscription(customer=int(row["customer_id"]), plan=plans[row["commodity"]]) for row in meters]
    agreements = add_customers(branch=branch, count=max(one.customer for one in sold), subscriptions=sold)
    add_meters(meters, agreements=agreements, branch=branch)
    return branch


def make_metered_plans(rates: Iterable[dict[str, str]], *, branch: Branch) -> dict[str, TariffPlan]:
    """One plan per commodity: its fixed charge, and a component of blocks for each price by quantity."""
    components: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in rates:
        own = components[row["commodity"]]
        tax_and_code = {
            "tax_category": tax_category(row["tax_percent"]),
            "posting_code": POSTING_CODES[row["commodity"]],
        }
        if row["component"] == "fixed":
            own["fixed"] = {"code": "fixed", "kind": "fixed", "price": row["rate"], **tax_and_code}
            continue
        empty = {
            "code": row["component"],
            "kind": "metered",
            "unit": UNITS[row["commodity"]],
            "registers": [{"register": REGISTER, "blocks": []}],
            **tax_and_code,
        }
        block = {"price": row["rate"], **({"upto": row["to_qty"]} if row["to_qty"] else {})}
        own.setdefault(row["component"], empty)["registers"][0]["blocks"].append(block)
    return {
        commodity: make_plan(branch=branch, service=commodity.upper(), code=commodity, components=list(own.values()))
        for commodity, own in components.items()
    }


@transaction.atomic
def add_meters(rows: list[dict[str, str]], *, agreements: list[ServiceAgreement], branch: Branch) -> None:
    owned = {"legal_entity_id": branch.legal_entity_id, "branch": branch}
    meters = [Meter(**owned, serial=row["serial"]) for row in rows]
    registers = [
        Register(meter=meter, code=REGISTER, unit=UNITS[row["commodity"]], digits=int(row["digits"]))
        for row, meter in zip(rows, meters, strict=True)
    ]
    placed = [
        Installation(
            meter=meter, service_point=agreement.service_point, valid_from=FEBRUARY.start, recorded_at=LONG_AGO
        )
        for meter, agreement in zip(meters, agreements, strict=True)
    ]
    for model, made in ((Meter, meters), (Register, registers), (Installation, placed)):
        model._default_manager.bulk_create(made, batch_size=ROWS)  # type: ignore[attr-defined]


def import_readings(peer: PeerData, *, branch: Branch, place: Place) -> Ran:
    """The generator's readings through the product's importer, as the file that it documents."""
    serials = {row["meter_id"]: row["serial"] for row in peer.rows("meters")}
    lines = [
        f"{serials[row['meter_id']]},{REGISTER},{row['read_date']},{row['value']},{KINDS[row['quality']]}\n"
        for row in peer.rows("readings")
    ]
    text = "".join(["meter_serial,register,read_date,value,kind\n", *lines])
    with transaction.atomic():
        kept = keep_file(content=text.encode())
        params = {"format": "readings", "name": "readings.csv", "sha256": kept}
        job = enqueue("metering.import_readings", params=params, legal_entity_id=branch.legal_entity_id)
    ran = run_apart(job_id=job.id, server_pid=place.server_pid)
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.failure
    assert job.counts["added"] == len(lines), job.counts
    return ran
