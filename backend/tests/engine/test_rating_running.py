"""Bundles whose calls come mixed, against taking them one by one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from rachun.engine.rating.running import covered_in_order

CALL = st.tuples(st.integers(-2, 3), st.integers(0, 10**12), st.sampled_from([0, 100, 6000, 10**12]))


class TestCoveredInOrder:
    @given(calls=st.lists(CALL, max_size=30), used=st.lists(st.integers(0, 7000), min_size=6, max_size=6))
    def test_equals_taking_call_after_call(self, calls: list[tuple[int, int, int]], used: list[int]) -> None:
        bundle, billed, held = np.array(calls, dtype=np.int64).reshape(-1, 3).T

        covered = covered_in_order(
            bundle=bundle, billed_s=billed, held_s=held, used_s=np.array([used[b] for b, _, _ in calls], dtype=np.int64)
        )

        taken = dict(enumerate(used)) | {-2: used[-2], -1: used[-1]}
        for (number, seconds, holds), found in zip(calls, covered.tolist(), strict=True):
            left = max(holds - taken[number], 0)
            assert found == min(seconds, left)
            taken[number] += seconds

    def test_keeps_what_it_takes_when_all_bundles_together_leave_64_bits(self) -> None:
        size = 20
        most = np.full(size, 10**18, dtype=np.int64)

        covered = covered_in_order(
            bundle=np.arange(size), billed_s=most, held_s=most - 7, used_s=np.zeros(size, dtype=np.int64)
        )

        assert covered.tolist() == [10**18 - 7] * size
