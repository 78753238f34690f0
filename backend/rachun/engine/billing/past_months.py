"""What looks at other lines, worked out again for the months whose estimate a reading disproves.

A minimum, a cap or included units of a past month were taken of estimated use. The month is done again as it was
billed: on the lines that its bill holds (`PAST_LINES`), once with what was billed then and once with what the reading
says in its place. What the two differ by goes onto this bill beside the difference of use: what the month held is taken
back, what it comes to now is charged. So the months together cost what they would have cost with the reading at hand,
and this month's own limits do not see them.

Where that cannot be done the account is refused, with the days: TRUE_UP_NOT_DERIVED when the bill of the month does not
hold what is taken back, and TRUE_UP_UNDER_ROLLOVER when included units live on, because every later month would have to
be done again, too. A discount of a benefit is a share of what limits leave, so its month is refused as well. Months
that no minimum, cap or allowance looks at go on as the difference of use alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import polars as pl

from rachun.engine.billing.adjustments import with_adjustments
from rachun.engine.billing.frames import LINES, checked, day_text, days, refused
from rachun.engine.billing.minimum import READ
from rachun.engine.billing.segments import Stretches, stretches_of
from rachun.engine.billing.snapshot import ALLOWANCES, PAST_LINES, REFUSALS, Snapshot, empty
from rachun.engine.tariffs.components import Allowance, Cap, Minimum, Percentage, TariffVersion
from rachun.engine.tariffs.selection import VersionInForce
from rachun.values.period import Period

_USE: Final = ["account_ix", "agreement_ix", "version_ix", "component_no", "register", "block_no", "label"]
_PLACE: Final = [*_USE, "from_day", "to_day"]
_OF_USE: Final = ["agreement_ix", "component"]
_LOOKING: Final = (Allowance, Cap, Minimum, Percentage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """LINES of use of days that a reading corrects: what it says now, and what bills hold (with its sign)."""

    now: pl.DataFrame
    then: pl.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class PastMonths:
    """apart: agreement_ix, component, whose earlier lines this month's limits must not see. lines: LINES, what the past
    months' limits come to otherwise. refusals: REFUSALS.
    """

    apart: pl.DataFrame
    lines: pl.DataFrame
    refusals: pl.DataFrame


def past_months(*, sides: Sides, snapshot: Snapshot, stretches: Stretches) -> PastMonths:
    """snapshot: with the versions that the sides name. stretches: of the bill's own period."""
    looked_at = _looked_at(snapshot.versions)
    limited = sides.then.join(looked_at, on=["version_ix", "component"], how="semi")
    if limited.is_empty():
        nothing = empty(columns=LINES)
        return PastMonths(apart=nothing.select(_OF_USE), lines=nothing, refusals=empty(columns=REFUSALS))
    apart = sides.then.join(limited.select("agreement_ix").unique(), on="agreement_ix", how="semi").select(_OF_USE)
    apart = apart.unique(maintain_order=True)
    inside = pl.col("from_day") < stretches.start
    then, now = (
        side.filter(inside).join(apart, on=_OF_USE, how="semi", maintain_order="left")
        for side in (sides.then, sides.now)
    )
    billed = _billed(snapshot.past_lines).join(
        apart.join(stretches.accounts, on="agreement_ix"), on="account_ix", how="semi"
    )
    rollover = then.join(looked_at.filter("lives_on"), on=["version_ix", "component"], how="semi")
    refusals = [
        _refused(rollover, code="TRUE_UP_UNDER_ROLLOVER"),
        _refused(_unheld(then, billed=billed), code="TRUE_UP_NOT_DERIVED"),
        _refused(_outside(now, billed=billed), code="TRUE_UP_NOT_DERIVED"),
    ]
    made = [empty(columns=LINES)]
    for start, end in sorted(set(billed.select("bill_from", "bill_to").rows())):
        own = billed.filter(pl.col("bill_from") == start, pl.col("bill_to") == end)
        parts = [side.filter(pl.col("from_day").is_between(start, end - 1)) for side in (then, now)]
        made.append(_month(own.select(LINES.keys()), then=parts[0], now=parts[1], snapshot=snapshot, span=(start, end)))
    lines = pl.concat(made)
    entitled = lines.join(snapshot.benefits.select("agreement_ix").unique(), on="agreement_ix", how="semi")
    refusals.append(_refused(entitled, code="TRUE_UP_NOT_DERIVED"))
    return PastMonths(apart=apart, lines=lines, refusals=pl.concat(refusals))


def _month(
    billed: pl.DataFrame, *, then: pl.DataFrame, now: pl.DataFrame, snapshot: Snapshot, span: tuple[int, int]
) -> pl.DataFrame:
    """What the month's limits come to otherwise, taken back and charged."""
    corrected = pl.concat([billed.join(then, on=_PLACE, how="anti", nulls_equal=True, maintain_order="left"), now])
    start, end = (date.fromordinal(day + date(1970, 1, 1).toordinal()) for day in span)
    own = replace(snapshot, period=Period(start=start, end=end))
    stretches = stretches_of(snapshot=own, fact_days=[*billed["from_day"], *billed["to_day"], *corrected["from_day"]])
    sides = [_limits(lines, stretches=stretches, versions=snapshot.versions) for lines in (billed, corrected)]
    keys = [*_PLACE, "component", "tax_category", "quantity", "amount"]
    only = [
        one.join(other, on=keys, how="anti", nulls_equal=True, maintain_order="left")
        for one, other in (sides, sides[::-1])
    ]
    back = only[0].with_columns(pl.col(name) * -1 for name in ("quantity", "amount", "num"))
    return pl.concat([_told(back, as_="taken_back"), _told(only[1], as_="done_again")])


def _limits(lines: pl.DataFrame, *, stretches: Stretches, versions: Sequence[VersionInForce]) -> pl.DataFrame:
    """The lines that limits add to these, of the days of the month."""
    whole, _ = with_adjustments(
        lines=lines, stretches=stretches, versions=versions, allowances=empty(columns=ALLOWANCES)
    )
    return whole.slice(lines.height)


def _told(lines: pl.DataFrame, *, as_: str) -> pl.DataFrame:
    return lines.with_columns(inputs=pl.concat_str(pl.col("inputs").str.head(-1), pl.lit(f',"{as_}":true}}')))


def _billed(past_lines: pl.DataFrame) -> pl.DataFrame:
    """PAST_LINES as LINES with bill_from and bill_to in days, without what a bill itself corrected of days before it:
    its own limits did not see that.
    """
    exact = checked(past_lines, columns=PAST_LINES, name="past_lines", nullable=("register", "block_no", "label"))
    rows = days(exact, start="service_from", end="service_to")
    own = {"quantity": "quantity_micro", "amount": "amount_minor"}
    day = [pl.col(name).cast(pl.Int32).cast(pl.Int64) for name in ("bill_from", "bill_to")]
    lines = rows.select(
        *(
            (pl.col(own.get(name, name)) if own.get(name, name) in rows.columns else pl.lit(None))
            .cast(kind)
            .alias(name)
            for name, kind in LINES.items()
        ),
        *day,
    )
    late, of_bill = pl.col("from_day") < pl.col("bill_from"), [*_OF_USE, "bill_from", "bill_to"]
    corrected = lines.filter(late, pl.col("kind").is_in(READ), pl.col("quantity") < 0).select(of_bill).unique()
    apart = lines.with_row_index("row").filter(late).join(corrected, on=of_bill, how="semi")
    return lines.with_row_index("row").join(apart, on="row", how="anti", maintain_order="left").drop("row")


def _looked_at(versions: Sequence[VersionInForce]) -> pl.DataFrame:
    """version_ix, component, lives_on: what a minimum, a cap or an allowance looks at, also through another one."""
    rows = [(one.version_ix, *row) for one in versions for row in _reached(one.tariff)]
    schema = {"version_ix": pl.Int64, "component": pl.String, "lives_on": pl.Boolean}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _reached(tariff: TariffVersion) -> Iterator[tuple[str, bool]]:
    looking = {part.code: part for part in tariff.components if isinstance(part, _LOOKING)}
    for part in looking.values():
        if isinstance(part, Percentage):
            continue
        lives_on = isinstance(part, Allowance) and part.rollover_periods > 0
        waiting, seen = list(part.of), set[str]()
        while waiting:
            code = waiting.pop()
            if code in seen:
                continue
            seen.add(code)
            yield code, lives_on
            waiting += looking[code].of if code in looking else ()


def _unheld(then: pl.DataFrame, *, billed: pl.DataFrame) -> pl.DataFrame:
    """What is to be taken back and no bill of its month holds."""
    own = billed.filter(pl.col("from_day").is_between("bill_from", pl.col("bill_to") - 1))
    return then.join(own, on=[*_PLACE, "quantity"], how="anti", nulls_equal=True)


def _outside(now: pl.DataFrame, *, billed: pl.DataFrame) -> pl.DataFrame:
    """What the reading says of days that no bill of these accounts covers."""
    months = billed.select("account_ix", "bill_from", "bill_to").unique()
    met = now.with_row_index("row").join(months, on="account_ix")
    held = met.filter(pl.col("from_day").is_between("bill_from", pl.col("bill_to") - 1))
    return now.with_row_index("row").join(held, on="row", how="anti").drop("row")


def _refused(lines: pl.DataFrame, *, code: str) -> pl.DataFrame:
    named = {"component": pl.col("component"), "from": day_text("from_day"), "to": day_text("to_day")}
    return refused(lines, code=code, **named)
