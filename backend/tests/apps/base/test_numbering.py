"""Gapless numbers: a rollback gives them back, eight writers leave no gap and no double (I-12)."""

import random
import threading
from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from rachun.apps.base.models import NumberSeries
from rachun.apps.base.numbering import DocumentDateBeforeSeries, open_series, take_numbers

MARCH, APRIL = date(2026, 3, 31), date(2026, 4, 30)


def series_id() -> UUID:
    return open_series(legal_entity_id=uuid4(), kind="BILL", year=2026, prefix="R-26-", digits=5).id


@pytest.mark.django_db
class TestTakeNumbers:
    def test_counts_on_with_leading_zeros(self) -> None:
        series = series_id()

        assert take_numbers(series_id=series, count=2, document_date=MARCH) == ["R-26-00001", "R-26-00002"]
        assert take_numbers(series_id=series, count=1, document_date=MARCH) == ["R-26-00003"]

    def test_refuses_a_date_before_the_latest_document(self) -> None:
        series = series_id()
        take_numbers(series_id=series, count=1, document_date=APRIL)

        with pytest.raises(DocumentDateBeforeSeries):
            take_numbers(series_id=series, count=1, document_date=MARCH)

    def test_opens_one_series_however_often_it_is_asked(self) -> None:
        entity = uuid4()

        for _ in range(2):
            open_series(legal_entity_id=entity, kind="BILL", year=2026)

        assert NumberSeries.objects.filter(legal_entity_id=entity).count() == 1


class TestConcurrentWriters:
    def test_leave_no_gap_and_no_double(self, fresh_database: str) -> None:
        series = series_id()
        taken: list[str] = []
        lock = threading.Lock()

        def write(seed: int) -> None:
            chance = random.Random(seed)
            for _ in range(25):
                try:
                    with transaction.atomic():
                        numbers = take_numbers(series_id=series, count=1, document_date=MARCH)
                        if chance.random() < 0.1:
                            raise ZeroDivisionError
                except ZeroDivisionError:
                    continue
                with lock:
                    taken.extend(numbers)
            connection.close()

        threads = [threading.Thread(target=write, args=[seed]) for seed in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(taken) == [f"R-26-{n:05d}" for n in range(1, len(taken) + 1)]
        assert len(taken) < 200
