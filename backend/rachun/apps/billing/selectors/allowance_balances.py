"""The included units that agreements open a period with: what the latest period issued before it left over."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import polars as pl
from django.db.models import F, Max, OuterRef, Subquery

from rachun.apps.agreements.models import ServiceAgreement
from rachun.apps.billing.models import AllowanceBalance, BillRun, BillRunChunk
from rachun.engine.billing.snapshot import ALLOWANCES

OPENINGS = "openings"  # among the tallies of a chunk: what its calculation opened with


def get_opening_allowances(*, agreement_ix: Mapping[UUID, int], period_from: date) -> pl.DataFrame:
    """Columns of ALLOWANCES; rows of 0 included, which say that the units are used up or gone."""
    issued = AllowanceBalance.objects.filter(agreement_id__in=list(agreement_ix), period_to__lte=period_from)
    latest = (
        AllowanceBalance.objects.filter(
            agreement_id=OuterRef("agreement_id"), allowance=OuterRef("allowance"), period_to__lte=period_from
        )
        .values("agreement_id", "allowance")
        .annotate(latest=Max("period_to"))
        .values("latest")
    )
    rows = (
        issued.annotate(latest=Subquery(latest))
        .filter(period_to=F("latest"))
        .order_by("agreement_id", "allowance", "granted_from", "id")
        .values_list("agreement_id", "allowance", "granted_from", "periods_left", "remaining_micro")
    )
    return pl.DataFrame(
        [(agreement_ix[agreement], *rest) for agreement, *rest in rows], schema=dict(ALLOWANCES), orient="row"
    )


def told_openings(opening: pl.DataFrame, *, agreement_ids: Sequence[UUID]) -> dict[str, list[list[str | int]]]:
    """Agreement → its rows of ALLOWANCES, as JSON can hold them. opening: as get_opening_allowances gives it."""
    told: dict[str, list[list[str | int]]] = {}
    for agreement_ix, allowance, granted_from, *counts in opening.rows():
        told.setdefault(str(agreement_ids[agreement_ix]), []).append([allowance, granted_from.isoformat(), *counts])
    return told


def list_accounts_opened_otherwise(*, run: BillRun) -> list[UUID]:
    """Of a calculated run, the accounts that would open with other units now than their drafts did."""
    changed: list[UUID] = []
    for chunk in BillRunChunk.objects.filter(run=run).order_by("number"):
        owners = dict(
            ServiceAgreement.objects.filter(account_id__in=chunk.account_ids, allowance_balances__isnull=False)
            .distinct()
            .values_list("id", "account_id")
        )
        ids = sorted(owners)
        keys = {agreement: ix for ix, agreement in enumerate(ids)}
        now = told_openings(get_opening_allowances(agreement_ix=keys, period_from=run.period_from), agreement_ids=ids)
        then = chunk.tallies.get(OPENINGS, {})
        changed += {owners[UUID(one)] for one in {*now, *then} if now.get(one) != then.get(one)}
    return changed
