"""metered: a price per unit read, in blocks per register (`blocks.py`).

A group is agreement × version × component × priced register × window; the window is the billing period, or the
calendar month of late consumption. Block bounds are given per whole window and shared by the served days of the group
that consumption covers. So two versions, or a late part and a punctual one, share the bounds of a month by their days.
"*" prices the sum of registers, less those that only a peak or a reactive share is read from (`registers.py`).
"""

from collections.abc import Iterable, Sequence

import polars as pl

from rachun.engine.billing.blocks import block_lines, priced_registers
from rachun.engine.billing.consumption import consumption_pieces, with_new_days
from rachun.engine.billing.frames import all_refusals, as_lines, checked, days_held, refused
from rachun.engine.billing.registers import looked_at, not_summed
from rachun.engine.billing.scaled import scaled
from rachun.engine.billing.season_use import with_used_before
from rachun.engine.billing.segments import Stretches
from rachun.engine.billing.snapshot import ATTRIBUTES, CONSUMPTION, SEASON_USE, empty
from rachun.engine.tariffs.components import EVERY_REGISTER, BoundsPer, Metered
from rachun.engine.tariffs.selection import VersionInForce
from rachun.values.rounding import WIDE

_GROUP = ["agreement_ix", "price_ix", "window_from"]
_MATCH = ["consumption_ix", "version_ix"]
_LENGTH = pl.col("to_day") - pl.col("from_day")


def metered_lines(
    *,
    stretches: Stretches,
    versions: Sequence[VersionInForce],
    consumption: pl.DataFrame,
    attributes: pl.DataFrame | None = None,
    season_use: pl.DataFrame | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(lines, refusals): one line per block touched. attributes: columns of ATTRIBUTES, where bounds are scaled by one.
    season_use: columns of SEASON_USE, where a season uses bounds up.

    Refuses MISSING_CONSUMPTION where a served day of the period is not covered (a missing reading is never zero; a row
    of quantity 0 says that nothing was used), UNKNOWN_REGISTER where no component prices what was used.
    """
    registers, blocks = priced_registers(versions)
    checked_rows = checked(consumption, columns=CONSUMPTION, name="consumption")
    pieces, refusals = consumption_pieces(stretches=stretches, consumption=checked_rows)
    apart = not_summed(versions)
    known = empty(columns=ATTRIBUTES) if attributes is None else attributes
    matched = _matched(pieces, registers=registers, by="priced_register", apart=apart)
    cut, unscaled = scaled(matched, registers=registers, attributes=known)
    priced = with_new_days(cut, by=[*_GROUP, "factor_micro"])
    choosing = matched.clear()
    if registers["blocks_by"].null_count() < registers.height:
        chooses = registers.filter(pl.col("blocks_by").is_not_null())
        choosing = _matched(pieces, registers=chooses, by="blocks_by", apart=apart)
    groups = _groups(priced, registers=registers, choosing=choosing)
    if (registers["bounds_per"] == BoundsPer.SEASON_TOTAL.value).any():
        groups = with_used_before(groups, season_use=empty(columns=SEASON_USE) if season_use is None else season_use)
    read = with_new_days(matched, by=_GROUP) if unscaled.height else priced
    missing = [_uncovered(read, registers=registers, stretches=stretches), _unchosen(groups)]
    unknown = _unknown(pieces, matched=(matched, choosing), versions=versions)
    lines = block_lines(groups, blocks=blocks)
    return as_lines(lines, kind=Metered.kind), all_refusals([refusals, *missing, unknown, unscaled])


def _matched(pieces: pl.DataFrame, *, registers: pl.DataFrame, by: str, apart: pl.DataFrame) -> pl.DataFrame:
    """The pieces of each priced register, or of the register that chooses its block; by: the column that names it.

    apart: version_ix, register, what the sum of all registers leaves out.
    """
    is_every = pl.col(by) == EVERY_REGISTER
    every = int((registers[by] == EVERY_REGISTER).sum())
    found = []
    if every < registers.height or not every:
        named = registers.filter(~is_every) if every else registers
        named = named.select("version_ix", pl.col(by).alias("register"), "price_ix")
        found.append(pieces.join(named, on=["version_ix", "register"]))
    if every:
        summing = registers.filter(is_every) if every < registers.height else registers
        summable = pieces.join(apart, on=["version_ix", "register"], how="anti") if apart.height else pieces
        found.append(summable.join(summing.select("version_ix", "price_ix"), on="version_ix"))
    return pl.concat(found)


def _groups(priced: pl.DataFrame, *, registers: pl.DataFrame, choosing: pl.DataFrame) -> pl.DataFrame:
    """REGISTERS and the sums of each group. chosen: the usage that chooses the block; their own where no other does."""
    sums = priced.group_by("group", maintain_order=True).agg(
        pl.col("account_ix", "agreement_ix", "price_ix", "window_from", "window_days", "factor_micro").first(),
        pl.col("from_day").min(),
        pl.col("to_day").max(),
        pl.col("basis"),
        total=pl.col("quantity").sum(),
        days=pl.col("new_days").sum(),
        consumption=pl.col("consumption_ix"),
    )
    own, other = pl.when(pl.col("blocks_by").is_null()).then(pl.col("total")), pl.lit(None, WIDE)
    named = sums.join(registers, on="price_ix", maintain_order="left")
    if choosing.height:
        others = choosing.group_by(_GROUP).agg(chosen=pl.col("quantity").sum())
        named, other = named.join(others, on=_GROUP, how="left", maintain_order="left"), pl.col("chosen")
    return named.with_columns(
        pl.col("basis").list.unique().list.sort().list.join("+"),
        pl.col("consumption").list.unique().list.sort(),
        chosen=pl.coalesce(own, other),
    )


def _unchosen(groups: pl.DataFrame) -> pl.DataFrame:
    """Groups whose block another register chooses, without that register's consumption."""
    if not groups["chosen"].null_count():
        return all_refusals([])
    return refused(
        groups.filter(pl.col("chosen").is_null()),
        code="MISSING_CONSUMPTION",
        component=pl.col("component"),
        register=pl.col("blocks_by"),
        days=pl.col("days"),
    )


def _uncovered(priced: pl.DataFrame, *, registers: pl.DataFrame, stretches: Stretches) -> pl.DataFrame:
    keys = ["agreement_ix", "price_ix"]
    named = registers.select("version_ix", "price_ix", "component", "priced_register")
    metered_days = stretches.in_period.join(named, on="version_ix")
    own, begins = priced["window_from"].to_numpy() == stretches.start, priced["from_day"].to_numpy()
    new_days = priced["new_days"].to_numpy()[own & (begins >= stretches.start)]
    if int(new_days.sum()) == days_held(metered_days):
        return all_refusals([])  # days covered are days due, each once, so nothing is missing where the sums are equal
    due = metered_days.group_by(keys).agg(pl.col("account_ix").first(), length=_LENGTH.sum())
    inside = priced.filter(pl.col("window_from") == stretches.start, pl.col("from_day") >= stretches.start)
    covered = inside.group_by(keys).agg(covered=pl.col("new_days").sum())
    missing = due.join(covered, on=keys, how="left", maintain_order="left").filter(
        pl.col("covered").fill_null(0) < pl.col("length")
    )
    missing = missing.join(named, on="price_ix")
    days_missing = pl.col("length") - pl.col("covered").fill_null(0)
    return refused(
        missing,
        code="MISSING_CONSUMPTION",
        component=pl.col("component"),
        register=pl.col("priced_register"),
        days=days_missing,
    )


def _unknown(
    pieces: pl.DataFrame, *, matched: Iterable[pl.DataFrame], versions: Sequence[VersionInForce]
) -> pl.DataFrame:
    """What no component of its version reads, for a price or for anything else."""
    lost = pieces
    for known in matched:
        if known["consumption_ix"].n_unique() == pieces.height:  # each row is one piece, and each has its price
            return all_refusals([])
        lost = lost.join(known, on=_MATCH, how="anti") if lost.height and known.height else lost
    if lost.is_empty():
        return all_refusals([])
    lost = lost.join(looked_at(versions), on=["version_ix", "register"], how="anti")
    return refused(lost, code="UNKNOWN_REGISTER", register=pl.col("register"), consumption_ix=pl.col("consumption_ix"))
