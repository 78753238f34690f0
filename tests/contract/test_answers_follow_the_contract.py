"""Schemathesis over every operation (S-05): no 5xx, no answer the contract does not know."""

import os

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from hypothesis import HealthCheck, settings
from rachun.apps.base.models import Job
from tests.apps.identity.makers import client_of, make_enterprise, make_operator

from tests.contract.operations import contract

CASES = int(os.environ.get("RACHUN_CASES_PER_OPERATION", "50"))
# Ends the very session the cases are sent with; refused in time they say nothing about the answers.
SIGNS_OUT = ("logout", "changePassword")
# Streams until the job ends; test_object_access tries it.
STREAMS = ("watchJob",)
schema = schemathesis.openapi.from_wsgi  # the application is made inside the fixture, after the database


@pytest.fixture
def live_schema(fresh_database: str, settings: object) -> schemathesis.BaseSchema:
    settings.RACHUN_RATES = {"principal": (10**9, 60), "address": (10**9, 60), "costly": (10**9, 60)}  # type: ignore[attr-defined]
    application = get_wsgi_application()
    found = schemathesis.openapi.from_dict(contract())
    found.app = application
    return found


contract_cases = schemathesis.pytest.from_fixture("live_schema")


@pytest.fixture
def bearer(fresh_database: str) -> str:
    enterprise = make_enterprise()
    with transaction.atomic():
        Job.objects.create(kind="contract.test", legal_entity_id=enterprise.entity.id, state="DONE")
    client = client_of(make_operator(entity=enterprise.entity))
    return str(client._credentials["HTTP_AUTHORIZATION"])


@contract_cases.exclude(operation_id=[*SIGNS_OUT, *STREAMS]).parametrize()
@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_in_the_contract(case: schemathesis.Case, bearer: str) -> None:
    case.call_and_validate(headers={"Authorization": bearer, "Host": "testserver"})
