"""Is this reading believable? Checks against the register's own history, with thresholds and actions by source.

Every check that applies is named; the strongest action of them decides: REFUSE > HOLD > ACCEPT.

    NEGATIVE, OVER_DIAL   a register never shows that: refused whatever the rules say
    DUPLICATE             another value is in force for the same day
    BELOW_PREVIOUS        lower than the one before, and no rollover (through zero by half the dial at most)
    ABOVE_NEXT            the one after it would fall below it
    ROLLOVER              passed through zero
    ZERO                  nothing used in at least `days` days
    HIGH, LOW             daily use more than / less than `percent` of what is usual: the same season a year ago where
                          it was measured, else the mean of the whole history
    SPIKE                 daily use more than `percent` of the highest daily use ever
    STALE                 told more than `days` days after its day

Comparisons are between exact products of integers; nothing is divided.
"""

from collections.abc import Mapping
from typing import Final

import polars as pl

from rachun.values.quantity import MICRO
from rachun.values.rounding import WIDE

CANDIDATES: Final[Mapping[str, pl.DataType]] = {
    "reading_ix": pl.Int64(),
    "register_ix": pl.Int64(),
    "digits": pl.Int64(),
    "read_on": pl.Date(),
    "told_on": pl.Date(),
    "value_micro": pl.Int64(),
    "source": pl.String(),
}
KNOWN: Final[Mapping[str, pl.DataType]] = {
    "register_ix": pl.Int64(),
    "read_on": pl.Date(),
    "value_micro": pl.Int64(),
}
RULES: Final[Mapping[str, pl.DataType]] = {
    "source": pl.String(),
    "check": pl.String(),
    "action": pl.String(),  # ACCEPT, HOLD, REFUSE
    "percent": pl.Int64(),  # of the usual; 0 where the check has none
    "days": pl.Int64(),  # 0 where the check has none
}
JUDGED: Final[Mapping[str, pl.DataType]] = {
    "reading_ix": pl.Int64(),
    "checks": pl.List(pl.String()),  # of those with a rule, in the order of CHECKS
    "action": pl.String(),
    "used_micro": WIDE,  # in units of the dial; null for a first reading
    "days": pl.Int64(),
    "usual_micro": WIDE,  # what is usual, used in usual_days; null without history
    "usual_days": pl.Int64(),
}
CHECKS: Final = (
    "NEGATIVE",
    "OVER_DIAL",
    "DUPLICATE",
    "BELOW_PREVIOUS",
    "ABOVE_NEXT",
    "ROLLOVER",
    "ZERO",
    "HIGH",
    "LOW",
    "SPIKE",
    "STALE",
)
IMPOSSIBLE: Final = ("NEGATIVE", "OVER_DIAL")
_STRENGTH: Final = {"ACCEPT": 0, "HOLD": 1, "REFUSE": 2}


def judged_readings(*, candidates: pl.DataFrame, known: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    """Columns of JUDGED, one row per candidate. known: readings in force; several of a batch do not see each other.

    A check without a rule for the source does not speak, except the impossible ones.
    """
    asked = _exact(candidates, CANDIDATES).with_columns(dial=_wide(pl.lit(10, WIDE).pow(pl.col("digits"))) * MICRO)
    spans = _spans(_exact(known, KNOWN), asked)
    facts = _with_usual(_with_neighbours(asked, _exact(known, KNOWN)), spans)
    told = _exact(rules, RULES)
    found = pl.concat([_found(facts, told, check) for check in CHECKS])
    by_reading = found.group_by("reading_ix").agg(
        checks=pl.col("check").sort_by("place"), strength=pl.col("strength").max()
    )
    names = {strength: name for name, strength in _STRENGTH.items()}
    judged = facts.join(by_reading, on="reading_ix", how="left", maintain_order="left").with_columns(
        checks=pl.col("checks").fill_null([]),
        action=pl.col("strength").fill_null(0).replace_strict(names, return_dtype=pl.String()),
    )
    return judged.select(pl.col(name).cast(dtype) for name, dtype in JUDGED.items()).sort("reading_ix")


def _with_neighbours(asked: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    near = asked.select("reading_ix", "register_ix", "read_on").join(
        known.rename({"read_on": "known_on", "value_micro": "known_value"}), on="register_ix"
    )
    for name, descending, where in (
        ("before", True, pl.col("known_on") < pl.col("read_on")),
        ("after", False, pl.col("known_on") > pl.col("read_on")),
        ("same", False, pl.col("known_on") == pl.col("read_on")),
    ):
        nearest = (
            near.filter(where)
            .sort("known_on", descending=descending)
            .unique("reading_ix", keep="first", maintain_order=True)
        )
        side = nearest.select(
            "reading_ix", pl.col("known_on").alias(f"{name}_on"), pl.col("known_value").alias(f"{name}_value")
        )
        asked = asked.join(side, on="reading_ix", how="left", maintain_order="left")
    step = _wide("value_micro") - _wide("before_value")
    rolled = (step < 0) & ((step + pl.col("dial")) * 2 <= pl.col("dial"))
    used = pl.when(rolled).then(step + pl.col("dial")).otherwise(step)
    onward = _wide("after_value") - _wide("value_micro")
    return asked.with_columns(
        used_micro=used,
        rolled=rolled.fill_null(value=False),
        below=((step < 0) & ~rolled).fill_null(value=False),
        above_next=((onward < 0) & ((onward + pl.col("dial")) * 2 > pl.col("dial"))).fill_null(value=False),
        days=(pl.col("read_on") - pl.col("before_on")).dt.total_days(),
    )


def _spans(known: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """register_ix, span_from, span_to, span_used, span_days of neighbours that do not run backwards."""
    dials = asked.select("register_ix", "dial").unique("register_ix")
    ordered = known.join(dials, on="register_ix").sort("register_ix", "read_on")
    same = pl.col("register_ix") == pl.col("register_ix").shift(1)
    step = _wide("value_micro") - _wide("value_micro").shift(1)
    rolled = (step < 0) & ((step + pl.col("dial")) * 2 <= pl.col("dial"))
    spans = ordered.with_columns(
        is_span=same,
        span_from=pl.col("read_on").shift(1),
        span_to=pl.col("read_on"),
        span_used=pl.when(rolled).then(step + pl.col("dial")).otherwise(step),
    ).filter(pl.col("is_span") & (pl.col("span_used") >= 0))
    days = (pl.col("span_to") - pl.col("span_from")).dt.total_days()
    return spans.select("register_ix", "span_from", "span_to", "span_used", span_days=days)


def _with_usual(asked: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    met = asked.select("reading_ix", "register_ix", "read_on", "before_on").join(spans, on="register_ix")
    met = met.filter(pl.col("span_to") <= pl.col("before_on"))
    middle = pl.col("before_on").dt.offset_by("-1y"), pl.col("read_on").dt.offset_by("-1y")
    season = met.filter((pl.col("span_from") < middle[1]) & (pl.col("span_to") > middle[0]))
    seasonal = season.group_by("reading_ix").agg(
        season_used=pl.col("span_used").sum(), season_days=pl.col("span_days").sum()
    )
    whole = met.group_by("reading_ix").agg(all_used=pl.col("span_used").sum(), all_days=pl.col("span_days").sum())
    # The highest daily use without dividing: a span that no other exceeds, by products of whole numbers.
    pairs = met.join(met.select("reading_ix", other_used="span_used", other_days=pl.col("span_days")), on="reading_ix")
    exceeded = pl.col("other_used") * _wide("span_days") > pl.col("span_used") * _wide("other_days")
    top = (
        pairs.group_by("reading_ix", "span_from", "span_used", "span_days")
        .agg(is_exceeded=exceeded.any())
        .filter(~pl.col("is_exceeded"))
        .unique("reading_ix", keep="any")
        .select("reading_ix", top_used="span_used", top_days="span_days")
    )
    for side in (seasonal, whole, top):
        asked = asked.join(side, on="reading_ix", how="left", maintain_order="left")
    return asked.with_columns(
        usual_micro=pl.coalesce("season_used", "all_used"), usual_days=pl.coalesce("season_days", "all_days")
    )


def _found(facts: pl.DataFrame, rules: pl.DataFrame, check: str) -> pl.DataFrame:
    """reading_ix, check, place, strength of the candidates to which the check applies."""
    own = rules.filter(pl.col("check") == check)
    if check in IMPOSSIBLE:
        ruled = facts.with_columns(action=pl.lit("REFUSE"), percent=pl.lit(0), limit=pl.lit(0))
    else:
        ruled = facts.join(own.rename({"days": "limit"}), on="source")
    hit = ruled.filter(_condition(check).fill_null(value=False))
    return hit.select(
        "reading_ix",
        check=pl.lit(check),
        place=pl.lit(CHECKS.index(check)),
        strength=pl.col("action").replace_strict(_STRENGTH, return_dtype=pl.Int64()),
    )


def _condition(check: str) -> pl.Expr:
    sound = (pl.col("days") > 0) & ~pl.col("below")
    mine, usual = pl.col("used_micro") * _wide("usual_days") * 100, pl.col("usual_micro") * _wide("days")
    top = pl.col("top_used") * _wide("days") * _wide("percent")
    conditions = {
        "NEGATIVE": pl.col("value_micro") < 0,
        "OVER_DIAL": _wide("value_micro") >= pl.col("dial"),
        "DUPLICATE": pl.col("same_value") != pl.col("value_micro"),
        "BELOW_PREVIOUS": pl.col("below"),
        "ABOVE_NEXT": pl.col("above_next"),
        "ROLLOVER": pl.col("rolled"),
        "ZERO": sound & (pl.col("used_micro") == 0) & (pl.col("days") >= pl.col("limit")),
        "HIGH": sound & (usual > 0) & (mine > usual * _wide("percent")),
        "LOW": sound & (usual > 0) & (mine < usual * _wide("percent")),
        "SPIKE": sound & (pl.col("top_used") > 0) & (pl.col("used_micro") * _wide("top_days") * 100 > top),
        "STALE": (pl.col("told_on") - pl.col("read_on")).dt.total_days() > pl.col("limit"),
    }
    return conditions[check]


def _wide(of: str | pl.Expr) -> pl.Expr:
    return (pl.col(of) if isinstance(of, str) else of).cast(WIDE)


def _exact(frame: pl.DataFrame, columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(dtype) for name, dtype in columns.items())
