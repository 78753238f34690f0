"""A past month once more: what its limits, included units and benefits came to, and what a reading makes of them.

Both sides are worked out from the lines that the month's bill holds, once as they are and once with what the reading
says in place of the estimate. Lines on which they differ are taken back and charged. Included units that live on run
from month to month on either side, from what the first of the months opened with.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import polars as pl

from rachun.engine.billing.adjustments import with_adjustments
from rachun.engine.billing.benefits import KIND as BENEFIT
from rachun.engine.billing.benefits import benefit_lines
from rachun.engine.billing.frames import LINES
from rachun.engine.billing.segments import Stretches, stretches_of
from rachun.engine.billing.snapshot import ALLOWANCES, Snapshot, empty
from rachun.engine.tariffs.components import Allowance
from rachun.values.period import Period

PLACE: Final = [
    *("account_ix", "agreement_ix", "version_ix", "component_no", "register", "block_no", "label"),
    *("from_day", "to_day"),
]
WORKED_OUT: Final = (Allowance.kind, BENEFIT)  # of a past bill: kept to see whether it is worked out as it was
_SAME: Final = [*PLACE, "component", "tax_category", "quantity", "amount"]
_EPOCH: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class PastBill:
    """LINES of one month's bills, those of WORKED_OUT in `given`. then, now: use that the reading takes back, and has
    in its place. living: account_ix of those whose included units live on. span: first day and end.
    """

    lines: pl.DataFrame
    given: pl.DataFrame
    then: pl.DataFrame
    now: pl.DataFrame
    living: pl.Series
    span: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Balances:
    """ALLOWANCES on either side, of agreements whose units live on."""

    then: pl.DataFrame
    now: pl.DataFrame

    @classmethod
    def none(cls) -> "Balances":
        return cls(then=empty(columns=ALLOWANCES), now=empty(columns=ALLOWANCES))

    def of(self, agreements: pl.DataFrame) -> "Balances":
        return self._each(lambda side: side.join(agreements, on="agreement_ix", how="semi"))

    def but(self, agreements: pl.DataFrame) -> "Balances":
        return self._each(lambda side: side.join(agreements, on="agreement_ix", how="anti"))

    def beside(self, other: "Balances") -> "Balances":
        return Balances(then=pl.concat([self.then, other.then]), now=pl.concat([self.now, other.now]))

    def _each(self, change: Callable[[pl.DataFrame], pl.DataFrame]) -> "Balances":
        return Balances(then=change(self.then), now=change(self.now))


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """lines: LINES to add to this bill. strange: lines of the past bill, or worked out for it, without the other.
    closing: of the agreements whose opening was told.
    """

    lines: pl.DataFrame
    strange: pl.DataFrame
    closing: Balances


def month_again(*, bill: PastBill, opening: Balances, snapshot: Snapshot) -> Again:
    """snapshot: of this bill. opening: of the month."""
    billed, now = bill.lines, bill.now
    kept = billed.join(bill.then, on=PLACE, how="anti", nulls_equal=True, maintain_order="left")
    corrected = pl.concat([kept, now])
    start, end = (date.fromordinal(day + _EPOCH) for day in bill.span)
    own = replace(snapshot, period=Period(start=start, end=end))
    stretches = stretches_of(snapshot=own, fact_days=[*billed["from_day"], *billed["to_day"], *corrected["from_day"]])
    was, left_then = _added(billed, opening=opening.then, stretches=stretches, snapshot=snapshot)
    comes, left_now = _added(corrected, opening=opening.now, stretches=stretches, snapshot=snapshot)
    back = _without(was, comes).with_columns(pl.col(name) * -1 for name in ("quantity", "amount", "num"))
    lives_on = (pl.col("kind") == Allowance.kind) & pl.col("account_ix").is_in(bill.living.to_list())
    given, worked_out = (side.filter((pl.col("kind") == BENEFIT) | lives_on) for side in (bill.given, was))
    return Again(
        lines=pl.concat([_told(back, as_="taken_back"), _told(_without(comes, was), as_="done_again")]),
        strange=pl.concat([_without(given, worked_out), _without(worked_out, given)]),
        closing=Balances(then=left_then, now=left_now),
    )


def _added(
    lines: pl.DataFrame, *, opening: pl.DataFrame, stretches: Stretches, snapshot: Snapshot
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(the lines that limits and benefits add to these, closing ALLOWANCES), of the days of the month."""
    whole, closing = with_adjustments(lines=lines, stretches=stretches, versions=snapshot.versions, allowances=opening)
    added = [whole.slice(lines.height)]
    if snapshot.benefits.height:
        added.append(
            benefit_lines(lines=whole, stretches=stretches, versions=snapshot.versions, benefits=snapshot.benefits)
        )
    return pl.concat(added).select(LINES.keys()), closing


def _without(lines: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    return lines.join(others, on=_SAME, how="anti", nulls_equal=True, maintain_order="left")


def _told(lines: pl.DataFrame, *, as_: str) -> pl.DataFrame:
    return lines.with_columns(inputs=pl.concat_str(pl.col("inputs").str.head(-1), pl.lit(f',"{as_}":true}}')))


def other_units(one: pl.DataFrame, other: pl.DataFrame) -> Sequence[int]:
    """Agreements whose usable units of ALLOWANCES differ."""
    usable = (pl.col("remaining_micro") > 0) & (pl.col("periods_left") > 0)
    sides = [side.filter(usable).select(ALLOWANCES.keys()) for side in (one, other)]
    only = [side.join(against, on=list(ALLOWANCES), how="anti") for side, against in (sides, sides[::-1])]
    return pl.concat(only)["agreement_ix"].unique().sort().to_list()
