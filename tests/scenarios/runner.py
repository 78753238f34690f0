"""The steps of a scenario through the product, and what came out, told in the words of expected.yaml."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from rachun.apps.base.files import keep_file
from rachun.apps.base.job_runner import run_claimed_job
from rachun.apps.base.jobs import enqueue
from rachun.apps.base.models import Job
from rachun.apps.billing.models import Bill, BillRun, Charge, ControlSheet, ParkedAccount
from rachun.apps.billing.services.approve_run import approve_run
from rachun.apps.billing.services.create_run import NewRun, create_run
from rachun.apps.billing.services.start_calculation import start_calculation
from rachun.apps.billing.services.start_issue import start_issue
from rachun.apps.ledger.models import Entry, OpenItem, Posting
from rachun.apps.ledger.selectors.balances import list_item_balances
from rachun.apps.metering.models import Reading
from rachun.apps.payments.models import Receipt
from rachun.apps.payments.services.record_receipt import ReceiptFacts, record_receipt
from rachun.apps.receivables.models import Allocation
from rachun.apps.usage.models import UsageBatch, UsageRecord, UsageSource
from rachun.formats.csv_out import write_csv

from tests.scenarios.world import CALLS, DELIVERIES, ProductWorld, Row

MICRO, E8, MINOR = 1_000_000, 100_000_000, 100
ONE_DAY = timedelta(days=1)
MONEY_CODES = {"CASH": "PAYMENT", "BANK": "PAYMENT"}
CHANNELS = {"CASH_DESK": "CASH", "BANK": "BANK"}


class ScenarioRun:
    """Walks through the steps; `told` is what expected.yaml tells, apart from the order of rows."""

    def __init__(self, world: ProductWorld) -> None:
        self.world = world
        self.runs: dict[str, BillRun] = {}
        self.told: Row = {"loads": [], "runs": {}, "receipts": {}}
        self.verbs: Mapping[str, Callable[[int, Any], None]] = {
            "load_readings": self.load_readings,
            "load_calls": self.load_calls,
            "load_deliveries": self.load_deliveries,
            "run": self.run,
            "issue": self.issue,
            "receipt": self.receipt,
        }

    def play(self) -> Row:
        for number, step in enumerate(self.world.scenario["steps"], start=1):
            [(verb, what)] = step.items()
            self.verbs[verb](number, what)
        self.told["calls"] = self.calls()
        self.told["verdicts"] = self.verdicts()
        self.told["account_balances"] = self.account_balances()
        return self.told

    def load(self, kind: str, *, name: str, content: bytes, **params: str) -> Job:
        with transaction.atomic():
            job = enqueue(
                kind,
                params={"name": name, "sha256": keep_file(content=content), **params},
                legal_entity_id=self.world.entity.id,
            )
        return done(job)

    def load_readings(self, _number: int, batch: str) -> None:
        header = ("meter_serial", "register", "read_date", "value", "kind")
        rows = [
            (row["meter"], row["register"], row["read_date"].isoformat(), row["value"], row["kind"])
            for row in self.world.scenario["readings"][batch]
        ]
        content = write_csv(header=header, rows=rows)
        job = self.load("metering.import_readings", name=f"{batch}.csv", content=content, format="readings")
        assert not job.row_errors.exists(), list(job.row_errors.values("row_no", "field", "code", "params"))

    def load_calls(self, number: int, file: str) -> None:
        content = "".join(call_line(row) for row in self.world.scenario["call_files"][file]).encode()
        source = UsageSource.objects.get(legal_entity=self.world.entity, code=CALLS)
        job = self.load("rating.load_usage", name=file, content=content, source_id=str(source.id))
        counts = job.counts
        told = {"rows": counts["records"], "added": counts["added"], "duplicates": counts["known"]}
        self.told["loads"].append({"step": number, "file": file, **told})

    def load_deliveries(self, _number: int, batch: str) -> None:
        header = ("account", "service", "item", "quantity", "unit", "performed_on", "document")
        rows = [
            (
                row["agreement"],
                self.world.agreements[row["agreement"]].service.code,
                row["item"],
                row["quantity"],
                "pcs",
                row["performed_date"].isoformat(),
                row["document"],
            )
            for row in self.world.scenario["deliveries"][batch]
        ]
        source = UsageSource.objects.get(legal_entity=self.world.entity, code=DELIVERIES)
        content = write_csv(header=header, rows=rows)
        job = self.load("rating.load_usage", name=f"{batch}.csv", content=content, source_id=str(source.id))
        assert job.counts["errors"] == 0, list(job.row_errors.values("row_no", "field", "code", "params"))

    def run(self, _number: int, what: Row) -> None:
        start, end = what["period"]["from"], what["period"]["to"]
        new = NewRun(
            legal_entity_id=self.world.entity.id,
            kind=what["kind"],
            period_from=start,
            period_to=end,
            document_date=end,
            due_date=end + timedelta(days=15),
            account_ids=[self.world.accounts[name].id for name in what.get("accounts", [])],
        )
        run = create_run(new=new, created_by=None, created_at=timezone.now())
        done(start_calculation(run_id=run.id, known_until=timezone.now()))
        self.runs[what["id"]] = run

    def issue(self, _number: int, what: Row) -> None:
        run = self.runs[what["run"]]
        approve_run(run_id=run.id, approved_by=None, approved_at=timezone.now())
        done(start_issue(run_id=run.id))
        run.refresh_from_db()
        self.told["runs"][what["run"]] = self.outcome(run)

    def receipt(self, _number: int, what: Row) -> None:
        facts = ReceiptFacts(
            legal_entity_id=self.world.entity.id,
            account_number=what["account"],
            amount_minor=int(Decimal(what["amount"]) * MINOR),
            currency=self.world.currency,
            value_date=what["value_date"],
            channel=CHANNELS[what["channel"]],
            external_key=what["key"],
        )
        receipt = record_receipt(facts=facts, recorded_by=None, recorded_at=timezone.now())
        self.told["receipts"][what["id"]] = self.receipt_told(receipt)

    def receipt_told(self, receipt: Receipt) -> Row:
        items = Allocation.objects.filter(receipt_id=receipt.id).values_list("open_item_id", "amount_minor")
        bills = {item.id: item.bill_id for item in OpenItem.objects.all()}
        runs = {bill.id: self.run_name(bill.run_id) for bill in Bill.objects.all()}
        agreements = dict(self.agreement_names())
        allocated: Counter[tuple[str, str]] = Counter()
        for item_id, amount in items:
            item = OpenItem.objects.get(id=item_id)
            bill_id = bills[item_id]
            assert bill_id is not None
            assert item.agreement_id is not None
            allocated[runs[bill_id], agreements[item.agreement_id]] += amount
        return {
            "allocated": dict(allocated),
            "advance": receipt.amount_minor - sum(allocated.values()),
            "postings": postings_of(entry_ids=[receipt.entry_id]),
        }

    def run_name(self, run_id: UUID) -> str:
        return next(name for name, run in self.runs.items() if run.id == run_id)

    def agreement_names(self) -> list[tuple[UUID, str]]:
        return [(agreement.id, name) for name, agreement in self.world.agreements.items()]

    def outcome(self, run: BillRun) -> Row:
        names = {account.id: name for name, account in self.world.accounts.items()}
        bills = Bill.objects.filter(run_id=run.id)
        parked = ParkedAccount.objects.filter(run_id=run.id).select_related("agreement")
        sheet = ControlSheet.objects.filter(run=run).order_by("-made_at")[0]
        entries = Entry.objects.filter(source_id__in=bills.values("id"), source_kind="BILL").values_list(
            "id", flat=True
        )
        paid_items = OpenItem.objects.filter(bill_id__in=bills.values("id"))
        uses = Allocation.objects.filter(advance_item__isnull=False, open_item__in=paid_items)
        return {
            "bills": {names[bill.account_id]: self.bill(bill) for bill in bills},
            "parked": {
                (names[row.account_id], row.agreement.number if row.agreement else "", row.code) for row in parked
            },
            "control_sheet": sheet.figures,
            "postings": postings_of(entry_ids={*entries, *uses.values_list("entry_id", flat=True)}),
        }

    def bill(self, bill: Bill) -> Row:
        lines = Charge.objects.filter(load_key=bill.run_id, bill_id=bill.id).select_related("agreement")
        after = bill.opening_balance_minor + bill.gross_minor
        uses = Allocation.objects.filter(advance_item__isnull=False, open_item__bill_id=bill.id)
        return {
            "lines": dict(map(line_told, lines.order_by("line_no"))),
            "net": bill.net_minor,
            "tax": bill.tax_minor,
            "gross": bill.gross_minor,
            "opening_balance": bill.opening_balance_minor,
            "advance_consumed": sum(uses.values_list("amount_minor", flat=True)),
            "total_due": max(after, 0),
            "credit_remaining": max(-after, 0),
            "open_items": self.open_items(bill),
        }

    def open_items(self, bill: Bill) -> Row:
        """The gross of each item: what its first posting says."""
        agreements = dict(self.agreement_names())
        items = OpenItem.objects.filter(bill_id=bill.id)
        found = {}
        for item in items:
            assert item.agreement_id is not None
            debits = Posting.objects.filter(debit_item=item, entry__source_kind="BILL")
            credited = Posting.objects.filter(credit_item=item, entry__source_kind="BILL")
            amount = sum(debits.values_list("amount_minor", flat=True))
            amount -= sum(credited.values_list("amount_minor", flat=True))
            found[agreements[item.agreement_id], item.tax_category] = amount
        return found

    def calls(self) -> Row:
        agreements: dict[UUID | None, str | None] = {None: None, **dict(self.agreement_names())}
        batches = {batch.id: batch.name for batch in UsageBatch.objects.filter(source__code=CALLS)}
        found = {}
        for record in UsageRecord.objects.filter(load_key__in=list(batches)):
            is_rated = record.amount_micro is not None
            found[batches[record.load_key], record.record_no] = {
                "agreement": agreements[record.agreement_id],
                "status": record.state,
                "reason": record.reason or None,
                "destination": record.destination if is_rated else None,
                "billed_seconds": record.billed_s if is_rated else None,
                "amount": None if record.amount_micro is None else Decimal(record.amount_micro) / MICRO,
            }
        return found

    def verdicts(self) -> Row:
        readings = Reading.objects.filter(superseded_at__isnull=True).select_related("register__meter")
        return {
            (reading.register.meter.serial, reading.register.code, reading.boundary_date - ONE_DAY): reading.verdict
            for reading in readings
        }

    def account_balances(self) -> Row:
        found = {}
        for name, account in self.world.accounts.items():
            items = list_item_balances(account_ids=[account.id])
            advance = -sum(item.balance_minor for item in items if item.debt_kind == "ADVANCE")
            owed = sum(item.balance_minor for item in items if item.debt_kind != "ADVANCE")
            found[name] = {"receivable": owed, "advance": advance}
        return found


def done(job: Job) -> Job:
    run_claimed_job(job_id=job.id, is_inline=True)
    job.refresh_from_db()
    assert job.state == Job.State.DONE, (job.kind, job.state, job.failure)
    return job


def call_line(row: Row) -> str:
    started = datetime.fromisoformat(row["started_at"]).strftime("%d.%m.%Y %H:%M:%S")
    seconds = str(row["duration_s"])
    cells = (started, seconds, row["calling"], row["calling"], row["called"], row["called"], "0", "1", "0", seconds)
    return "\t".join(cells) + "\n"


def line_told(charge: Charge) -> tuple[tuple[Any, ...], Row]:
    inputs, is_calls = charge.inputs, charge.kind == "traffic"
    line = {
        "agreement": charge.agreement.number,
        "component": charge.component,
        "register": charge.register or None,
        "block": charge.block_no,
        "from": charge.service_from,
        "to": charge.service_to,
        "quantity": Decimal(charge.quantity_micro) / MICRO,
        "unit_price": None if is_calls else Decimal(charge.unit_price_e8) / E8,
        "posting_code": charge.posting_code,
        "tax_category": charge.tax_category,
        "net": charge.net_minor,
        "tax": charge.tax_minor,
        "gross": charge.gross_minor,
        "days": inputs.get("days"),
        "days_in_month": inputs.get("days_in_period"),
        "destination": charge.label if is_calls else None,
        "calls": inputs.get("count") if is_calls else None,
        "item": inputs.get("item"),
    }
    return line_key(line), line


def line_key(line: Mapping[str, Any]) -> tuple[Any, ...]:
    """What tells the lines of a bill apart."""
    names = ("agreement", "component", "register", "block", "destination", "item", "from")
    return tuple(line.get(name) for name in names)


def postings_of(*, entry_ids: Iterable[UUID]) -> dict[tuple[str, str], int]:
    """(debit, credit) → the sum; both ways of a pair are taken together."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT d.posting_code, c.posting_code, sum(p.amount_minor)::bigint FROM ledger_posting p
              JOIN ledger_ledgeraccount d ON d.id = p.debit_account_id
              JOIN ledger_ledgeraccount c ON c.id = p.credit_account_id
             WHERE p.entry_id = ANY(%s) GROUP BY 1, 2
            """,
            [list(entry_ids)],
        )
        rows = cursor.fetchall()
    sums: Counter[tuple[str, str]] = Counter()
    for debit, credit, amount in rows:
        pair = (MONEY_CODES.get(debit, debit), MONEY_CODES.get(credit, credit))
        if (pair[1], pair[0]) in sums:
            sums[pair[1], pair[0]] -= amount
        else:
            sums[pair] += amount
    return {pair: amount for pair, amount in sums.items() if amount}
