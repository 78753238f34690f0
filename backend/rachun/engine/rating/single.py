"""One call by a prepared table, without frames: what a columnar pass costs a thousand calls is too much for one.

Only what is plain is priced here: a number in E.164, a rate that always stands, no bundle, no earlier part of the call.
Whatever is not plain gives None, and `rate_calls` says what it is. What both price they price alike: that is a property
test, not a promise.
"""

from bisect import bisect_right
from dataclasses import dataclass

from rachun.engine.rating.calls import SECONDS_MAX
from rachun.engine.rating.table import AMOUNT_DECIMALS, E8_DECIMALS, DestinationTable
from rachun.engine.rating.zones import NO_ZONE, WIDTH
from rachun.values.rounding import half_even, half_up

AMOUNT_MAX = 10**18


def _up(*, num: int, den: int) -> int:
    return -(-num // den)


def _down(*, num: int, den: int) -> int:
    return num // den


_ROUNDED = {"HALF_UP": half_up, "HALF_EVEN": half_even, "UP": _up, "DOWN": _down}


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedCall:
    prefix: str
    label: str
    billed_s: int
    amount_micro: int


def price_call(*, table: DestinationTable, called: str, day: int, seconds: int) -> PricedCall | None:
    """called: E.164 digits. day: since 1970-01-01. seconds: what was talked, of a call that was answered."""
    if table.has_bands or not 0 < seconds <= SECONDS_MAX or not table.measures_time:
        return None
    row = _row_of(table, called=called, day=day)
    if row is None:
        return None
    told = table.rows.row(row, named=True)
    if seconds < told["free_below_s"]:
        return None
    billed, worth = _consumed(table, row=row, upto=max(seconds, told["minimum_s"]))
    worth = max(worth + told["connection_fee_e8"] * table.den, told["minimum_e8"] * table.den)
    if told["max_cost_strategy"] == "FREE" and told["max_cost_e8"] is not None:
        worth = min(worth, told["max_cost_e8"] * table.den)
    decimals = told["decimals"]
    den = 10 ** (E8_DECIMALS - decimals) * table.den
    amount = _ROUNDED[told["rounding"]](num=worth, den=den) * 10 ** (AMOUNT_DECIMALS - decimals)
    if amount > AMOUNT_MAX:
        return None
    return PricedCall(prefix=told["prefix"], label=told["label"], billed_s=billed, amount_micro=amount)


def _row_of(table: DestinationTable, *, called: str, day: int) -> int | None:
    """The row of the longest prefix on the day; None for what is no plain number, or has no rate."""
    zones = table.zones
    if not (called.isascii() and called.isdigit() and max(zones.longest, 1) <= len(called) <= WIDTH):
        return None
    if called[0] == "0":
        return None
    ranges = zones.numbers[bisect_right(zones.epochs, day) - 1]
    place = bisect_right(ranges.starts, int(called) * 10 ** (WIDTH - len(called))) - 1
    schedule = int(ranges.owners[place])
    return None if schedule == NO_ZONE else int(table.schedule_rows[table.first_row[schedule]])


def _consumed(table: DestinationTable, *, row: int, upto: int) -> tuple[int, int]:
    """(seconds of whole increments, what they cost over the table's denominator)."""
    steps, first = table.steps, int(table.steps.first[row])
    latest = first + int(steps.count[row]) - 1
    done = worth = 0
    step = first
    while done < upto:
        while step < latest and int(steps.from_s[step + 1]) <= done:
            step += 1
        limit = min(upto, int(steps.from_s[step + 1])) if step < latest else upto
        increment = int(steps.increment[step])
        taken = -((done - limit) // increment) * increment
        worth += steps.price[step] * taken
        done += taken
    return done, worth
