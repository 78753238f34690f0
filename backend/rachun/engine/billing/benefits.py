"""benefits (пільги): a percent of what covered persons use, inside the social norm, split off to the budget payer.

On a day each person has one benefit: the highest percent, of equals the one without a norm, then the earlier
entitlement; nothing stacks. It discounts the components that say `benefits_apply`, line group by line group
(agreement, version, component, days). In a group of A money and Q units to pay (`benefit_base.py`) and d days, and a
benefit covering persons for P person-days in a household of H persons:
    share of the household    Q × P / (H × d)       units that the covered persons used
    norm                      n × P / D             n units a person in a period of D days (not of `fixed`)
    discount                  A × percent × min(share, norm) / Q
So units over the norm are not the cheapest or the dearest ones but as the group is: a share of each block. Discounts of
one household by share are rounded cumulatively, so three thirds make a whole; together they never exceed A.

IN_KIND: the discount is a negative line of the bill, in tax category and revenue of what it discounts, and the same
money, with its tax, is owed by the budget payer: net, tax and gross of the bill and of the budget's part sum to those
of the undiscounted lines exactly. MONETISED: the person is paid in money, the bill stays whole; such a benefit still
counts when the best one is chosen.

inputs: benefit_ix, category, payer, percent_micro, household (H), person_days (P), days (d), days_in_period (D),
norm_micro (null: none), quantity_micro (Q), base_minor (A), by ("SHARE" or "NORM": which of the two limited it),
given_minor (discounts of the group before this one), numerator_before (of the same running sum), vat, numerator and
denominator of the discount before rounding, in minor units.
"""

from collections.abc import Sequence
from typing import Final

import polars as pl

from rachun.engine.billing.benefit_base import GROUP, paid_groups
from rachun.engine.billing.frames import OPEN_DAY, as_lines, checked, days, json_of, rounded_amount, text
from rachun.engine.billing.limits import ADJUSTMENT_MAX, unit_price_of
from rachun.engine.billing.segments import Stretches
from rachun.engine.billing.snapshot import BENEFITS, BUDGET, SnapshotInvalid
from rachun.engine.tariffs.components import Fixed
from rachun.engine.tariffs.selection import VersionInForce
from rachun.values.quantity import MICRO
from rachun.values.rounding import WIDE

KIND: Final = "benefit"
IN_KIND: Final = "IN_KIND"
HUNDRED: Final = 100 * MICRO
NORM_MAX: Final = 10**12
_PERSON: Final = ["agreement_ix", "person_ix"]
_SAID: Final = ["benefit_ix", "category", "payer", "mode", "percent_micro", "household", "norm_micro"]


def benefit_lines(
    *, lines: pl.DataFrame, stretches: Stretches, versions: Sequence[VersionInForce], benefits: pl.DataFrame
) -> pl.DataFrame:
    """LINES of the discounts. Raises SnapshotInvalid for benefits out of range."""
    best = best_of(benefits=_checked(benefits))
    groups = _groups(lines, versions=versions).join(stretches.versions, on="version_ix", maintain_order="left")
    covered = _covered(groups, best=best)
    wide = {name: pl.col(name).cast(WIDE) for name in ("base", "quantity", "household", "person_days", "norm_micro")}
    length, whole = pl.col("days").cast(WIDE), pl.lit(stretches.days, WIDE)
    normed = pl.col("norm_micro").is_not_null() & (pl.col("target_kind") != Fixed.kind)
    over = normed & (wide["quantity"] * whole > wide["norm_micro"] * wide["household"] * length)
    bounded = pl.when(pl.col("base") <= ADJUSTMENT_MAX).then(wide["base"])
    part = bounded * pl.col("percent_micro").cast(WIDE) * wide["person_days"]
    limited = covered.with_columns(by=pl.when(over).then(pl.lit("NORM")).otherwise(pl.lit("SHARE"))).with_columns(
        num=pl.when(over).then(part * wide["norm_micro"].fill_null(0)).otherwise(part),
        den=pl.when(over).then(wide["quantity"] * whole * HUNDRED).otherwise(wide["household"] * length * HUNDRED),
    )
    due = (pl.col("discount") != 0) | (pl.col("base") > ADJUSTMENT_MAX)  # the latter is refused, never left out
    discounted = _rounded(limited).filter(due, pl.col("mode") == IN_KIND)
    return _as_discounts(discounted, stretches=stretches)


def best_of(*, benefits: pl.DataFrame) -> pl.DataFrame:
    """The best benefit of each person on each day. benefits: BENEFITS with from_day and to_day for its dates."""
    edges = pl.concat([benefits.select(*_PERSON, day=pl.col(name)) for name in ("from_day", "to_day")])
    pieces = (
        edges.unique()
        .sort(*_PERSON, "day")
        .with_columns(until=pl.col("day").shift(-1).over(_PERSON))
        .filter(pl.col("until").is_not_null())
    )
    ranked = (
        pieces.join(benefits, on=_PERSON)
        .filter((pl.col("from_day") <= pl.col("day")) & (pl.col("to_day") >= pl.col("until")))
        .with_columns(from_day=pl.col("day"), to_day=pl.col("until"), limited=pl.col("norm_micro").is_not_null())
        .sort(*_PERSON, "from_day", pl.col("percent_micro") * -1, "limited", "benefit_ix", "norm_micro", "mode")
    )
    return ranked.unique([*_PERSON, "from_day"], keep="first", maintain_order=True).drop("day", "until", "limited")


def budget_of(*, charges: pl.DataFrame) -> pl.DataFrame:
    """Columns of BUDGET: what the payers owe for the discounts among the charges, sign turned."""
    owed = charges.filter(pl.col("kind") == KIND).with_columns(
        pl.col("net_minor", "tax_minor", "gross_minor") * -1,
        benefit_ix=pl.col("inputs").str.json_path_match("$.benefit_ix"),
        payer=pl.col("inputs").str.json_path_match("$.payer"),
    )
    return owed.select(pl.col(name).cast(dtype) for name, dtype in BUDGET.items())


def _checked(benefits: pl.DataFrame) -> pl.DataFrame:
    rows = days(checked(benefits, columns=BENEFITS, name="benefits"), start="valid_from", end="valid_to")
    sound = (
        pl.col("percent_micro").is_between(0, HUNDRED)
        & (pl.col("household") >= 1)
        & (pl.col("norm_micro").is_null() | pl.col("norm_micro").is_between(0, NORM_MAX))
        & (pl.col("from_day") < pl.col("to_day"))
        & (pl.col("to_day") <= OPEN_DAY)
    )
    if (wrong := rows.filter(~sound)).height:
        raise SnapshotInvalid(f"benefits: out of range: {wrong.row(0, named=True)}")
    return rows


def _groups(lines: pl.DataFrame, *, versions: Sequence[VersionInForce]) -> pl.DataFrame:
    sums = paid_groups(lines=lines, versions=versions).filter(pl.col("base") > 0, pl.col("quantity") > 0)
    return sums.sort(GROUP).with_row_index("group").with_columns(days=pl.col("to_day") - pl.col("from_day"))


def _covered(groups: pl.DataFrame, *, best: pl.DataFrame) -> pl.DataFrame:
    """One row per group and benefit: person_days that it covers there."""
    both = groups.join(best, on="agreement_ix", suffix="_best")
    start = pl.max_horizontal("from_day", "from_day_best")
    end = pl.min_horizontal("to_day", "to_day_best")
    shared = both.with_columns(covered=end - start).filter(pl.col("covered") > 0)
    kept = [name for name in groups.columns if name != "group"]
    sums = shared.group_by("group", *_SAID).agg(pl.col(kept).first(), person_days=pl.col("covered").sum())
    return sums.sort("group", "household", "benefit_ix", "percent_micro", "norm_micro", "mode", "category", "payer")


def _rounded(limited: pl.DataFrame) -> pl.DataFrame:
    """Add discount: rounded, and together never more than the group's money."""
    alike = ["group", "household", "by"]
    by_share = pl.col("by") == "SHARE"
    upto = pl.when(by_share).then(pl.col("num").cum_sum().over(alike)).otherwise(pl.col("num"))
    rows = limited.with_columns(upto=upto).with_columns(
        alone=rounded_amount(num=pl.col("upto"), den=pl.col("den"))
        - rounded_amount(num=pl.col("upto") - pl.col("num"), den=pl.col("den"))
    )
    reached = pl.min_horizontal(pl.col("alone").cum_sum().over("group"), pl.col("base"))
    before = pl.min_horizontal(pl.col("alone").cum_sum().over("group") - pl.col("alone"), pl.col("base"))
    given = pl.col("alone").cum_sum().over("group") - pl.col("alone")
    return rows.with_columns(discount=reached - before, given=given)


def _as_discounts(rows: pl.DataFrame, *, stretches: Stretches) -> pl.DataFrame:
    minus = pl.when(pl.col("base") <= ADJUSTMENT_MAX).then(pl.col("discount") * -1)
    named = rows.with_columns(
        inputs=json_of(
            benefit_ix=pl.col("benefit_ix"),
            category=pl.col("category"),
            payer=pl.col("payer"),
            percent_micro=pl.col("percent_micro"),
            household=pl.col("household"),
            person_days=pl.col("person_days"),
            days=pl.col("days"),
            days_in_period=pl.lit(stretches.days),
            norm_micro=pl.col("norm_micro"),
            quantity_micro=text(pl.col("quantity")),
            base_minor=text(pl.col("base")),
            by=pl.col("by"),
            given_minor=text(pl.col("given")),
            numerator_before=text(pl.col("upto") - pl.col("num")),
            vat=pl.col("vat"),
            numerator=text(pl.col("num") * -1),
            denominator=text(pl.col("den")),
        ),
        amount=pl.when(unit_price_of(minus).is_not_null()).then(minus),
        unit_price_e8=unit_price_of(minus),
        label=pl.col("category"),
        num=pl.when(pl.col("discount") == pl.col("alone")).then(pl.col("num") * -1),
    )
    return as_lines(named.with_columns(quantity=pl.lit(MICRO, WIDE)), kind=KIND)
