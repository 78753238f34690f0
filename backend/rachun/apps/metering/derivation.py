"""Readings → measured consumption, over columns of exact integers: pure, told everything.

Points are readings that lie in one stretch: the days on which one register of one installed meter served one agreement.
Each two neighbours of a stretch make one row, so consumption is cut at every reading and never spans an exchange, a
move or a suspension.
"""

import polars as pl

MICRO = 1_000_000
STRETCH = ["agreement_id", "register_id", "seg_from"]
CONSUMPTION_COLUMNS = {
    "agreement_id": pl.String(),
    "register": pl.String(),
    "period_from": pl.Date(),
    "period_to": pl.Date(),
    "quantity_micro": pl.Int64(),
    "basis": pl.String(),
    "evidence": pl.String(),
}
REFUSAL_COLUMNS = {"agreement_id": pl.String(), "code": pl.String(), "params": pl.String()}
WIDE = pl.Int128()


def stretches_of(*, terms: pl.DataFrame, registers: pl.DataFrame, billed_until: pl.DataFrame) -> pl.DataFrame:
    """Days on which a register of a meter serves an agreement, from where it was billed, neighbours joined.

    terms: agreement_id, service_point_id, valid_from, valid_to.  registers: service_point_id, valid_from, valid_to,
    register_id, register, meter, digits, multiplier_micro; no date is null.  billed_until: agreement_id, register,
    billed_until.  Result adds seg_from, seg_to, start: the later of seg_from and billed_until.
    """
    met = terms.join(registers, on="service_point_id", suffix="_meter").with_columns(
        seg_from=pl.max_horizontal("valid_from", "valid_from_meter"),
        seg_to=pl.min_horizontal("valid_to", "valid_to_meter"),
    )
    ordered = met.filter(pl.col("seg_from") < pl.col("seg_to")).sort("agreement_id", "register_id", "seg_from")
    gap = pl.col("seg_from") != pl.col("seg_to").shift(1)
    group = ["agreement_id", "register_id"]
    numbered = ordered.with_columns(run=gap.fill_null(value=True).cum_sum().over(group))
    joined = numbered.group_by([*group, "run"], maintain_order=True).agg(
        pl.col("register", "meter", "digits", "multiplier_micro").first(),
        pl.col("seg_from").min(),
        pl.col("seg_to").max(),
    )
    billed = joined.join(billed_until, on=["agreement_id", "register"], how="left", maintain_order="left")
    started = billed.with_columns(start=pl.max_horizontal("seg_from", "billed_until"))
    return started.filter(pl.col("start") < pl.col("seg_to")).drop("run")


def points_of(*, stretches: pl.DataFrame, readings: pl.DataFrame) -> pl.DataFrame:
    """The readings of each stretch in order. readings: register_id, reading_id, boundary_date, value_micro, kind."""
    inside = pl.col("boundary_date").is_between(pl.col("start"), pl.col("seg_to"))
    return stretches.join(readings, on="register_id").filter(inside).sort(*STRETCH, "boundary_date")


def measured_rows(*, points: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(CONSUMPTION_COLUMNS, REFUSAL_COLUMNS) of neighbouring readings.

    A value below the one before it is a rollover when the register then advanced by at most half of its capacity,
    else READING_BELOW_PREVIOUS: a reading that somebody has to look at.
    """
    after = {f"next_{name}": pl.col(name).shift(-1).over(STRETCH) for name in _OF_A_READING}
    pairs = points.with_columns(**after).filter(pl.col("next_boundary_date").is_not_null())
    capacity = pl.lit(10, WIDE).pow(pl.col("digits").cast(pl.UInt32)) * pl.lit(MICRO, WIDE)
    below = pl.col("next_value_micro") < pl.col("value_micro")
    counted = pl.col("next_value_micro").cast(WIDE) - pl.col("value_micro").cast(WIDE)
    advanced = pairs.with_columns(
        is_rollover=below, advance=pl.when(below).then(counted + capacity).otherwise(counted), capacity=capacity
    )
    implausible = pl.col("is_rollover") & (pl.col("advance") * 2 > pl.col("capacity"))
    wide = pl.col("advance") * pl.col("multiplier_micro").cast(WIDE)
    rows = advanced.filter(~implausible).select(
        "agreement_id",
        "register",
        period_from=pl.col("boundary_date"),
        period_to=pl.col("next_boundary_date"),
        quantity_micro=((wide + MICRO // 2) // MICRO).cast(pl.Int64),
        basis=pl.when((pl.col("kind") == "ESTIMATED") | (pl.col("next_kind") == "ESTIMATED"))
        .then(pl.lit("ESTIMATED"))
        .otherwise(pl.lit("MEASURED")),
        evidence=_evidence(),
    )
    return _conform(rows, CONSUMPTION_COLUMNS), _refused(
        advanced.filter(implausible),
        code="READING_BELOW_PREVIOUS",
        meter=pl.col("meter"),
        register=pl.col("register"),
        **{"from": _day("boundary_date"), "to": _day("next_boundary_date")},
        from_value=micro_text("value_micro"),
        to_value=micro_text("next_value_micro"),
    )


def unread_starts(*, points: pl.DataFrame) -> pl.DataFrame:
    """REFUSAL_COLUMNS of stretches whose billing stopped on a day that has no reading while later ones exist: the days
    between would silently never be billed.
    """
    first = points.group_by(STRETCH, maintain_order=True).agg(
        pl.col("meter", "register", "billed_until", "start", "boundary_date").first()
    )
    lost = first.filter((pl.col("start") == pl.col("billed_until")) & (pl.col("boundary_date") > pl.col("start")))
    return _refused(
        lost,
        code="BILLED_END_NOT_READ",
        meter=pl.col("meter"),
        register=pl.col("register"),
        billed_until=_day("billed_until"),
        reading=_day("boundary_date"),
    )


def doubled(*, measured: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    """REFUSAL_COLUMNS where consumption stated on another basis covers days that are measured too."""
    both = stated.join(measured, on=["agreement_id", "register"], suffix="_measured")
    overlap = (pl.col("period_from") < pl.col("period_to_measured")) & (
        pl.col("period_from_measured") < pl.col("period_to")
    )
    return _refused(
        both.filter(overlap),
        code="CONSUMPTION_STATED_AND_MEASURED",
        register=pl.col("register"),
        basis=pl.col("basis"),
        **{"from": _day("period_from"), "to": _day("period_to")},
    )


def micro_text(name: str) -> pl.Expr:
    """Millionths as a plain decimal without trailing zeros."""
    whole, part = pl.col(name) // MICRO, (pl.col(name) % MICRO).cast(pl.String).str.zfill(6)
    return pl.concat_str(whole, pl.lit("."), part).str.strip_chars_end("0").str.strip_chars_end(".")


_OF_A_READING = ("reading_id", "boundary_date", "value_micro", "kind")


def _evidence() -> pl.Expr:
    return pl.struct(
        meter=pl.col("meter"),
        register=pl.col("register"),
        **{"from": _day("boundary_date"), "to": _day("next_boundary_date")},
        from_value=micro_text("value_micro"),
        to_value=micro_text("next_value_micro"),
        multiplier=micro_text("multiplier_micro"),
        reading_ids=pl.concat_list("reading_id", "next_reading_id"),
        kinds=pl.concat_list("kind", "next_kind"),
        rollover=pl.col("is_rollover"),
    ).struct.json_encode()


def _day(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String)


def _refused(frame: pl.DataFrame, *, code: str, **params: pl.Expr) -> pl.DataFrame:
    found = frame.select("agreement_id", code=pl.lit(code), params=pl.struct(**params).struct.json_encode())
    return _conform(found.unique(maintain_order=True), REFUSAL_COLUMNS)


def _conform(frame: pl.DataFrame, columns: dict[str, pl.DataType]) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(kind) for name, kind in columns.items())
