"""Which constraint the database refused by, so that a refusal is told by its own name and nothing else is."""

from django.db import IntegrityError
from psycopg import errors


def is_overlap(error: IntegrityError) -> bool:
    """Two facts in force on one day, refused by an exclusion constraint."""
    return isinstance(error.__cause__, errors.ExclusionViolation)


def is_duplicate(error: IntegrityError) -> bool:
    """A second row with the same key."""
    return isinstance(error.__cause__, errors.UniqueViolation)
