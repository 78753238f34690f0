"""A frame of strings → a frame of typed columns, with an error for every cell that does not read exactly."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from rachun.formats.columns import Column, Kind, TableSpec
from rachun.formats.reading import FileRefused, RowError
from rachun.formats.tables import StringTable

UTC = pl.Datetime("us", "UTC")
_SPACES = "[\u00a0\u202f ]"
_DECIMAL = r"^[+-]?([0-9]{1,18}|[0-9]{1,3}( [0-9]{3}){1,5})([.,][0-9]{1,18})?$"
_INSTANT = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2})?(\.[0-9]{1,6})?$"
_INSTANT_DOTTED = r"^([0-9]{2})\.([0-9]{2})\.([0-9]{4}),? ([0-9]{2}:[0-9]{2})(:[0-9]{2})?$"
_INSTANT_OFFSET = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:?[0-9]{2})$"
)
_LATEST = pl.datetime(2100, 1, 1)
_EARLIEST = pl.datetime(1990, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedTable:
    """frame: the understood rows only; errors: of all others, in the order of the file."""

    frame: pl.DataFrame
    errors: tuple[RowError, ...]
    record_count: int


def check_zone(*, zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise FileRefused(code="unknown_zone", params={"zone": zone[:60]}) from error
    return zone


def type_columns(*, table: StringTable, spec: TableSpec, zone: str) -> TypedTable:
    """Type every cell. A row with any error is left out whole and every one of its errors is told."""
    zone = check_zone(zone=zone)
    errors = list(table.errors)
    typed = table.frame.select("row_no")
    for column in spec.columns:
        values, problems = _type_column(table.frame, column, zone)
        typed = typed.with_columns(values.alias(column.name))
        errors += problems
    wrong = pl.Series("row_no", sorted({error.row for error in errors}), dtype=pl.Int64)
    return TypedTable(
        frame=typed.filter(~pl.col("row_no").is_in(wrong.implode())),
        errors=tuple(sorted(errors, key=lambda error: error.row)),
        record_count=table.record_count,
    )


def _type_column(frame: pl.DataFrame, column: Column, zone: str) -> tuple[pl.Series, list[RowError]]:
    text = pl.col(column.name)
    own = pl.col("text")
    checked = frame.select("row_no", text=text).select(
        "row_no", "text", value=_value(own, column, zone), code=_code(own, column, zone)
    )
    checked = checked.with_columns(
        code=pl.when(own.is_null())
        .then(pl.lit("required") if column.required else None)
        .when(own.str.starts_with("#DIGITS "))
        .then(pl.lit("digits_lost"))
        .when(own.str.contains(r"^#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)$"))
        .then(pl.lit("cell_error"))
        .otherwise(pl.col("code"))
    )
    wrong = checked.filter(pl.col("code").is_not_null()).select("row_no", "text", "code")
    return checked["value"], [_error(row, column, value, code, zone) for row, value, code in wrong.iter_rows()]


def _error(row: int, column: Column, value: str | None, code: str, zone: str) -> RowError:
    params: dict[str, int | str] = {}
    if value is not None:
        params = {"value": value.removeprefix("#DIGITS ")[:60]}
    if code == "unknown_choice":
        params["choices"] = ", ".join(sorted(set((column.choices or {}).values())))
    elif code == "too_long":
        params["limit"] = column.max_length
    elif code.endswith("_in_zone"):
        params["zone"] = zone
    return RowError(row=row, field=column.name, code=code, params=params)


def _value(text: pl.Expr, column: Column, zone: str) -> pl.Expr:  # noqa: PLR0911 - one arm for each kind
    match column.kind:
        case Kind.MICRO:
            return micro_units(text)
        case Kind.DECIMAL:
            return pl.when(_plain(text).str.contains(_DECIMAL)).then(_tidy(text))
        case Kind.INTEGER:
            return _plain(text).str.extract(r"^([+-]?[0-9]{1,18})(?:[.,]0+)?$").cast(pl.Int64, strict=False)
        case Kind.DATE:
            return local_date(text)
        case Kind.INSTANT:
            return instant(text, zone=zone)
        case Kind.CHOICE:
            return text.str.to_uppercase().replace_strict(
                dict(column.choices or {}), default=None, return_dtype=pl.String
            )
        case Kind.TEXT:
            return text


def _code(text: pl.Expr, column: Column, zone: str) -> pl.Expr:
    """The code of what is wrong with a cell that is not empty, else null."""
    value, plain = _value(text, column, zone), _plain(text)
    match column.kind:
        case Kind.MICRO | Kind.DECIMAL:
            problems: list[pl.Expr] = [pl.when(~plain.str.contains(_DECIMAL)).then(pl.lit("not_a_decimal"))]
            if column.kind is Kind.MICRO:
                problems.append(pl.when(plain.str.contains(r"[.,][0-9]{6}[0-9]*[1-9]")).then(pl.lit("too_precise")))
                problems.append(pl.when(value.is_null()).then(pl.lit("number_too_large")))
            return pl.coalesce(*problems, _negative(plain.str.starts_with("-"), column))
        case Kind.INTEGER:
            return pl.coalesce(
                pl.when(value.is_null()).then(pl.lit("not_an_integer")), _negative(plain.str.starts_with("-"), column)
            )
        case Kind.DATE:
            return pl.when(value.is_null()).then(pl.lit("not_a_date"))
        case Kind.INSTANT:
            local = local_clock(text)
            earliest = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
            return (
                pl.when(value.is_not_null())
                .then(None)
                .when(local.is_null())
                .then(pl.lit("not_an_instant"))
                .when(earliest.is_null())
                .then(pl.lit("time_missing_in_zone"))
                .otherwise(pl.lit("time_twice_in_zone"))
            )
        case Kind.CHOICE:
            return pl.when(value.is_null()).then(pl.lit("unknown_choice"))
        case Kind.TEXT:
            return pl.when(text.str.len_chars() > column.max_length).then(pl.lit("too_long"))


def _negative(is_negative: pl.Expr, column: Column) -> pl.Expr:
    return pl.when(is_negative & pl.lit(column.non_negative)).then(pl.lit("negative"))


def _plain(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(_SPACES, " ").str.strip_chars(" ").str.replace("−", "-", literal=True)


def _tidy(text: pl.Expr) -> pl.Expr:
    return _plain(text).str.replace_all(" ", "", literal=True).str.replace(",", ".", literal=True)


def micro_units(text: pl.Expr) -> pl.Expr:
    """Millionths as Int64, exactly; null unless the text is a number of at most 12 whole and 6 fractional digits.

    One mark, comma or point, parts the fraction; spaces may group thousands. So 1,234 is one and a bit, never 1234.
    """
    plain, tidy = _plain(text), _tidy(text)
    whole = tidy.str.extract(r"^[+-]?0*([0-9]{1,12})(?:\.|$)").cast(pl.Int64, strict=False)
    fraction = tidy.str.extract(r"\.([0-9]{1,6})0*$").str.pad_end(6, "0").cast(pl.Int64, strict=False)
    has_fraction = tidy.str.contains(".", literal=True)
    size = whole * 1_000_000 + pl.when(has_fraction).then(fraction).otherwise(0)
    signed = pl.when(tidy.str.starts_with("-")).then(-size).otherwise(size)
    return pl.when(plain.str.contains(_DECIMAL)).then(signed)


def local_date(text: pl.Expr) -> pl.Expr:
    iso = pl.when(text.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")).then(text).str.to_date("%Y-%m-%d", strict=False)
    dotted = (
        pl.when(text.str.contains(r"^[0-9]{2}\.[0-9]{2}\.[0-9]{4}$")).then(text).str.to_date("%d.%m.%Y", strict=False)
    )
    value = pl.coalesce(iso, dotted)
    return pl.when(value.is_between(pl.date(1900, 1, 1), pl.date(2100, 1, 1))).then(value)


def local_clock(text: pl.Expr) -> pl.Expr:
    """Date and time as the clock on the wall shows, without a zone."""
    iso = text.str.extract(_INSTANT, 1) + "T" + text.str.extract(_INSTANT, 2)
    iso_seconds = text.str.extract(_INSTANT, 3).fill_null(":00") + text.str.extract(_INSTANT, 4).fill_null(".0")
    date = (
        text.str.extract(_INSTANT_DOTTED, 3)
        + "-"
        + text.str.extract(_INSTANT_DOTTED, 2)
        + "-"
        + text.str.extract(_INSTANT_DOTTED, 1)
    )
    dotted = date + "T" + text.str.extract(_INSTANT_DOTTED, 4)
    dotted_seconds = text.str.extract(_INSTANT_DOTTED, 5).fill_null(":00") + ".0"
    whole = pl.coalesce(iso + iso_seconds, dotted + dotted_seconds)
    value = whole.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
    return pl.when(value.is_between(_EARLIEST, _LATEST)).then(value)


def instant(text: pl.Expr, *, zone: str) -> pl.Expr:
    """UTC. Times with an offset are taken as they are; others belong to the zone and must happen there exactly once."""
    written = pl.when(text.str.contains(_INSTANT_OFFSET)).then(text)
    with_seconds = written.str.replace(" ", "T", literal=True).str.replace(
        r"T([0-9]{2}:[0-9]{2})(Z|[+-])", "T${1}:00$2"
    )
    offset = with_seconds.str.replace(r"Z$", "+00:00").str.replace(r"([+-][0-9]{2})([0-9]{2})$", "${1}:$2")
    absolute = offset.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%:z", time_unit="us", strict=False)
    local = local_clock(text).dt.replace_time_zone(zone, ambiguous="null", non_existent="null")
    return pl.coalesce(absolute.dt.convert_time_zone("UTC"), local.dt.convert_time_zone("UTC"))
