"""Days without readings → an estimated quantity, by the first step of a rule that has enough to stand on.

SAME_SEASON      the same dates one year earlier: every measured span gives half_up(quantity × shared days / its days),
                 together scaled to the days of the gap. Applies only when each of those dates was measured.
LAST_PERIODS     the latest `periods` measured spans that end by the gap's start: half_up(their sum × days of the gap /
                 their days). Applies with one span or more.
NORM_PER_MEMBER  norm per member and calendar month: for each month and each stretch of an unchanged number of members
                 half_up(norm × members × days / days of the month). Applies when the members of every day are known.

A step whose answer, or what it stands on, is more than a quantity may be has no answer; the next one is tried.

29 February has no date one year earlier and takes 28 February. History must be measured: what was itself estimated
proves nothing.
"""

from collections.abc import Mapping
from typing import Final

import polars as pl

from rachun.values.quantity import MICRO, QUANTITY_MAX
from rachun.values.rounding import WIDE, half_up_expr

GAPS: Final[Mapping[str, pl.DataType]] = {
    "gap_ix": pl.Int64(),
    "rule_ix": pl.Int64(),
    "register": pl.String(),
    "period_from": pl.Date(),
    "period_to": pl.Date(),
}
STEPS: Final[Mapping[str, pl.DataType]] = {
    "rule_ix": pl.Int64(),
    "step_no": pl.Int64(),
    "method": pl.String(),
    "register": pl.String(),  # NORM_PER_MEMBER: the register it is stated for, "*" for any; "*" on the others
    "periods": pl.Int64(),  # LAST_PERIODS, else 0
    "norm_micro": pl.Int64(),  # NORM_PER_MEMBER, else 0
    "attribute": pl.String(),  # NORM_PER_MEMBER: what counts the members, else ""
}
HISTORY: Final[Mapping[str, pl.DataType]] = {
    "gap_ix": pl.Int64(),
    "period_from": pl.Date(),
    "period_to": pl.Date(),
    "quantity_micro": pl.Int64(),
}
MEMBERS: Final[Mapping[str, pl.DataType]] = {
    "gap_ix": pl.Int64(),
    "attribute": pl.String(),
    "value_micro": pl.Int64(),
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),  # null = open
}
ESTIMATES: Final[Mapping[str, pl.DataType]] = {
    "gap_ix": pl.Int64(),
    "quantity_micro": pl.Int64(),
    "method": pl.String(),
    "step_no": pl.Int64(),
    "based_on_micro": pl.Int64(),  # what the history held, or the norm
    "based_on_days": pl.Int64(),  # on so many days; 0 for a norm
}


def estimated(*, gaps: pl.DataFrame, steps: pl.DataFrame, history: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Columns of ESTIMATES: one row per gap that some step of its rule can answer; other gaps have no row."""
    due = _exact(gaps, GAPS).with_columns(days=_days("period_from", "period_to"))
    tried = due.join(_exact(steps, STEPS), on="rule_ix", suffix="_step")
    tried = tried.filter((pl.col("register_step") == "*") | (pl.col("register_step") == pl.col("register")))
    known = _exact(history, HISTORY)
    answers = [
        _same_season(tried.filter(method="SAME_SEASON"), known),
        _last_periods(tried.filter(method="LAST_PERIODS"), known),
        _norms(tried.filter(method="NORM_PER_MEMBER"), _exact(members, MEMBERS)),
    ]
    # A norm of the register itself stands before one of "*" in the same step.
    sane = pl.max_horizontal("quantity_micro", "based_on_micro") <= QUANTITY_MAX
    ordered = pl.concat(answers).filter(sane).sort("gap_ix", "step_no", "is_general")
    first = ordered.unique("gap_ix", keep="first", maintain_order=True)
    return first.select(pl.col(name).cast(dtype) for name, dtype in ESTIMATES.items())


def _same_season(tried: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
    shifted = tried.with_columns(
        season_from=pl.col("period_from").dt.offset_by("-1y"), season_to=pl.col("period_to").dt.offset_by("-1y")
    ).with_columns(season_days=_days("season_from", "season_to"))
    met = shifted.join(history.rename({"period_from": "span_from", "period_to": "span_to"}), on="gap_ix")
    shared = (pl.min_horizontal("season_to", "span_to") - pl.max_horizontal("season_from", "span_from")).dt.total_days()
    met = met.with_columns(shared=shared).filter(pl.col("shared") > 0)
    part = half_up_expr(num=_wide("quantity_micro") * _wide("shared"), den=_wide(_days("span_from", "span_to")))
    sums = met.group_by("gap_ix", "step_no", maintain_order=True).agg(
        pl.col("days", "season_days").first(), based_on=part.sum(), based_days=pl.col("shared").sum()
    )
    whole = sums.filter((pl.col("based_days") == pl.col("season_days")) & (pl.col("season_days") > 0))
    return _answer(whole, method="SAME_SEASON", num=pl.col("based_on") * _wide("days"), den=_wide("season_days"))


def _last_periods(tried: pl.DataFrame, history: pl.DataFrame) -> pl.DataFrame:
    met = tried.join(history.rename({"period_from": "span_from", "period_to": "span_to"}), on="gap_ix")
    earlier = met.filter(pl.col("span_to") <= pl.col("period_from")).sort("gap_ix", "step_no", "span_to")
    place = pl.col("span_to").rank("ordinal", descending=True).over("gap_ix", "step_no")
    taken = earlier.filter(place <= pl.col("periods"))
    sums = taken.group_by("gap_ix", "step_no", maintain_order=True).agg(
        pl.col("days").first(),
        based_on=_wide("quantity_micro").sum(),
        based_days=_days("span_from", "span_to").sum(),
    )
    return _answer(sums, method="LAST_PERIODS", num=pl.col("based_on") * _wide("days"), den=_wide("based_days"))


def _norms(tried: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    with_months = tried.with_columns(
        month=pl.date_ranges(pl.col("period_from").dt.truncate("1mo"), pl.col("period_to"), "1mo", closed="left")
    ).explode("month")
    with_months = with_months.with_columns(month_to=pl.col("month").dt.offset_by("1mo"))
    met = with_months.join(members, on=["gap_ix", "attribute"]).with_columns(
        part_from=pl.max_horizontal("period_from", "month", "valid_from"),
        part_to=pl.min_horizontal("period_to", "month_to", "valid_to"),
    )
    met = met.filter(pl.col("part_from") < pl.col("part_to"))
    length, month_days = _wide(_days("part_from", "part_to")), _wide(_days("month", "month_to"))
    part = half_up_expr(num=_wide("norm_micro") * _wide("value_micro") * length, den=month_days * MICRO)
    sums = met.group_by("gap_ix", "step_no", "register_step", maintain_order=True).agg(
        pl.col("days", "norm_micro").first(), quantity=part.sum(), known=length.sum()
    )
    whole = sums.filter(pl.col("known") == pl.col("days")).with_columns(
        based_on=_wide("norm_micro"), based_days=pl.lit(0)
    )
    general = pl.col("register_step") == "*"
    return _answer(whole, method="NORM_PER_MEMBER", num=pl.col("quantity"), den=pl.lit(1), is_general=general)


def _answer(
    sums: pl.DataFrame, *, method: str, num: pl.Expr, den: pl.Expr, is_general: pl.Expr | None = None
) -> pl.DataFrame:
    return sums.select(
        "gap_ix",
        "step_no",
        quantity_micro=half_up_expr(num=num, den=den),
        method=pl.lit(method),
        based_on_micro=_wide("based_on"),
        based_on_days=pl.col("based_days").cast(pl.Int64),
        is_general=pl.lit(value=False) if is_general is None else is_general,
    )


def _wide(of: str | pl.Expr) -> pl.Expr:
    return (pl.col(of) if isinstance(of, str) else of).cast(WIDE)


def _days(start: str, end: str) -> pl.Expr:
    return (pl.col(end) - pl.col(start)).dt.total_days()


def _exact(frame: pl.DataFrame, columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(dtype) for name, dtype in columns.items())
