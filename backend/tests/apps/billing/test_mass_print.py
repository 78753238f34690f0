"""Bills of a month on paper: in the order of the route, in files of a wanted size, the same after any interruption."""

import io
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

import pypdf
import pytest
from django.db import transaction
from rachun.apps.base.files import read_file
from rachun.apps.base.jobs import request_cancel
from rachun.apps.base.models import AuditRow, Job
from rachun.apps.billing.models import Bill, BillRun
from rachun.apps.billing.refusals import NothingToPrint, PrintFinished, PrintUnderWay, RunNotIssued
from rachun.apps.billing.selectors.print_order import route_key
from rachun.apps.billing.services.start_print import NewPrint, resume_print, start_print
from rachun.apps.documents.models import PrintBatch, PrintFile
from rachun.apps.documents.services import change_template, print_batches
from rachun.apps.documents.services.bindery import waiting_path
from rachun.apps.identity.models import BankAccount
from tests.apps.identity.makers import client_of, make_operator
from tests.factories.billing import NOW, Town, bill_month, make_run, make_town, run_job, take_waste

pytestmark = pytest.mark.usefixtures("fresh_database")
REPOSITORY = Path(__file__).resolve().parents[4]
# Ends at the n-th time that a file is made durable: it is written then, and not yet under its name.
DYING_WORKER = """
import os, signal, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "rachun.config.settings"
import django
django.setup()
from uuid import UUID
from django.conf import settings
settings.FILES_DIR = sys.argv[2]
from rachun.apps.base.job_runner import run_claimed_job
from rachun.apps.billing.services import print_bills, side_by_side
from rachun.apps.documents.services import print_batches
side_by_side.WORKERS = 1
print_batches.CHUNK_SIZE = 2
left = int(sys.argv[3])
real = os.fsync
def dying(handle):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    real(handle)
os.fsync = dying
run_claimed_job(job_id=UUID(sys.argv[1]))
"""


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.FILES_DIR = tmp_path
    monkeypatch.setattr(print_batches, "CHUNK_SIZE", 2)


def billed_town(accounts: int = 5) -> tuple[Town, BillRun]:
    town = make_town()
    BankAccount.objects.create(
        legal_entity=town.entity,
        iban="BA391290079401028494",
        bank_name="Banka",
        currency="BAM",
        is_printed_on_bills=True,
    )
    for number in range(accounts):
        take_waste(town=town, members=str(number + 1))
    return town, bill_month(town=town)


def wanted(town: Town, run: BillRun | None, **choices: Any) -> NewPrint:
    asked = {
        "branch_id": None,
        "document_date_from": None,
        "document_date_before": None,
        "delivery": "PAPER",
        "order": "NUMBER",
        "form": "MERGED",
        "is_split_by_branch": False,
        "bills_per_file": 1000,
        "megabytes_per_file": 100,
        **choices,
    }
    return NewPrint(legal_entity_id=town.entity.id, run_id=run.id if run else None, **asked)


def begin(town: Town, run: BillRun | None, **choices: Any) -> PrintBatch:
    return start_print(new=wanted(town, run, **choices), created_by=None, created_at=NOW)


def print_all(batch: PrintBatch) -> list[PrintFile]:
    job = run_job(Job.objects.get(id=batch.job_id))
    assert job.state == Job.State.DONE, job.failure
    return list(PrintFile.objects.filter(batch=batch).order_by("number"))


def pages_of(file: PrintFile) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(read_file(digest=file.sha256))).pages]


def numbers(run: BillRun) -> list[str]:
    return list(Bill.objects.filter(run=run).order_by("number").values_list("number", flat=True))


def numbers_on(pages: list[str], run: BillRun) -> list[str]:
    return [number for page in pages for number in numbers(run) if number in page]


class TestAMassPrint:
    def test_is_one_file_of_every_bill_in_order(self) -> None:
        town, run = billed_town()

        [file] = print_all(begin(town, run))

        assert (file.document_count, file.page_count, file.media_type) == (5, 5, "application/pdf")
        assert numbers_on(pages_of(file), run) == numbers(run)
        assert (file.first_number, file.latest_number) == (numbers(run)[0], numbers(run)[-1])

    def test_begins_another_file_after_so_many_bills(self) -> None:
        town, run = billed_town()

        files = print_all(begin(town, run, bills_per_file=3))

        assert [file.document_count for file in files] == [3, 2]
        assert numbers_on([*pages_of(files[0]), *pages_of(files[1])], run) == numbers(run)

    def test_closes_a_file_before_the_chunk_that_would_make_it_too_large(self) -> None:
        town, run = billed_town()
        batch = begin(town, run)
        PrintBatch.objects.filter(id=batch.id).update(most_bytes=1)

        files = print_all(batch)

        assert [file.document_count for file in files] == [2, 2, 1]

    def test_gives_each_bill_in_an_archive_under_its_number(self) -> None:
        town, run = billed_town()

        [file] = print_all(begin(town, run, form="SINGLE"))

        with zipfile.ZipFile(io.BytesIO(read_file(digest=file.sha256))) as archive:
            names = archive.namelist()
            assert [name.split("-", 2)[2] for name in sorted(names)] == [
                f"{number}.pdf".replace("/", "-") for number in numbers(run)
            ]
            assert all(archive.read(name).startswith(b"%PDF-") for name in names)
        assert (file.page_count, file.media_type) == (5, "application/zip")

    def test_goes_by_the_route(self) -> None:
        places = [
            ("Bosna", "", "2"),
            ("Aleja", "10", ""),
            ("Aleja", "9", "1"),
            ("Aleja", "10a", ""),
            ("Aleja", "9", ""),
        ]

        assert sorted(places, key=route_key) == [
            ("Aleja", "9", ""), ("Aleja", "9", "1"), ("Aleja", "10", ""), ("Aleja", "10a", ""), ("Bosna", "", "2")
        ]  # fmt: skip

    def test_prints_each_bill_of_a_run_by_its_place(self) -> None:
        town, run = billed_town()

        [file] = print_all(begin(town, run, order="ROUTE", is_split_by_branch=True))

        assert sorted(numbers_on(pages_of(file), run)) == numbers(run)
        assert file.branch_id == town.branch.id

    def test_takes_the_bills_of_days_and_leaves_out_what_is_mailed(self) -> None:
        town, run = billed_town()
        mailed = Bill.objects.filter(run=run).order_by("number").select_related("account")[0]
        mailed.account.delivery = "EMAIL"
        mailed.account.save(update_fields=["delivery"])

        [file] = print_all(
            begin(
                town, None, document_date_from=run.document_date, document_date_before=run.document_date.replace(day=2)
            )
        )

        assert numbers_on(pages_of(file), run) == numbers(run)[1:]

    def test_by_a_template_of_the_enterprise_says_what_that_says(self) -> None:
        town, run = billed_town(accounts=3)
        change_template(
            legal_entity_id=town.entity.id, kind="BILL", body="<p>Ours: {{ bill.number }}</p>", changed_at=NOW
        )

        [file] = print_all(begin(town, run))

        assert [page.strip() for page in pages_of(file)] == [f"Ours: {number}" for number in numbers(run)]

    def test_refuses_a_run_that_is_not_issued_and_an_empty_choice(self) -> None:
        town, run = billed_town(accounts=1)

        with pytest.raises(NothingToPrint):
            begin(town, run, delivery="EMAIL")
        with pytest.raises(RunNotIssued):
            begin(town, make_run(town=town, period=(run.period_to, run.period_to.replace(month=3))))


@pytest.mark.real
class TestAKilledWorker:
    @pytest.mark.parametrize("sync", [3, 7])
    def test_leaves_no_half_file_and_the_print_ends_with_the_same_files(
        self, tmp_path: Path, sync: int, process_environment: dict[str, str]
    ) -> None:
        """Five bills are three chunks, of which each is synced twice: 3 dies in a chunk, 7 in the file."""
        town, run = billed_town()
        undisturbed = print_all(begin(town, run))
        for path in [path for path in tmp_path.rglob("*") if path.is_file()]:
            path.unlink()
        batch = begin(town, run)

        died = subprocess.run(
            [sys.executable, "-c", DYING_WORKER, str(batch.job_id), str(tmp_path), str(sync)],
            env={**process_environment, "RACHUN_ROLE": "worker"},
            cwd=REPOSITORY / "backend",
            capture_output=True,
            check=False,
        )

        assert died.returncode == -signal.SIGKILL, died.stderr.decode()
        assert not PrintFile.objects.filter(batch=batch).exists()
        waiting = [waiting_path(batch_id=batch.id, number=number) for number in (1, 2, 3)]
        assert [path.exists() for path in waiting] == [sync > 2 * number for number in (1, 2, 3)]
        Job.objects.filter(id=batch.job_id).update(state=Job.State.PENDING, lease_until=None)
        files = print_all(batch)
        assert [file.sha256 for file in files] == [file.sha256 for file in undisturbed]
        assert not waiting[0].parent.exists()


class TestAStoppedPrint:
    def test_goes_on(self) -> None:
        town, run = billed_town()
        batch = begin(town, run)
        with pytest.raises(PrintUnderWay):
            resume_print(batch_id=batch.id)
        stop(batch.job_id)

        resumed = resume_print(batch_id=batch.id)

        [file] = print_all(resumed)
        assert file.document_count == 5
        with pytest.raises(PrintFinished):
            resume_print(batch_id=batch.id)


def stop(job_id: UUID) -> None:
    with transaction.atomic():
        request_cancel(job_id=job_id)


class TestTheApi:
    def test_prints_lists_and_hands_out_files_and_keeps_who_fetched_them(self) -> None:
        town, run = billed_town(accounts=2)
        client = client_of(make_operator(entity=town.entity))

        asked = client.post(
            "/api/v1/bill-prints", {"run_id": str(run.id)}, headers={"Idempotency-Key": "print-january"}
        )
        assert asked.status_code == 201, asked.json()
        print_all(PrintBatch.objects.get(id=asked.json()["id"]))
        [told] = client.get(f"/api/v1/bill-prints?run_id={run.id}").json()["results"]
        [file] = client.get(f"/api/v1/bill-print-files?print_id={told['id']}").json()["results"]
        answer = client.get(f"/api/v1/bill-print-files/{file['id']}/content")

        assert (told["job_state"], told["bill_count"], file["bill_count"]) == ("DONE", 2, 2)
        assert b"".join(answer.streaming_content).startswith(b"%PDF-")
        assert answer["Content-Disposition"] == f'attachment; filename="{file["name"]}"'
        assert AuditRow.objects.filter(operation="downloadBillPrintFile", object_id=file["id"]).count() == 1

    def test_refuses_a_choice_that_is_neither_a_run_nor_days(self) -> None:
        town, run = billed_town(accounts=1)
        client = client_of(make_operator(entity=town.entity))

        both, neither = (
            client.post("/api/v1/bill-prints", body, headers={"Idempotency-Key": f"print-{place}-of-two"})
            for place, body in enumerate([{"run_id": str(run.id), "legal_entity_id": str(town.entity.id)}, {}])
        )

        assert [answer.json()["code"] for answer in (both, neither)] == ["print_unclear"] * 2
