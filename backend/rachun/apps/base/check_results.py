"""What the latest check of each kind found: told to monitoring, which asks why when it stays away."""

from datetime import datetime

from rachun.apps.base.models import CheckResult


def record_check(*, name: str, is_good: bool, words: str, finished_at: datetime) -> None:
    """The latest result takes the place of the one before."""
    CheckResult.objects.update_or_create(
        name=name, defaults={"is_good": is_good, "words": words, "finished_at": finished_at}
    )
