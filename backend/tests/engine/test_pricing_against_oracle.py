"""The columnar engine and the day-by-day judge must agree to the last unit on whatever a month can hold."""

import pytest
from hypothesis import HealthCheck, given, settings
from oracle.portions import examine, in_portions
from oracle.pricing import World, judge
from oracle.worlds import found_by, snapshot_of, worlds
from rachun.engine.billing.pipeline import price

CALM = {"deadline": None, "suppress_health_check": list(HealthCheck)}


class TestPricing:
    @settings(max_examples=500, **CALM)
    @given(world=worlds())
    def test_equals_the_judge(self, world: World) -> None:
        agrees(world)

    @pytest.mark.long
    @in_portions
    def test_equals_the_judge_at_length(self, portion: int) -> None:
        examine(agrees, world=worlds())


def agrees(world: World) -> None:
    lines, refusals = found_by(price(snapshot_of(world)))

    expected_lines, expected_refusals = judge(world)

    assert refusals == expected_refusals
    assert lines == expected_lines
