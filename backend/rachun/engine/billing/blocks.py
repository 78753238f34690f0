"""Blocks of a metered price: how much of a group's usage each block prices, and which flats are due.

GRADUATED: a block prices what lies above the block before it and up to its own bound. VOLUME: the block that the whole
usage reaches prices all of it; `chosen` is the usage that reaches, which may be another register's. A flat is due for
every block entered; without usage only that of the first block, where `flat_at_zero` says so. Bounds and flats are per
whole window; where they prorate they become × days / days of the window, bounds half up to a millionth. Bounds per
SEASON are those of a whole season and become × days / days of the season. Bounds of a SEASON_TOTAL stay whole: what the
season used before (`season_use.py`) fills the lower blocks, so the group begins where that ended; with VOLUME the block
that the season's use reaches prices all of the group. Scaled bounds are besides × the attribute's value (`scaled.py`).
A package price is that of every started package.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl

from rachun.engine.billing.frames import bounded_quantity, day_text, inside_range, json_of, rounded_amount, text
from rachun.engine.billing.segments import VERSION_FACTS, version_facts
from rachun.engine.tariffs.components import BlockMode, BoundsPer, Metered, RegisterBlocks
from rachun.engine.tariffs.selection import VersionInForce
from rachun.values.quantity import MICRO
from rachun.values.rounding import WIDE, half_up_expr

FLAT_LABEL = "FLAT"
USED_BEFORE = "used_before"  # of groups whose bounds a season uses up (Int128): what it used until then

REGISTERS: Final[Mapping[str, pl.DataType]] = {
    "price_ix": pl.Int64(),
    **VERSION_FACTS,
    "component_no": pl.Int16(),
    "component": pl.String(),
    "tax_category": pl.String(),
    "posting_code": pl.String(),
    "unit": pl.String(),
    "blocks_prorate": pl.Boolean(),
    "bounds_per": pl.String(),
    "scaled_by": pl.String(),
    "scaled_default_micro": pl.Int64(),
    "priced_register": pl.String(),
    "mode": pl.String(),
    "flat_at_zero": pl.Boolean(),
    "blocks_by": pl.String(),
}
BLOCKS: Final[Mapping[str, pl.DataType]] = {
    "price_ix": pl.Int64(),
    "block_no": pl.Int16(),
    "above_micro": pl.Int64(),
    "upto_micro": pl.Int64(),
    "price_e8": pl.Int64(),
    "flat_e8": pl.Int64(),
    "package_micro": pl.Int64(),
}


def priced_registers(versions: Iterable[VersionInForce]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(REGISTERS, BLOCKS): every priced register with what its version and component say, and every block of it.

    price_ix numbers the registers of all versions through.
    """
    registers: list[tuple[Any, ...]] = []
    blocks: list[tuple[Any, ...]] = []
    for version in versions:
        facts = version_facts(version)
        for component in version.tariff.components:
            if isinstance(component, Metered):
                for priced in component.registers:
                    price_ix = len(registers)
                    registers.append((price_ix, *facts, *_component_facts(component), *_register_facts(priced)))
                    blocks += ((price_ix, *row) for row in _block_rows(priced))
    return _frame(registers, REGISTERS), _frame(blocks, BLOCKS)


def _component_facts(one: Metered) -> tuple[Any, ...]:
    who = (one.no, one.code, one.tax_category, one.posting_code, one.unit)
    return (*who, one.blocks_prorate, one.bounds_per.value, one.scaled_by, one.scaled_default_micro)


def _register_facts(priced: RegisterBlocks) -> tuple[Any, ...]:
    return (priced.register, priced.mode.value, priced.flat_at_zero, priced.blocks_by)


def _block_rows(priced: RegisterBlocks) -> Iterator[tuple[Any, ...]]:
    above = 0
    for block in priced.blocks:
        yield (block.no, above, block.upto_micro, block.price_e8, block.flat_e8, block.package_micro)
        above = block.upto_micro or above


def _frame(rows: Sequence[tuple[Any, ...]], columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(columns), orient="row")


def block_lines(groups: pl.DataFrame, *, blocks: pl.DataFrame) -> pl.DataFrame:
    """Priced lines of the blocks touched. groups: REGISTERS, total and chosen (Int128), days, window_days, whose."""
    touched = _touched(groups.join(blocks, on="price_ix", maintain_order="left"))
    used = touched if inside_range(touched["used"], least=1) else touched.filter(pl.col("used") > 0)
    lines = [_usage_lines(used)]
    if not inside_range(touched["flat_e8"], least=0, most=0):
        lines.append(_flat_lines(touched.filter(pl.col("flat_e8") != 0)))
    return pl.concat(lines, how="diagonal") if lines[1:] else lines[0]


def _touched(rows: pl.DataFrame) -> pl.DataFrame:
    """The blocks entered, with bounds prorated and `used`: what each prices of the total."""
    seasonal = (pl.col("bounds_per") == BoundsPer.SEASON.value) & pl.col("season_days").is_not_null()
    prorates = pl.col("blocks_prorate") | seasonal
    whole = pl.when(seasonal).then(pl.col("season_days")).otherwise(pl.col("window_days")).cast(WIDE)
    reach, start = pl.col("total"), pl.col("above")
    if USED_BEFORE in rows.columns:
        before = pl.col(USED_BEFORE).fill_null(0)
        rows = rows.with_columns(chosen=pl.col("chosen") + before)
        prorates &= pl.col(USED_BEFORE).is_null()
        reach, start = before + pl.col("total"), pl.max_horizontal(before, "above")
    share = pl.when(prorates).then(pl.col("days").cast(WIDE)).otherwise(whole)
    factor = pl.col("factor_micro").fill_null(MICRO).cast(WIDE)
    shared = rows.with_columns(whole=whole, share=share, prorates=prorates, times=share * factor, of=whole * MICRO)
    above, upto = (
        half_up_expr(num=pl.col(name).cast(WIDE) * pl.col("times"), den=pl.col("of"))
        for name in ("above_micro", "upto_micro")
    )
    bounded = shared.with_columns(above=above, upto=upto)
    volume, first = pl.col("mode") == BlockMode.VOLUME.value, pl.col("block_no") == 1
    chosen = pl.when(volume).then(pl.col("chosen")).otherwise(reach)
    entered = (chosen > pl.col("above")) | (first & (chosen == 0) & (pl.col("flat_at_zero") | (pl.col("total") > 0)))
    reached = ~volume | (chosen <= pl.col("upto")).fill_null(value=True)
    in_block = pl.min_horizontal(reach, "upto") - start
    used = pl.when(volume).then(pl.col("total")).otherwise(in_block)
    open_ = volume | (in_block > 0) | (pl.col("total") == 0)  # bounds times 0 persons close a block: no unit, no flat
    return bounded.filter(entered & reached & open_).with_columns(used=used)


def _usage_lines(rows: pl.DataFrame) -> pl.DataFrame:
    if rows["package_micro"].null_count() < rows.height:
        package = pl.col("package_micro").cast(WIDE)
        packages = (pl.col("used") + package - 1) // package * MICRO
        rows = rows.with_columns(quantity=pl.when(package.is_null()).then(pl.col("used")).otherwise(packages))
    else:
        rows = rows.with_columns(quantity=pl.col("used"))
    counted = rows.with_columns(
        quantity=bounded_quantity("quantity"),
        unit_price_e8=pl.col("price_e8"),
        den=pl.col("minor_den").cast(WIDE),
        label=pl.lit(None, pl.String),
    )
    return _explained(counted.with_columns(num=pl.col("quantity") * pl.col("price_e8").cast(WIDE)))


def _flat_lines(rows: pl.DataFrame) -> pl.DataFrame:
    num = pl.col("flat_e8").cast(WIDE) * pl.col("share") * MICRO
    den = pl.col("minor_den").cast(WIDE) * pl.col("whole")
    due = rows.with_columns(quantity=pl.lit(MICRO, WIDE), unit_price_e8=pl.col("flat_e8"), num=num, den=den)
    return _explained(due.with_columns(label=pl.lit(FLAT_LABEL)))


def _explained(rows: pl.DataFrame) -> pl.DataFrame:
    season = {USED_BEFORE: text(pl.col(USED_BEFORE))} if USED_BEFORE in rows.columns else {}
    inputs = json_of(
        **season,
        days=pl.col("days"),
        window_from=day_text("window_from"),
        window_days=pl.col("window_days"),
        blocks_prorate=pl.col("prorates"),
        bounds_days=pl.col("whole").cast(pl.Int64),
        scaled_by=pl.when(pl.col("factor_micro").is_not_null()).then(pl.col("scaled_by")),
        factor_micro=pl.col("factor_micro"),
        mode=pl.col("mode"),
        above_micro=text(pl.col("above")),
        upto_micro=text(pl.col("upto")),
        used_micro=text(pl.col("used")),
        total_micro=text(pl.col("total")),
        chosen_micro=text(pl.col("chosen")),
        package_micro=pl.col("package_micro"),
        unit=pl.col("unit"),
        consumption=pl.col("consumption"),
        vat=pl.col("vat"),
        numerator=text(pl.col("num")),
        denominator=text(pl.col("den")),
    )
    amount = rounded_amount(num=pl.col("num"), den=pl.col("den"))
    return rows.with_columns(amount=amount, inputs=inputs, register=pl.col("priced_register"))
