from datetime import date

import pytest
from rachun.apps.metering.invariants import INVARIANTS
from rachun.apps.metering.models import Meter
from tests.factories.metering import make_agreement, make_meter, place_meter, read_meter

pytestmark = pytest.mark.django_db


@pytest.fixture
def meter() -> Meter:
    point = make_agreement().service_point
    meter = make_meter(branch=point.branch, digits=5)
    place_meter(meter=meter, service_point=point, installed=(date(2026, 1, 1), date(2026, 6, 1)))
    return meter


def broken() -> list[str]:
    return [one.sentence.split(":")[0].split(";")[0] for one in INVARIANTS if one.violations()]


class TestMeteringInvariants:
    def test_hold_for_a_register_that_passes_zero_and_is_closed(self, meter: Meter) -> None:
        read_meter(meter=meter, on="2025-12-31", value="99990")
        read_meter(meter=meter, on="2026-05-31", value="12")

        assert broken() == []

    def test_find_a_reading_of_a_meter_that_stood_nowhere(self, meter: Meter) -> None:
        read_meter(meter=meter, on="2026-06-01", value="1")

        assert broken() == ["A reading lies in the days of an installation of its meter"]

    def test_find_a_register_that_ran_backwards_unseen(self, meter: Meter) -> None:
        read_meter(meter=meter, on="2026-01-31", value="500")
        read_meter(meter=meter, on="2026-02-28", value="400")

        assert broken() == ["A register never runs backwards unseen"]
