"""Facts as they were known at an instant: a bill run repeats itself by reading through one cut-off."""

from datetime import datetime

from django.db.models import Expression, Q


def known_at(*, instant: datetime | Expression, prefix: str = "") -> Q:
    """Rows recorded by then and not yet superseded then; prefix names the relation, such as `register__`."""
    not_superseded = Q(**{f"{prefix}superseded_at__isnull": True}) | Q(**{f"{prefix}superseded_at__gt": instant})
    return Q(**{f"{prefix}recorded_at__lte": instant}) & not_superseded
