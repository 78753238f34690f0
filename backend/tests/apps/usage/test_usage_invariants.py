import pytest
from django.db import connection
from rachun.apps.usage.invariants import INVARIANTS
from rachun.apps.usage.models import UsageBatch
from tests.factories.metering import LONG_AGO, make_agreement
from tests.factories.usage import make_record, make_source

pytestmark = pytest.mark.django_db


def broken() -> list[str]:
    return [one.code for one in INVARIANTS if one.violations()]


class TestUsageInvariants:
    def test_hold_when_there_is_nothing(self) -> None:
        assert broken() == []

    def test_find_a_record_that_waits_without_a_reason(self) -> None:
        make_record(agreement=make_agreement(), state="SUSPENDED", amount_micro=None)

        assert broken() == ["I-04"]

    def test_find_a_call_that_was_priced_without_a_rate(self) -> None:
        make_record(agreement=make_agreement(), amount_micro=0)

        assert broken() == ["I-05"]

    def test_find_a_batch_that_lost_records(self) -> None:
        source = make_source(legal_entity=make_agreement().legal_entity)
        UsageBatch.objects.create(
            legal_entity_id=source.legal_entity_id,
            source=source,
            name="calls",
            sha256="0" * 64,
            state="LOADED",
            record_count=3,
            added_count=3,
            received_at=LONG_AGO,
        )

        assert broken() == ["I-04"]

    def test_find_a_record_whose_source_is_gone(self) -> None:
        record = make_record(agreement=make_agreement())
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM usage_usagesource WHERE id = %s", [record.source_id])

        assert "I-04" in broken()
