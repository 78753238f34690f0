"""The days that a run bills or a quote prices."""

from datetime import date

from rachun.apps.billing.refusals import RunPeriodInvalid
from rachun.engine.billing.segments import DAYS_MAX
from rachun.values.period import EmptyPeriod, Period


def billing_period(start: date, end: date) -> Period:
    """Raises RunPeriodInvalid for less than a day and for more than the engine prices at once."""
    period = some_period(start, end)
    if period.days > DAYS_MAX:
        raise RunPeriodInvalid(period_from=start, period_to=end)
    return period


def some_period(start: date, end: date) -> Period:
    """Of any length. Raises RunPeriodInvalid for less than a day."""
    try:
        return Period(start=start, end=end)
    except EmptyPeriod as error:
        raise RunPeriodInvalid(period_from=start, period_to=end) from error
