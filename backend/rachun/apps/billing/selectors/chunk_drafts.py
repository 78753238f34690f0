"""What a chunk's calculation left for issuing, as columns."""

from dataclasses import dataclass

import polars as pl
from django.db.models import F, TextField, Window
from django.db.models.functions import Cast, RowNumber

from rachun.apps.base.columns import read_frame
from rachun.apps.billing.models import BillRunChunk, DraftBill, DraftItem

_DRAFTS = {
    "place": pl.Int64(),
    "draft_id": pl.String(),
    "account_id": pl.String(),
    "branch_id": pl.String(),
    "net_minor": pl.Int64(),
    "tax_minor": pl.Int64(),
    "gross_minor": pl.Int64(),
    "line_count": pl.Int32(),
}
_ITEMS = {
    "draft_id": pl.String(),
    "agreement_id": pl.String(),
    "tax_category": pl.String(),
    "posting_code": pl.String(),
    "net_minor": pl.Int64(),
    "tax_minor": pl.Int64(),
    "gross_minor": pl.Int64(),
}
_MONEY = ("net_minor", "tax_minor", "gross_minor")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkDrafts:
    """drafts: draft_id, account_id, branch_id (texts), amounts, line_count, in the order of account numbers, which is
    the order of the numbers of their bills. items: draft_id, agreement_id, tax_category, posting_code, amounts.
    """

    drafts: pl.DataFrame
    items: pl.DataFrame


def get_chunk_drafts(*, chunk: BillRunChunk) -> ChunkDrafts:
    drafts = DraftBill.objects.filter(chunk_id=chunk.id).values_list(
        Window(RowNumber(), order_by=F("account__number").asc()),
        Cast("id", TextField()),
        Cast("account_id", TextField()),
        Cast("account__branch_id", TextField()),
        *_MONEY,
        "line_count",
    )
    items = DraftItem.objects.filter(chunk_id=chunk.id).values_list(
        Cast("draft_id", TextField()), Cast("agreement_id", TextField()), "tax_category", "posting_code", *_MONEY
    )
    ordered = read_frame(drafts, _DRAFTS).sort("place").drop("place")
    return ChunkDrafts(drafts=ordered, items=read_frame(items, _ITEMS))
