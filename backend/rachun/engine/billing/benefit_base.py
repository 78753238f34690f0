"""What a household pays for a component before its benefits: the sum that a discount is a percent of.

A benefit never discounts what nobody pays. Units that an allowance covers leave both the money and the units of their
group. A cap or a negative percentage takes from each group its share of what it names,
    reduction × A / S    A the group's part of the named money, S all of it,
rounded up, so that discounts together never exceed what is left to pay. Reductions come in the order of their places,
so that a cap of a component and its rebate sees the component rebated.
"""

from collections.abc import Sequence
from typing import Final

import polars as pl

from rachun.engine.billing.blocks import FLAT_LABEL
from rachun.engine.tariffs.components import Allowance, Cap, Percentage, Proration
from rachun.engine.tariffs.selection import VersionInForce
from rachun.values.rounding import WIDE

GROUP: Final = ["account_ix", "agreement_ix", "version_ix", "component_no", "from_day", "to_day"]
_OWN: Final = ["component", "tax_category", "posting_code", "kind"]
_POOL: Final = [*GROUP, *_OWN, "amount", "quantity"]


def paid_groups(*, lines: pl.DataFrame, versions: Sequence[VersionInForce]) -> pl.DataFrame:
    """GROUP, component, tax_category, posting_code, target_kind, base and quantity of what benefits discount."""
    applying = _applying(versions)
    is_flat = pl.col("label").eq_missing(pl.lit(FLAT_LABEL))
    units = pl.when(is_flat).then(0).otherwise(pl.col("quantity").cast(WIDE))
    counted = lines.with_columns(pl.col("amount").cast(WIDE), quantity=units)
    own = counted.join(applying.select("version_ix", "component_no"), on=["version_ix", "component_no"], how="semi")
    credited = (
        counted.filter(pl.col("kind") == Allowance.kind)
        .drop("component_no")
        .join(applying, left_on=["version_ix", "label"], right_on=["version_ix", "code"])
    )
    pool = pl.concat([own.select(_POOL), credited.select(_POOL)])
    reducing = _reducing(versions)
    for place in sorted(reducing["component_no"].unique()):
        reducers = reducing.filter(pl.col("component_no") == place)
        pool = pl.concat([pool, _shares(pool, lines=counted, reducers=reducers)])
    sums = pool.group_by(GROUP, maintain_order=True).agg(
        pl.col(_OWN).first(), base=pl.col("amount").sum(), quantity=pl.col("quantity").sum()
    )
    return sums.rename({"kind": "target_kind"})


def _shares(pool: pl.DataFrame, *, lines: pl.DataFrame, reducers: pl.DataFrame) -> pl.DataFrame:
    """Rows of the pool: what the reducers of one place take off its groups."""
    keys = ["agreement_ix", "reducer_version", "reducer"]
    taken = (
        lines.filter(pl.col("amount") < 0)
        .join(reducers, on=["version_ix", "component_no"])
        .group_by("agreement_ix", reducer_version="version_ix", reducer="component")
        .agg(pl.col("of", "whole").first(), taken=pl.col("amount").sum() * -1)
    )
    if taken.is_empty():
        return pool.clear()
    targets = taken.explode("of").rename({"of": "component"})
    same_days = pl.col("whole") | (pl.col("version_ix") == pl.col("reducer_version"))
    of_all = (
        lines.select("agreement_ix", "version_ix", "component", "amount")
        .join(targets, on=["agreement_ix", "component"])
        .filter(same_days)
        .group_by(keys)
        .agg(named=pl.col("amount").sum())
    )
    parts = (
        pool.join(targets, on=["agreement_ix", "component"])
        .filter(same_days)
        .group_by(*GROUP, *keys[1:], maintain_order=True)
        .agg(pl.col(_OWN[1:]).first(), pl.col("taken").first(), part=pl.col("amount").sum())
        .join(of_all, on=keys, maintain_order="left")
        .filter(pl.col("named") > 0, pl.col("part") > 0)
    )
    share = (pl.col("taken") * pl.col("part") + pl.col("named") - 1) // pl.col("named")
    said = parts.with_columns(component=pl.col("reducer"), amount=share * -1, quantity=pl.lit(0, WIDE))
    return said.select(_POOL)


def _applying(versions: Sequence[VersionInForce]) -> pl.DataFrame:
    """The components that benefits discount."""
    rows = [(v.version_ix, c.no, c.code) for v in versions for c in v.tariff.components if c.benefits_apply]
    schema = {"version_ix": pl.Int64, "component_no": pl.Int16, "code": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _reducing(versions: Sequence[VersionInForce]) -> pl.DataFrame:
    """The components that may take something off others. whole: off those of every version of the period."""
    rows = [
        (v.version_ix, c.no, list(c.of), isinstance(c, Cap) and c.proration in {Proration.FULL, Proration.NONE})
        for v in versions
        for c in v.tariff.components
        if isinstance(c, Cap | Percentage)
    ]
    schema = {"version_ix": pl.Int64(), "component_no": pl.Int16(), "of": pl.List(pl.String()), "whole": pl.Boolean()}
    return pl.DataFrame(rows, schema=schema, orient="row")
