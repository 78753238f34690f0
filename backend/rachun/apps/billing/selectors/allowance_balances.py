"""The included units that agreements open a period with: what the latest period issued before it left over."""

from datetime import date
from uuid import UUID

import polars as pl
from django.db.models import F, Max, OuterRef, Subquery, TextField
from django.db.models.functions import Cast

from rachun.apps.agreements.models import ServiceAgreement
from rachun.apps.base.columns import IsOneOf, read_frame, texts
from rachun.apps.billing.models import AllowanceBalance, BillRun, BillRunChunk
from rachun.engine.billing.snapshot import ALLOWANCES

OPENINGS = "openings"  # among the tallies of a chunk: what its calculation opened with


def get_opening_allowances(*, agreement_ids: pl.Series, period_from: date) -> pl.DataFrame:
    """Columns of ALLOWANCES; rows of 0 included, which say that the units are used up or gone.

    agreement_ids: texts in order; agreement_ix is the place.
    """
    of_these = IsOneOf("agreement_id", agreement_ids, kind="uuid")
    issued = AllowanceBalance.objects.filter(of_these, period_to__lte=period_from)
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
        .values_list(Cast("agreement_id", TextField()), "allowance", "granted_from", "periods_left", "remaining_micro")
    )
    found = read_frame(rows, {"agreement_id": pl.String(), **dict(list(ALLOWANCES.items())[1:])})
    places = agreement_ids.alias("agreement_id").to_frame().with_row_index("agreement_ix")
    placed = found.join(places, on="agreement_id", maintain_order="left")
    return placed.select(pl.col(name).cast(kind) for name, kind in ALLOWANCES.items())


def told_openings(opening: pl.DataFrame, *, agreement_ids: pl.Series) -> dict[str, list[list[str | int]]]:
    """Agreement → its rows of ALLOWANCES, as JSON can hold them. opening: as get_opening_allowances gives it."""
    told: dict[str, list[list[str | int]]] = {}
    for agreement_ix, allowance, granted_from, *counts in opening.rows():
        told.setdefault(agreement_ids[agreement_ix], []).append([allowance, granted_from.isoformat(), *counts])
    return told


def list_accounts_opened_otherwise(*, run: BillRun) -> list[UUID]:
    """Of a calculated run, the accounts that would open with other units now than their drafts did."""
    changed: list[UUID] = []
    for chunk in BillRunChunk.objects.filter(run=run).order_by("number"):
        of_chunk = IsOneOf("account_id", texts(chunk.account_ids), kind="uuid")
        holding = ServiceAgreement.objects.filter(of_chunk, allowance_balances__isnull=False).distinct()
        owners = {str(agreement): account for agreement, account in holding.values_list("id", "account_id")}
        ids = pl.Series(sorted(owners), dtype=pl.String)
        now = told_openings(get_opening_allowances(agreement_ids=ids, period_from=run.period_from), agreement_ids=ids)
        then = chunk.tallies.get(OPENINGS, {})
        changed += {owners[one] for one in {*now, *then} if now.get(one) != then.get(one)}
    return changed
