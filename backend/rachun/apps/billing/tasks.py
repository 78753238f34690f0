"""The jobs of billing. Each goes on where it was left: what a chunk did is committed with the chunk."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.utils import timezone

from rachun.apps.base.jobs import JobContext, job_handler
from rachun.apps.billing.services.audit_bills import audit_bills
from rachun.apps.billing.services.issue_run import RENDER, issue_run
from rachun.apps.billing.services.print_bills import print_bills
from rachun.apps.billing.services.render_run import render_run
from rachun.apps.billing.services.run_calculation import run_calculation
from rachun.apps.billing.services.start_calculation import CALCULATE, ISSUE
from rachun.apps.billing.services.start_print import PRINT
from rachun.apps.billing.services.start_self_audit import SELF_AUDIT


@job_handler(CALCULATE)
def calculate(context: JobContext) -> Mapping[str, Any]:
    """Safe to redeliver: a calculated chunk is skipped, and a run that is calculated already is left as it is."""
    return run_calculation(
        run_id=UUID(context.params["run_id"]),
        chunk_size=context.params.get("chunk_size"),
        job=context,
        clock=timezone.now,
    )


@job_handler(ISSUE)
def issue(context: JobContext) -> Mapping[str, Any]:
    """Safe to redeliver: an issued chunk is skipped, attaching twice changes nothing."""
    return issue_run(run_id=UUID(context.params["run_id"]), job=context, clock=timezone.now)


@job_handler(RENDER)
def render_bills(context: JobContext) -> Mapping[str, Any]:
    """Safe to redeliver: a document and an e-mail exist once per bill, language and address."""
    return render_run(run_id=UUID(context.params["run_id"]), job=context, clock=timezone.now)


@job_handler(PRINT)
def print_batch(context: JobContext) -> Mapping[str, Any]:
    """Safe to redeliver: a printed chunk and a bound file are left as they are, and both come out the same."""
    return print_bills(batch_id=UUID(context.params["batch_id"]), job=context, clock=timezone.now)


@job_handler(SELF_AUDIT)
def self_audit(context: JobContext) -> Mapping[str, Any]:
    """Safe to redeliver: it reads the books and leaves one audit row. Differences are told as errors of the job."""
    found = audit_bills(**{name: context.params[name] for name in ("random_count", "risky_count", "seed")})
    return {
        "bills": found.bills,
        "differences": len(found.differences),
        "first": [asdict(d) for d in found.differences[:20]],
    }
