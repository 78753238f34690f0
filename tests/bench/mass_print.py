"""Job D: the issued bills of job A → a PDF of each, in route order, in the product's own store."""

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from django.utils import timezone
from rachun.apps.base.files import checked_path
from rachun.apps.base.models import Job
from rachun.apps.billing.models import Bill, BillRun
from rachun.apps.billing.selectors.bill_document import get_bill_document
from rachun.apps.billing.services.start_print import NewPrint, start_print
from rachun.apps.documents.models import PrintBatch, PrintFile
from rachun.apps.documents.rendering.bill_data import BillDocument
from rachun.apps.documents.rendering.formatting import Formatter
from rachun.apps.documents.rendering.render_bill import render_bill
from rachun.apps.documents.rendering.texts import Texts, load_catalogue
from rachun.apps.identity.models import Branch

from tests.bench.data import peer_data
from tests.bench.figures import Figure, figure
from tests.bench.months import BilledMonth
from tests.bench.place import Place
from tests.bench.subscriptions import MARCH, prepare
from tests.bench.worker import Ran, run_apart

N_DEFAULT = 1_000
SAMPLE = 20
GOAL_PER_S, KB_MAX, PEAK_MIB_MAX = 80.0, 40.0, 300


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintFigure(Figure):
    """Of single PDFs; merged_*: the same bills in files of a thousand. ok: all printed, the sampled texts right."""

    goal_per_s: float
    kb_each: float
    merged_per_s: float
    merged_kb_each: float


def run(*, place: Place, n: int, data: Path | None) -> Figure:
    peer = peer_data(folder=place.folder / "data", customers=n, calls=0, given=data)
    branch = prepare(peer)
    billed = BilledMonth(server_pid=place.server_pid, period=MARCH).bill(branch)
    bills = Bill.objects.filter(run_id=billed.id).count()
    single, ran = printed(branch=branch, run=billed, form=PrintBatch.Form.SINGLE, place=place)
    merged, merged_ran = printed(branch=branch, run=billed, form=PrintBatch.Form.MERGED, place=place)
    found = figure(
        job="D",
        n=bills,
        ok=sum(file.document_count for file in single) == bills == sum(file.page_count for file in merged)
        and are_texts_right(files=single, run=billed),
        spent=ran.spent,
        against="WeasyPrint on the same bills, one after another",
        limit_rate=weasyprint_rate(billed),
    )
    kept = {name: getattr(found, name) for name in Figure.__dataclass_fields__} | {"peak_mib": ran.peak_mib}
    return PrintFigure(
        **kept,
        goal_per_s=GOAL_PER_S,
        kb_each=round(sum(file.size_bytes for file in single) / bills / 1024, 1),
        merged_per_s=round(bills / merged_ran.spent.wall_s, 1),
        merged_kb_each=round(sum(file.size_bytes for file in merged) / bills / 1024, 1),
    )


def printed(*, branch: Branch, run: BillRun, form: str, place: Place) -> tuple[list[PrintFile], Ran]:
    batch = start_print(
        new=NewPrint(
            legal_entity_id=branch.legal_entity_id,
            run_id=run.id,
            branch_id=None,
            document_date_from=None,
            document_date_before=None,
            delivery=None,
            order=PrintBatch.Order.ROUTE,
            form=form,
            is_split_by_branch=True,
            bills_per_file=1000,
            megabytes_per_file=100,
        ),
        created_by=None,
        created_at=timezone.now(),
    )
    ran = run_apart(job_id=batch.job_id, server_pid=place.server_pid)
    job = Job.objects.get(id=batch.job_id)
    assert job.state == Job.State.DONE, job.failure
    return list(PrintFile.objects.filter(batch=batch).order_by("number")), ran


def sampled(run: BillRun) -> list[BillDocument]:
    bills = Bill.objects.filter(run_id=run.id).select_related("account__party", "legal_entity").order_by("number")
    return [get_bill_document(bill=bill, language=bill.account.party.language) for bill in bills[:SAMPLE]]


def weasyprint_rate(run: BillRun) -> float:
    """Of the rendering alone, and after the first one, which loads the fonts: more than the product prints so."""
    first, *others = sampled(run)
    render_bill(data=first)
    began = time.perf_counter()
    for data in others:
        render_bill(data=data)
    return len(others) / (time.perf_counter() - began)


def are_texts_right(*, files: list[PrintFile], run: BillRun) -> bool:
    """Each number and total of the sampled bills stands on its own PDF, as pdftotext reads it."""
    wanted = {data.number.replace("/", "-"): data for data in sampled(run)}
    right = 0
    for file in files:
        with ZipFile(checked_path(digest=file.sha256)) as archive:
            for name in archive.namelist():
                data = wanted.get(name.split("-", 2)[2].removesuffix(".pdf"))
                right += data is not None and is_right(content=archive.read(name), data=data)
    return right == len(wanted)


def is_right(*, content: bytes, data: BillDocument) -> bool:
    read = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
    text = " ".join(read.stdout.decode().split())
    formatter = Formatter(language=data.language, texts=Texts(texts=load_catalogue(data.language.value)))
    amounts = (data.totals.gross, data.totals.net, data.account.total_due)
    told = [data.number, data.subscriber.account_number, *(formatter.money(abs(amount)) for amount in amounts)]
    return all(" ".join(one.split()) in text for one in told)
