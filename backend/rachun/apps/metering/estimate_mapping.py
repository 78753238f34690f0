"""Unread days, open estimates and the readings that disprove them, as columns.

An estimate that a bill holds is *open* until a reading after its first day shows what was used since. That reading
disproves it: every measured span since the calendar month of the first estimated day is billed anew (`now`), and what
was billed for those days is taken back (`then`). The month is taken whole so that its blocks see its whole quantity.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from rachun.apps.metering.mapping import CONSUMPTION_COLUMNS, conform, json_of, micro_text, refused_rows
from rachun.engine.usage.estimation import GAPS, HISTORY, estimated

KEY = ["agreement_id", "register"]
OPEN_COLUMNS: Mapping[str, pl.DataType] = {
    "agreement_id": pl.String(),
    "register": pl.String(),
    "period_from": pl.Date(),
    "period_to": pl.Date(),
    "quantity_micro": pl.Int64(),
    "consumption_id": pl.String(),
}
ESTIMATE_COLUMNS: Mapping[str, pl.DataType] = {
    "agreement_id": pl.String(),
    "register": pl.String(),
    "period_from": pl.Date(),
    "period_to": pl.Date(),
    "quantity_micro": pl.Int64(),
    "rule_id": pl.String(),
    "evidence": pl.String(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Disproved:
    """keys: agreement_id, register, estimated_from, reopened_from. stuck: keys whose estimates hang in the air."""

    keys: pl.DataFrame
    stuck: pl.DataFrame


def disproved_of(
    *, open_estimates: pl.DataFrame, billed: pl.DataFrame, points: pl.DataFrame, since: pl.Expr
) -> Disproved:
    """The open estimates that a reading disproves and this run may true up: it bills days after all of them.

    points: every reading of the keys. An estimate whose first day is not read any more is stuck: what was billed before
    it can no longer be told from what was estimated.
    """
    first = open_estimates.group_by(KEY, maintain_order=True).agg(estimated_from=pl.col("period_from").min())
    billed_before = first.join(billed, on=KEY).filter(pl.col("billed_until") <= since).drop("billed_until")
    read = billed_before.join(points.select(*KEY, "boundary_date"), on=KEY)
    later = read.filter(pl.col("boundary_date") > pl.col("estimated_from")).select(KEY).unique(maintain_order=True)
    due = billed_before.join(later, on=KEY, how="semi", maintain_order="left")
    window = pl.col("estimated_from").dt.truncate("1mo")
    before_window = pl.when(pl.col("boundary_date") <= window).then(pl.col("boundary_date"))
    reopened = read.group_by(KEY).agg(
        reopened_from=before_window.max().fill_null(pl.col("boundary_date").min()),
        is_read=(pl.col("boundary_date") == pl.col("estimated_from")).any(),
    )
    known = due.join(reopened, on=KEY, maintain_order="left")
    return Disproved(keys=known.filter("is_read").drop("is_read"), stuck=known.filter(~pl.col("is_read")))


def stuck_refusals(*, stuck: pl.DataFrame) -> pl.DataFrame:
    day = pl.col("estimated_from").cast(pl.String)
    return refused_rows(
        stuck, code=pl.lit("BILLED_END_NOT_READ"), register=pl.col("register"), billed_until=day, reading=day
    )


def taken_back_rows(
    *, keys: pl.DataFrame, measured: pl.DataFrame, open_estimates: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(what earlier bills hold: CONSUMPTION_COLUMNS, the estimates among it: OPEN_COLUMNS).

    measured: what the readings of the keys say since they were reopened.
    """
    billed = measured.join(keys, on=KEY).filter(pl.col("period_to") <= pl.col("estimated_from"))
    taken_back = open_estimates.join(keys, on=KEY, how="semi", maintain_order="left")
    told = json_of({"taken_back": pl.col("consumption_id"), "register": pl.col("register"), **_days()})
    estimates = taken_back.with_columns(basis=pl.lit("ESTIMATED"), evidence=told)
    both = [conform(frame, CONSUMPTION_COLUMNS) for frame in (billed, estimates)]
    return pl.concat(both), conform(taken_back, OPEN_COLUMNS)


def gaps_of(*, stretches: pl.DataFrame, points: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    """agreement_id, register, period_from, period_to: the days of each stretch after its latest reading.

    stretches: with start and seg_to. Days that are stated on another basis are nobody's to estimate.
    """
    if _all_read_to_the_end(stretches, points=points):
        return stretches.clear().select(*KEY, period_from="start", period_to="seg_to")
    place = ["agreement_id", "register_id", "seg_from"]
    latest = points.group_by(place).agg(read_until=pl.col("boundary_date").max())
    ends = stretches.join(latest, on=place, how="left", maintain_order="left").with_columns(
        period_from=pl.max_horizontal("start", "read_until"), period_to=pl.col("seg_to")
    )
    unread = ends.filter(pl.col("period_from") < pl.col("period_to")).select(*KEY, "period_from", "period_to")
    if stated.is_empty():
        return unread
    met = unread.join(stated.select(*KEY, told_from="period_from", told_to="period_to"), on=KEY)
    told = met.filter((pl.col("told_from") < pl.col("period_to")) & (pl.col("period_from") < pl.col("told_to")))
    return unread.join(told, on=[*KEY, "period_from"], how="anti", maintain_order="left")


def _all_read_to_the_end(stretches: pl.DataFrame, *, points: pl.DataFrame) -> bool:
    """The usual case: as many registers were read on the last day of a stretch as there are stretches, so each is one
    register's only stretch.
    """
    closed = points["register_id"].filter(points["boundary_date"] == points["seg_to"])
    return closed.n_unique() == stretches.height


def ruled_gaps(
    *, gaps: pl.DataFrame, open_estimates: pl.DataFrame, agreements: pl.DataFrame, rules: pl.DataFrame
) -> pl.DataFrame:
    """Columns of GAPS, agreement_id and rule_id: gaps with the rule of their last day; the branch's own goes first.

    agreements: agreement_id, service_id, branch_id, legal_entity_id. rules: rule_ix, rule_id, service_id, branch_id
    (null: all), legal_entity_id, valid_from, valid_to, max_days. A gap that grew past max_days since the latest
    reading has no rule.
    """
    first = open_estimates.group_by(KEY).agg(open_from=pl.col("period_from").min())
    placed = gaps.join(first, on=KEY, how="left", maintain_order="left").join(agreements, on="agreement_id")
    met = placed.join(rules, on=["service_id", "legal_entity_id"], suffix="_rule")
    last_day = pl.col("period_to").dt.offset_by("-1d")
    in_force = (pl.col("valid_from") <= last_day) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > last_day))
    of_branch = pl.col("branch_id_rule").is_null() | (pl.col("branch_id_rule") == pl.col("branch_id"))
    unread = (pl.col("period_to") - pl.min_horizontal("open_from", "period_from")).dt.total_days()
    ordered = met.filter(in_force & of_branch).sort(*KEY, "period_from", pl.col("branch_id_rule").is_null())
    chosen = ordered.unique([*KEY, "period_from"], keep="first", maintain_order=True)
    chosen = chosen.filter(unread <= pl.col("max_days"))
    return chosen.with_row_index("gap_ix").select(*GAPS, "agreement_id", "rule_id")


def estimate_rows(
    *, gaps: pl.DataFrame, steps: pl.DataFrame, spans: pl.DataFrame, members: pl.DataFrame
) -> pl.DataFrame:
    """ESTIMATE_COLUMNS of the gaps that their rules can answer.

    spans: measured spans of the keys. members: agreement_id, attribute, value_micro, valid_from, valid_to.
    """
    measured = spans.filter(pl.col("basis") == "MEASURED").select(*KEY, *(name for name in HISTORY if name != "gap_ix"))
    history = gaps.select("gap_ix", *KEY).join(measured, on=KEY)
    people = gaps.select("gap_ix", "agreement_id").join(members, on="agreement_id")
    found = estimated(gaps=gaps, steps=steps, history=history, members=people)
    placed = found.join(gaps.with_columns(pl.col("gap_ix").cast(pl.Int64)), on="gap_ix", maintain_order="left")
    told = {
        "estimate": pl.col("method"),
        "rule_id": pl.col("rule_id"),
        "step": pl.col("step_no"),
        "register": pl.col("register"),
        **_days(),
        "based_on": micro_text("based_on_micro"),
        "based_on_days": pl.col("based_on_days"),
    }
    return conform(placed.with_columns(evidence=json_of(told)), ESTIMATE_COLUMNS)


def _days() -> dict[str, pl.Expr]:
    return {"from": pl.col("period_from").cast(pl.String), "to": pl.col("period_to").cast(pl.String)}
