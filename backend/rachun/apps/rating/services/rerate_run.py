"""Prices of a run, such as what a carrier charges, found again after its table was corrected.

No bill holds them, so billed calls are no different here: whatever differs gets today's price, or today's reason.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import polars as pl
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from rachun.apps.base.columns import IsOneOf
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.rating.selectors.destination_tables import get_destination_tables
from rachun.apps.rating.selectors.kept_calls import iterate_calls
from rachun.apps.rating.services.price_runs import priced_by
from rachun.apps.rating.services.release_suspended import Place
from rachun.apps.usage.models import PricedUsage, PricingRun, ReratedCall, Rerating, UsageRecord
from rachun.apps.usage.services import keep_priced

_WAS: Final[Mapping[str, pl.DataType]] = {
    "load_key": pl.String(),
    "record_no": pl.Int64(),
    "prefix_was": pl.String(),
    "destination_was": pl.String(),
    "billed_s_was": pl.Int64(),
    "amount_micro_was": pl.Int64(),
    "reason_was": pl.String(),
}
_KEY: Final = ["load_key", "record_no"]
_COMPARED: Final = ("prefix", "destination", "billed_s", "amount_micro", "reason")
Standing = ReratedCall.Standing


def list_calls_of_run(*, rerating: Rerating) -> QuerySet[UsageRecord]:
    """Talked calls of the run's source in the time of the re-rating, whatever they wait for."""
    assert rerating.run is not None
    talked = UsageRecord.objects.filter(
        source_id=rerating.run.source_id,
        usage_date__gte=rerating.from_date,
        usage_date__lt=rerating.to_date,
        quantity_micro__gt=0,
    )
    return talked.exclude(state=UsageRecord.State.UNBILLABLE)


def rerate_run(
    *, rerating: Rerating, after: Place | None, is_applied: bool, rerated_at: datetime, chunk: int
) -> tuple[int, Place | None]:
    """Price the next calls by the run's table: how many, and the place after which to go on; None at the end."""
    assert_in_transaction()
    run = rerating.run
    assert run is not None
    calls = list_calls_of_run(rerating=rerating)
    if after is not None:
        same_batch = Q(load_key=after.load_key, record_no__gt=after.record_no)
        calls = calls.filter(Q(load_key__gt=after.load_key) | same_batch)
    part = next(iterate_calls(calls, chunk=chunk), None)
    if part is None:
        return 0, None
    tables = get_destination_tables(legal_entity_id=rerating.legal_entity_id, codes=[run.table.code])
    priced = priced_by(part, table=tables.get(run.table.code)).with_columns(
        pl.col("prefix", "destination").fill_null(""), pl.col("billed_s").fill_null(0)
    )
    compared = priced.join(_was(run, part=part), on=_KEY, how="left", maintain_order="left")
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_was")) for name in _COMPARED)
    changed = compared.filter(differs)
    if is_applied:
        keep_priced(run=run, priced=changed, priced_at=rerated_at, replaces=True)
    told = changed.join(part.select(*_KEY, "agreement_id", "usage_date"), on=_KEY, maintain_order="left")
    _tell(told, rerating=rerating, is_applied=is_applied)
    load_key, record_no = part.select(_KEY).row(-1)
    return part.height, Place(load_key=UUID(load_key), record_no=record_no)


def _was(run: PricingRun, *, part: pl.DataFrame) -> pl.DataFrame:
    found = PricedUsage.objects.filter(
        IsOneOf("load_key", part["load_key"].unique(), kind="uuid"),
        run=run,
        record_no__gte=part["record_no"].min(),
        record_no__lte=part["record_no"].max(),
    ).values_list(
        Cast("load_key", TextField()), "record_no", "prefix", "destination", "billed_s", "amount_micro", "reason"
    )
    return pl.DataFrame(list(found), schema=dict(_WAS), orient="row")


def _tell(rows: pl.DataFrame, *, rerating: Rerating, is_applied: bool) -> None:
    made = [ReratedCall(rerating=rerating, is_applied=is_applied, **_told(row)) for row in rows.iter_rows(named=True)]
    ReratedCall.objects.bulk_create(made, batch_size=2_000, ignore_conflicts=True)


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    same = ("reason", "record_no", "usage_date", "amount_micro_was", "amount_micro")
    return {
        **{name: row[name] for name in same},
        "standing": Standing.UNPRICED if row["reason"] else Standing.CHANGED,
        "load_key": UUID(row["load_key"]),
        "agreement_id": UUID(row["agreement_id"]) if row["agreement_id"] else None,
        "destination_was": row["destination_was"] or "",
        "destination": row["destination"],
        "billed_s_was": row["billed_s_was"] or 0,
        "billed_s": row["billed_s"],
    }
