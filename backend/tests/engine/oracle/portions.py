"""The long proofs in portions: twenty tests of five hundred examples each, which can be run and told apart.

`-k "at_length and portion3"` runs one of them, `make test-long` all; each draws examples of its own.
"""

from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

EXAMPLES: Final = 500
in_portions: Final = pytest.mark.parametrize("portion", range(20), ids=lambda portion: f"portion{portion}")


def examine(check: Callable[..., None], /, **drawn: st.SearchStrategy[Any]) -> None:
    """Hold a check against the examples of one portion."""

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(**drawn)
    def run(**example: Any) -> None:
        check(**example)

    run()
