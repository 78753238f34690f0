"""A file in parts takes what the same file in one piece takes."""

from datetime import UTC, datetime

import polars as pl
import pytest
from django.db import transaction
from rachun.apps.usage.models import UsageBatch, UsageKey, UsageSource
from rachun.apps.usage.services import KeyTaker
from tests.factories.rating import make_telecom
from tests.factories.usage import make_batch, make_source

pytestmark = pytest.mark.django_db
AT = datetime(2026, 2, 1, 8, tzinfo=UTC)


@pytest.fixture
def source() -> UsageSource:
    return make_source(legal_entity=make_telecom().legal_entity)


def take(batch: UsageBatch, *parts: str, at: datetime | None = AT) -> list[str]:
    """Each letter is a record key. What was taken, part by part."""
    taken = []
    with transaction.atomic():
        taker = KeyTaker(batch)
        for part in parts:
            numbers = [part[: place + 1].count(key) for place, key in enumerate(part)]
            records = pl.DataFrame(
                {"record_key": list(part), "occurrence": numbers, "keyed_at": [at] * len(part)},
                schema_overrides={"keyed_at": pl.Datetime("us", "UTC")},
            )
            taken.append("".join(taker.take(taker.key(records))["record_key"]))
    return taken


def occurrences(batch: UsageBatch) -> list[int]:
    return sorted(UsageKey.objects.filter(load_key=batch.id).values_list("occurrence", flat=True))


class TestPartsOfAFile:
    def test_keep_equal_records_of_different_parts(self, source: UsageSource) -> None:
        batch = make_batch(source=source)

        assert take(batch, "abc", "xaa", "ya", "a") == ["abc", "xaa", "ya", "a"]
        assert occurrences(batch) == [1, 1, 1, 1, 1, 2, 3, 4, 5]

    def test_take_nothing_of_what_another_file_took(self, source: UsageSource) -> None:
        take(make_batch(source=source), "aabacd")

        assert take(make_batch(source=source), "ab", "dca", "a") == ["", "", ""]

    def test_take_the_one_more_equal_record(self, source: UsageSource) -> None:
        take(make_batch(source=source), "aab")
        later = make_batch(source=source)

        assert take(later, "a", "ab", "ac", "a") == ["", "", "ac", "a"]
        assert occurrences(later) == [1, 3, 4]

    def test_keep_the_order_of_the_file(self, source: UsageSource) -> None:
        take(make_batch(source=source), "qx")

        assert take(make_batch(source=source), "zqyxwa") == ["zywa"]


class TestASendersOwnKey:
    def test_is_known_again_whatever_the_time(self, source: UsageSource) -> None:
        take(make_batch(source=source), "a", at=None)

        assert take(make_batch(source=source), "a", at=None) == [""]

    def test_of_no_time_is_another_than_a_call_known_by_what_it_was(self, source: UsageSource) -> None:
        take(make_batch(source=source), "a", at=None)

        assert take(make_batch(source=source), "a") == ["a"]
