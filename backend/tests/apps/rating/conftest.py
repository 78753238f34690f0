"""A telephone company with prices, one source of calls, and an operator who may do everything in it.

Models are imported inside: this file is read before Django is set up when a test file is named alone.
"""

from typing import Any

import pytest


@pytest.fixture
def branch() -> Any:
    from tests.factories.rating import make_price_table, make_telecom

    branch = make_telecom()
    make_price_table(legal_entity=branch.legal_entity)
    return branch


@pytest.fixture
def source(branch: Any) -> Any:
    from tests.factories.usage import make_source

    return make_source(legal_entity=branch.legal_entity)


@pytest.fixture
def client(branch: Any) -> Any:
    from tests.apps.identity.makers import client_of, make_operator

    return client_of(make_operator(entity=branch.legal_entity))
