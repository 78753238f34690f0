"""Numbers as exchanges write them → E.164 digits, by rules the operator declares."""

import re
from dataclasses import dataclass

import polars as pl

_E164_DIGITS = (7, 15)
_WRITTEN = r"[\s()./\u00a0-]"
_PLAINLY_WRITTEN = re.compile("[ ()./\u00a0-]")  # what a space is otherwise, two libraries see differently


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberingRules:
    """How numbers are dialled at one exchange.

    national_lengths: digits after the country code. local_lengths: digits of a number without its area code, resolved
    by `area_code` when there is one. short_lengths: service numbers, which get only the country code in front.
    """

    country_code: str
    trunk_prefix: str = "0"
    international_prefix: str = "00"
    national_lengths: frozenset[int] = frozenset({9})
    area_code: str | None = None
    local_lengths: frozenset[int] = frozenset()
    short_lengths: frozenset[int] = frozenset()


def normalise_numbers(*, numbers: pl.Series, rules: NumberingRules) -> pl.DataFrame:
    """Columns e164 (digits without +, or null) and error (null, EMPTY_NUMBER, NOT_A_NUMBER or UNRESOLVED_NUMBER)."""
    resolved = _resolved(numbers, rules)
    error = (
        pl.when(pl.col("dialled") == "")
        .then(pl.lit("EMPTY_NUMBER"))
        .when(~pl.col("is_number"))
        .then(pl.lit("NOT_A_NUMBER"))
        .when(~pl.col("is_sound"))
        .then(pl.lit("UNRESOLVED_NUMBER"))
    )
    return resolved.select(_E164, error=error)


def e164_numbers(*, numbers: pl.Series, rules: NumberingRules) -> pl.Series:
    """The column e164 alone."""
    return _resolved(numbers, rules).select(_E164)["e164"]


_E164 = pl.when(pl.col("is_number") & pl.col("is_sound")).then("resolved").alias("e164")


def _resolved(numbers: pl.Series, rules: NumberingRules) -> pl.DataFrame:
    """dialled, resolved, is_number, is_sound; in steps, so that what several of them look at is found once."""
    dialled, digits = pl.col("dialled"), pl.col("digits")
    read = _plainly_written(numbers).alias("dialled").to_frame().with_columns(digits=dialled.str.strip_prefix("+"))
    has_plus, has_prefix = dialled.str.starts_with("+"), dialled.str.starts_with(rules.international_prefix)
    bare = pl.when(has_plus).then(digits).otherwise(dialled.str.strip_prefix(rules.international_prefix))
    resolved = read.with_columns(
        resolved=pl.when(has_plus | has_prefix).then(bare).otherwise(_national(dialled, rules)),
        is_number=digits.str.contains(r"^[0-9]+$"),
    )
    is_sound = pl.col("resolved").str.len_bytes().is_between(*_E164_DIGITS) & ~pl.col("resolved").str.starts_with("0")
    if rules.short_lengths:
        is_sound |= dialled.str.len_bytes().is_in(list(rules.short_lengths))
    return resolved.with_columns(is_sound=is_sound.fill_null(value=False))


def _plainly_written(numbers: pl.Series) -> pl.Series:
    """Without what people put between digits; exchanges put nothing there, so looking comes before replacing."""
    texts = numbers.cast(pl.String).fill_null("")
    return texts.str.replace_all(_WRITTEN, "") if texts.str.contains(_WRITTEN).any() else texts


def normalise_number(*, number: str, rules: NumberingRules) -> str | None:
    """The same for one number: e164; None where only the column form can tell, or where there is none."""
    dialled = _PLAINLY_WRITTEN.sub("", number)
    digits = dialled.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        return None
    if dialled.startswith("+"):
        resolved: str | None = digits
    elif dialled.startswith(rules.international_prefix):
        resolved = dialled.removeprefix(rules.international_prefix)
    else:
        resolved = _national_number(dialled, rules)
    if resolved is None:
        return None
    least, most = _E164_DIGITS
    is_sound = (least <= len(resolved) <= most and resolved[0] != "0") or len(dialled) in rules.short_lengths
    return resolved if is_sound else None


def _national_number(dialled: str, rules: NumberingRules) -> str | None:
    """In the order of _national."""
    length, lengths = len(dialled), rules.national_lengths
    has_trunk = dialled.startswith(rules.trunk_prefix)
    if dialled.startswith(rules.country_code) and length - len(rules.country_code) in lengths:
        return dialled
    if has_trunk and length - len(rules.trunk_prefix) in lengths:
        return rules.country_code + dialled[len(rules.trunk_prefix) :]
    if length in lengths and not has_trunk:
        return rules.country_code + dialled
    if rules.area_code and length in rules.local_lengths:
        return rules.country_code + rules.area_code + dialled
    return rules.country_code + dialled if length in rules.short_lengths else None


def _national(dialled: pl.Expr, rules: NumberingRules) -> pl.Expr:
    length = dialled.str.len_bytes().cast(pl.Int64)
    country, trunk = pl.lit(rules.country_code), len(rules.trunk_prefix)
    national = [*rules.national_lengths]
    with_trunk = dialled.str.starts_with(rules.trunk_prefix) & (length - trunk).is_in(national)
    with_country = dialled.str.starts_with(rules.country_code) & (length - len(rules.country_code)).is_in(national)
    local = length.is_in([*rules.local_lengths]) if rules.area_code else pl.lit(value=False)
    return (
        pl.when(with_country)
        .then(dialled)
        .when(with_trunk)
        .then(country + dialled.str.slice(trunk))
        .when(length.is_in(national) & ~dialled.str.starts_with(rules.trunk_prefix))
        .then(country + dialled)
        .when(local)
        .then(country + pl.lit(rules.area_code or "") + dialled)
        .when(length.is_in([*rules.short_lengths]))
        .then(country + dialled)
    )
