"""What looks at other lines, worked out again for the months whose estimate a reading disproves.

A minimum, a cap or included units of a past month were taken of estimated use. The month is done again as it was
billed: on the lines that its bill holds (`PAST_LINES`), once with what was billed then and once with what the reading
says in its place. What the two differ by goes onto this bill beside the difference of use: what the month held is taken
back, what it comes to now is charged. So the months together cost what they would have cost with the reading at hand,
and this month's own limits do not see them.

Included units that live on are run through every month from the first that is corrected up to this bill, which opens
with what they come to. Benefits of the months are taken again of what the reading and the limits leave.

Where that cannot be done the account is refused, with the days: TRUE_UP_NOT_DERIVED when the bill of the month does not
hold what is taken back, or holds a discount or a credit that does not come out again (an entitlement that became known
later is a correction of its own); TRUE_UP_UNDER_ROLLOVER when the units of the months in between do not lead to what
this bill opens with. Months that no minimum, cap, allowance or benefit looks at go on as the difference of use alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from rachun.engine.billing.frames import LINES, checked, day_text, days, refused
from rachun.engine.billing.minimum import READ
from rachun.engine.billing.month_again import PLACE, WORKED_OUT, Balances, PastBill, month_again, other_units
from rachun.engine.billing.segments import Stretches
from rachun.engine.billing.snapshot import PAST_LINES, REFUSALS, Snapshot, empty
from rachun.engine.tariffs.components import Allowance, Cap, Minimum, Percentage, TariffVersion
from rachun.engine.tariffs.selection import VersionInForce

_OF_USE: Final = ["agreement_ix", "component"]
_PRICED: Final = ["version_ix", "component"]
_LOOKING: Final = (Allowance, Cap, Minimum, Percentage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """LINES of use of days that a reading corrects: what it says now, and what bills hold (with its sign)."""

    now: pl.DataFrame
    then: pl.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class PastMonths:
    """apart: agreement_ix, component, whose earlier lines this month's limits and benefits must not see. lines: LINES,
    what the past months' limits and benefits come to otherwise. opening: ALLOWANCES that this bill opens with.
    """

    apart: pl.DataFrame
    lines: pl.DataFrame
    refusals: pl.DataFrame
    opening: pl.DataFrame


def past_months(*, sides: Sides, snapshot: Snapshot, stretches: Stretches) -> PastMonths:
    """snapshot: with the versions that the sides name. stretches: of the bill's own period."""
    looked_at = _looked_at(snapshot.versions)
    corrected = pl.concat([sides.then, _in_place_of(sides.now, snapshot=snapshot, stretches=stretches)])
    limited = pl.concat([corrected.join(looked_at, on=_PRICED, how="semi"), _benefiting(corrected, snapshot=snapshot)])
    if limited.is_empty():
        nothing = empty(columns=LINES)
        return PastMonths(
            apart=nothing.select(_OF_USE), lines=nothing, refusals=empty(columns=REFUSALS), opening=snapshot.allowances
        )
    apart = corrected.join(limited.select("agreement_ix").unique(), on="agreement_ix", how="semi").select(_OF_USE)
    apart = apart.unique(maintain_order=True)
    inside = pl.col("from_day") < stretches.start
    then, now = (
        side.filter(inside).join(apart, on=_OF_USE, how="semi", maintain_order="left")
        for side in (sides.then, sides.now)
    )
    accounts = apart.join(stretches.accounts, on="agreement_ix").select("account_ix").unique()
    held = _billed(snapshot.past_lines).join(accounts, on="account_ix", how="semi")
    billed = held.filter(~pl.col("kind").is_in(WORKED_OUT))
    living = then.join(looked_at.filter("lives_on"), on=_PRICED, how="semi").select("account_ix").unique()
    months = _again(held, then=then, now=now, living=living, snapshot=snapshot, stretches=stretches)
    of_living = stretches.accounts.join(living, on="account_ix", how="semi").select("agreement_ix", "account_ix")
    own = snapshot.allowances.join(of_living, on="agreement_ix", how="semi")
    broken = other_units(months.balances.then.join(of_living, on="agreement_ix", how="semi"), own)
    refusals = [
        _refused(then.filter(pl.col("agreement_ix").is_in(broken)), code="TRUE_UP_UNDER_ROLLOVER"),
        _refused(_unheld(then, billed=billed), code="TRUE_UP_NOT_DERIVED"),
        _refused(_outside(now, billed=billed), code="TRUE_UP_NOT_DERIVED"),
        _refused(months.strange, code="TRUE_UP_NOT_DERIVED"),
    ]
    opening = pl.concat([snapshot.allowances.join(of_living, on="agreement_ix", how="anti"), months.balances.now])
    return PastMonths(apart=apart, lines=months.lines, refusals=pl.concat(refusals), opening=opening)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Months:
    """balances: what the agreements whose units live on close the latest of the months with."""

    lines: pl.DataFrame
    strange: pl.DataFrame
    balances: Balances


def _again(  # house: argument-count -- the months, and what a reading has in them
    held: pl.DataFrame,
    *,
    then: pl.DataFrame,
    now: pl.DataFrame,
    living: pl.DataFrame,
    snapshot: Snapshot,
    stretches: Stretches,
) -> _Months:
    """Month after month. held: of the bills, with what was worked out. living: accounts whose units live on."""
    lines, strange, balances = [empty(columns=LINES)], [empty(columns=LINES)], Balances.none()
    first = held.group_by("account_ix").agg(pl.col("bill_from").min())
    for start, end in sorted(set(held.select("bill_from", "bill_to").rows())):
        of_month = held.filter(pl.col("bill_from") == start, pl.col("bill_to") == end)
        worked_out = pl.col("kind").is_in(WORKED_OUT)
        own = of_month.join(living, on="account_ix", how="semi")
        agreements = stretches.accounts.join(own, on="account_ix", how="semi")
        begun = agreements.join(first.filter(pl.col("bill_from") == start), on="account_ix", how="semi")
        at_first = snapshot.past_allowances.join(begun, on="agreement_ix", how="semi")
        opening = balances.of(agreements).but(begun).beside(Balances(then=at_first, now=at_first))
        parts = [side.filter(pl.col("from_day").is_between(start, end - 1)) for side in (then, now)]
        bill = PastBill(
            lines=of_month.filter(~worked_out).select(LINES.keys()),
            given=of_month.filter(worked_out).select(LINES.keys()),
            then=parts[0],
            now=parts[1],
            living=living["account_ix"],
            span=(start, end),
        )
        month = month_again(bill=bill, opening=opening, snapshot=snapshot)
        lines.append(month.lines)
        strange.append(month.strange)
        balances = balances.but(agreements).beside(month.closing.of(agreements))
    return _Months(lines=pl.concat(lines), strange=pl.concat(strange), balances=balances)


def _in_place_of(now: pl.DataFrame, *, snapshot: Snapshot, stretches: Stretches) -> pl.DataFrame:
    """Use of earlier days that takes the place of what is taken back; that may have been nothing, which has no line."""
    earlier = now.filter(pl.col("from_day") < stretches.start)
    if earlier.is_empty():
        return earlier
    back = days(snapshot.reversed_consumption, start="period_from", end="period_to").select(
        "agreement_ix", back_from="from_day", back_to="to_day"
    )
    met = earlier.with_row_index("row").join(back, on="agreement_ix")
    replacing = met.filter((pl.col("back_from") < pl.col("to_day")) & (pl.col("from_day") < pl.col("back_to")))
    return earlier.with_row_index("row").join(replacing, on="row", how="semi", maintain_order="left").drop("row")


def _benefiting(used: pl.DataFrame, *, snapshot: Snapshot) -> pl.DataFrame:
    """Use that a benefit discounts."""
    if snapshot.benefits.is_empty():
        return used.clear()
    rows = [(v.version_ix, c.code) for v in snapshot.versions for c in v.tariff.components if c.benefits_apply]
    applying = pl.DataFrame(rows, schema={"version_ix": pl.Int64, "component": pl.String}, orient="row")
    entitled = used.join(snapshot.benefits.select("agreement_ix").unique(), on="agreement_ix", how="semi")
    return entitled.join(applying, on=_PRICED, how="semi")


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
    return then.join(own, on=[*PLACE, "quantity"], how="anti", nulls_equal=True)


def _outside(now: pl.DataFrame, *, billed: pl.DataFrame) -> pl.DataFrame:
    """What the reading says of days that no bill of these accounts covers."""
    months = billed.select("account_ix", "bill_from", "bill_to").unique()
    met = now.with_row_index("row").join(months, on="account_ix")
    held = met.filter(pl.col("from_day").is_between("bill_from", pl.col("bill_to") - 1))
    return now.with_row_index("row").join(held, on="row", how="anti").drop("row")


def _refused(lines: pl.DataFrame, *, code: str) -> pl.DataFrame:
    named = {"component": pl.col("component"), "from": day_text("from_day"), "to": day_text("to_day")}
    return refused(lines, code=code, **named)
