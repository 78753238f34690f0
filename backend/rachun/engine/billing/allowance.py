"""allowance: included units, credited on lines already priced; per agreement or shared over the account.

Every served agreement with the component is granted its quantity, prorated by the component's rule over the days served
under all versions. Units left over live on in later periods when the component says so. Grants form a pool: of the
agreement, or of all agreements of the account. The pool covers the first units of the lines of the named components
that lie in the period, in the order of day, agreement, component, register and block; the unit that expires first goes
first. A line of which u of q units are covered is credited R(amount × u / q); a line covered whole loses its amount
exactly. Included units are the first ones: what remains keeps the block it stood in. Calls consume their bundles one by
one while they are rated, so lines of `traffic` are passed over here, as is the flat price of a block.

inputs: component, unit, included_micro (units credited here), line_micro and line_minor (the line credited),
pool_micro (what the pool held at the start of the period: left over and granted), used_micro (what the whole pool
spent), shared_by, vat, numerator and denominator of the credit in minor units.
"""

from collections.abc import Mapping
from typing import Final

import polars as pl

from rachun.engine.billing.blocks import FLAT_LABEL
from rachun.engine.billing.frames import as_lines, bounded_quantity, checked, json_of, rounded_amount, text
from rachun.engine.billing.proration import prorated
from rachun.engine.billing.segments import Stretches
from rachun.engine.billing.snapshot import ALLOWANCES
from rachun.engine.tariffs.components import Allowance, SharedBy, Traffic
from rachun.values.rounding import WIDE

_BUCKETS: Final[Mapping[str, pl.DataType]] = {
    "account_ix": pl.Int64(),
    "agreement_ix": pl.Int64(),
    "allowance": pl.String(),
    "granted_from": pl.Int64(),
    "periods_left": pl.Int64(),
    "held": WIDE,
}
_POOL = ["account_ix", "pool_agreement", "allowance"]


def opening_of(*, allowances: pl.DataFrame, stretches: Stretches) -> pl.DataFrame:
    """The snapshot's ALLOWANCES as buckets. Raises SnapshotInvalid when the frame contradicts the contract."""
    rows = checked(allowances, columns=ALLOWANCES, name="allowances").join(stretches.accounts, on="agreement_ix")
    started = pl.col("granted_from").cast(pl.Int32).cast(pl.Int64)
    named = rows.with_columns(granted_from=started, held=pl.col("remaining_micro").cast(WIDE))
    return named.select(pl.col(name).cast(dtype) for name, dtype in _BUCKETS.items())


def allowance_lines(
    *, components: pl.DataFrame, lines: pl.DataFrame, stretches: Stretches, opening: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(credit lines, buckets with `spent` added). opening: the buckets whose code one of the components has."""
    granted = _granted(components, stretches=stretches)
    sharing = granted.group_by("agreement_ix", "allowance").agg(pl.col("shared_by").last())
    buckets = pl.concat([opening, granted.select(*_BUCKETS)])
    buckets = _pooled(buckets.join(sharing, on=["agreement_ix", "allowance"], how="left", maintain_order="left"))
    buckets = buckets.sort(*_POOL, "periods_left", "granted_from", "agreement_ix")
    held, before = pl.col("held").cum_sum().over(_POOL), pl.col("held").cum_sum().over(_POOL) - pl.col("held")
    buckets = buckets.with_columns(upto=held, before=before)
    uses = _uses(components, lines=lines, stretches=stretches)
    pools = buckets.group_by(_POOL).agg(pool=pl.col("held").sum())
    covered = uses.join(pools, on=_POOL, maintain_order="left").with_columns(
        included=(pl.min_horizontal("upto", "pool") - pl.col("upto") + pl.col("units")).clip(lower_bound=0)
    )
    used = covered.group_by(_POOL).agg(used=pl.col("included").sum())
    spent = (pl.min_horizontal("upto", "used") - pl.col("before")).clip(lower_bound=0)
    buckets = buckets.join(used, on=_POOL, how="left", maintain_order="left").with_columns(
        pl.col("used").fill_null(0).cast(WIDE)
    )
    credited = covered.filter(pl.col("included") > 0).join(used, on=_POOL, maintain_order="left")
    return _credits(credited, stretches=stretches), buckets.select(*_BUCKETS, spent=spent)


def closing_of(*, buckets: pl.DataFrame) -> pl.DataFrame:
    """Columns of ALLOWANCES: what is left and may still be used in the next period."""
    left = buckets.with_columns(
        remaining_micro=pl.col("held") - pl.col("spent"), periods_left=pl.col("periods_left") - 1
    )
    usable = left.filter((pl.col("remaining_micro") > 0) & (pl.col("periods_left") > 0))
    dated = usable.with_columns(pl.col("granted_from").cast(pl.Int32).cast(pl.Date))
    return dated.sort("agreement_ix", "allowance", "granted_from").select(
        pl.col(name).cast(dtype) for name, dtype in ALLOWANCES.items()
    )


def _granted(components: pl.DataFrame, *, stretches: Stretches) -> pl.DataFrame:
    """Units granted for the period: prorated like a price of one minor unit per millionth of a unit."""
    unit = stretches.versions.select("version_ix", price_e8="minor_den")
    rows = stretches.in_period.join(components, on="version_ix").join(unit, on="version_ix")
    parts = prorated(rows.with_columns(quantity=pl.col("included_micro")), stretches=stretches)
    return (
        parts.sort("agreement_ix", "component", "from_day")
        .group_by("account_ix", "agreement_ix", allowance=pl.col("component"), maintain_order=True)
        .agg(
            pl.col("shared_by", "rollover_periods").last(),
            held=pl.col("amount").cast(WIDE).sum(),
        )
        .with_columns(granted_from=pl.lit(stretches.start, pl.Int64), periods_left=pl.col("rollover_periods") + 1)
    )


def _pooled(frame: pl.DataFrame) -> pl.DataFrame:
    whole = pl.col("shared_by") == SharedBy.ACCOUNT.value
    own = pl.when(whole.fill_null(value=False)).then(pl.lit(-1, pl.Int64)).otherwise(pl.col("agreement_ix"))
    return frame.with_columns(pool_agreement=own)


def _uses(components: pl.DataFrame, *, lines: pl.DataFrame, stretches: Stretches) -> pl.DataFrame:
    """Lines that the allowances may cover, each with the running sum of its pool in `upto`."""
    own = components.select(
        "version_ix",
        "shared_by",
        "unit",
        allowance=pl.col("component"),
        allowance_no=pl.col("component_no"),
        allowance_posting=pl.col("posting_code"),
        component=pl.col("of"),
    ).explode("component")
    inside = (pl.col("from_day") >= stretches.start) & (pl.col("from_day") < stretches.end)
    has_units = (pl.col("kind") != Traffic.kind) & pl.col("label").ne_missing(pl.lit(FLAT_LABEL))
    usable = lines.filter(inside, has_units, pl.col("quantity") > 0)
    uses = _pooled(usable.join(own, on=["version_ix", "component"])).with_columns(units=pl.col("quantity").cast(WIDE))
    order = [*_POOL, "from_day", "agreement_ix", "version_ix", "component_no", "register", "block_no"]
    return uses.sort(order).with_columns(upto=pl.col("units").cum_sum().over(_POOL))


def _credits(covered: pl.DataFrame, *, stretches: Stretches) -> pl.DataFrame:
    rows = covered.join(stretches.versions, on="version_ix", maintain_order="left")
    units, quantity = bounded_quantity("included"), pl.col("units")
    num = pl.col("amount").cast(WIDE) * units
    inputs = json_of(
        component=pl.col("component"),
        unit=pl.col("unit"),
        included_micro=text(pl.col("included")),
        line_micro=text(quantity),
        line_minor=text(pl.col("amount")),
        pool_micro=text(pl.col("pool")),
        used_micro=text(pl.col("used")),
        shared_by=pl.col("shared_by"),
        vat=pl.col("vat"),
        numerator=text(num * -1),
        denominator=text(quantity),
    )
    amount = rounded_amount(num=num, den=quantity) * -1
    priced = rows.with_columns(amount=amount, num=num * -1, den=quantity, quantity=units * -1, inputs=inputs)
    return as_lines(
        priced.drop("kind", "delivery_ix").with_columns(
            component=pl.col("allowance"),
            component_no=pl.col("allowance_no"),
            posting_code=pl.col("allowance_posting"),
            label=pl.col("component"),
        ),
        kind=Allowance.kind,
    )
