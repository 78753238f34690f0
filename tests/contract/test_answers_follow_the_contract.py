"""Schemathesis over every operation (S-05): no 5xx, no answer the contract does not know, nothing wrong let in."""

import os
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings
from rachun.apps.base.models import Job
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from tests.apps.identity.makers import client_of, make_enterprise, make_operator

from tests.contract.operations import contract, operations

CASES = int(os.environ.get("RACHUN_CASES_PER_OPERATION", "50"))
# Both end the very session the cases are sent with.
SIGNS_OUT = {"logout", "changePassword"}
UNLIMITED = (10**9, 60)


@pytest.fixture
def live(fresh_database: str, settings: Any) -> Any:
    """The schema on the application in this process, and the header of an administrator."""
    settings.RACHUN_RATES = {"principal": UNLIMITED, "address": UNLIMITED, "costly": UNLIMITED}
    enterprise = make_enterprise()
    Job.objects.create(kind="contract.test", legal_entity_id=enterprise.entity.id, state="DONE")
    administrator = client_of(make_operator(entity=enterprise.entity))
    schema = schemathesis.openapi.from_dict(contract())
    schema.app = get_wsgi_application()
    return schema, {"Authorization": administrator._credentials["HTTP_AUTHORIZATION"]}


class TestEveryAnswer:
    @pytest.mark.parametrize("name", sorted(set(operations()) - SIGNS_OUT))
    @pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
    def test_is_in_the_contract(self, live: Any, name: str, mode: GenerationMode) -> None:
        schema, headers = live
        operation = schema.find_operation_by_id(name)

        # Rules of the trade may refuse what the schema allows; unknown query parameters are ignored.
        excluded = [positive_data_acceptance]
        if operations()[name].method == "get":
            excluded.append(negative_data_rejection)

        @settings(
            max_examples=CASES,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def check(case: schemathesis.Case) -> None:
            case.call_and_validate(headers=headers, excluded_checks=excluded)

        check()
