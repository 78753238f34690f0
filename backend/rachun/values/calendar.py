"""Local days. Readings and calls carry instants; tariffs speak of the days people live by."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def local_day(*, instant: datetime, zone: str) -> date:
    """The local day of an aware instant. Raises ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError(f"naive instant: {instant.isoformat()}")
    return instant.astimezone(ZoneInfo(zone)).date()


def day_start(*, day: date, zone: str) -> datetime:
    """The instant, in UTC, at which a local day begins; such a day may last 23, 24 or 25 hours."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
