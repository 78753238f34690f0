"""Schemathesis over every operation (S-05): no 5xx, no answer the contract does not know, nothing wrong let in.

Half of the well-formed cases name objects that exist, so that they get past "there is no such object". Everything
happens in one transaction of the test process, undone after each operation.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import DEFAULT_DB_ALIAS, close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rachun.apps.agreements.models import ServiceAgreement
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from tests.apps.identity.makers import Enterprise, client_of, make_enterprise, make_operator

from tests.contract.objects import MAKERS
from tests.contract.operations import contract, expectations, operations

CASES = int(os.environ.get("RACHUN_CASES_PER_OPERATION", "15"))
# Both end the very session the cases are sent with.
SIGNS_OUT = {"logout", "changePassword"}
# Looks from another connection, which sees nothing of this one's block.
STREAMS = {"watchJob"}
UNLIMITED = (10**9, 60)
# What a property of this name points at, where the two differ.
KIND_OF = {"plan_id": "tariff_plan", "new_meter_id": "meter", "source_id": "usage_source", "run_id": "bill_run"}


class Undone(transaction.Atomic):
    """A block that use cases may open their durable transaction in, as Django's own test case does."""

    def __init__(self) -> None:
        super().__init__(DEFAULT_DB_ALIAS, savepoint=True, durable=False)
        self._from_testcase = True

    def __exit__(self, *_error: Any) -> None:
        transaction.set_rollback(True)
        super().__exit__(None, None, None)


@contextmanager
def connection_kept() -> Iterator[None]:
    """Django closes connections around each request; this one holds the open block."""
    around = (signals.request_started, signals.request_finished)
    for signal in around:
        signal.disconnect(close_old_connections)
    yield
    for signal in around:
        signal.connect(close_old_connections)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """An enterprise with one object of each kind, and the schema on the application in this process."""

    enterprise: Enterprise
    known: dict[str, str]
    schema: Any


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), Undone():
        enterprise = make_enterprise()
        ids = {kind: str(make(enterprise)["id"]) for kind, make in MAKERS.items()}
        agreement = ServiceAgreement.objects.get(id=ids["agreement"])
        ids |= {name: str(getattr(agreement, f"{name}_id")) for name in ("account", "service", "service_point")}
        ids |= {"branch": str(enterprise.north.id), "legal_entity": str(enterprise.entity.id)}
        schema = schemathesis.openapi.from_dict(contract())
        schema.app = get_wsgi_application()
        with connection_kept():
            yield World(enterprise=enterprise, known=ids, schema=schema)


@pytest.fixture
def headers(world: World, settings: Any) -> Iterator[dict[str, str]]:
    settings.RACHUN_RATES = dict.fromkeys(settings.RACHUN_RATES, UNLIMITED)
    with Undone():
        administrator = client_of(make_operator(entity=world.enterprise.entity))
        yield {"Authorization": administrator._credentials["HTTP_AUTHORIZATION"]}


def with_known_objects(value: Any, *, known: dict[str, str]) -> Any:
    """The same body, whose ids point at objects that exist."""
    if isinstance(value, dict):
        told = {name: with_known_objects(inner, known=known) for name, inner in value.items()}
        kinds = {name: KIND_OF.get(name, name.removesuffix("_id")) for name in told if name.endswith("_id")}
        return told | {name: known[kind] for name, kind in kinds.items() if kind in known and told[name] is not None}
    if isinstance(value, list):
        return [with_known_objects(inner, known=known) for inner in value]
    return value


class TestEveryAnswer:
    @pytest.mark.parametrize("name", sorted(set(operations()) - SIGNS_OUT))
    @pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
    def test_is_in_the_contract(self, world: World, headers: dict[str, str], name: str, mode: GenerationMode) -> None:
        operation = world.schema.find_operation_by_id(name)
        kind = expectations()[name].get("object")

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
        @given(case=operation.as_strategy(generation_mode=mode), of_known=st.booleans())
        def check(case: schemathesis.Case, of_known: bool) -> None:
            if of_known and mode is GenerationMode.POSITIVE:
                if kind is not None and name not in STREAMS:
                    case.path_parameters = dict.fromkeys(case.path_parameters, world.known[kind])
                case.body = with_known_objects(case.body, known=world.known)
            case.call_and_validate(headers=headers, excluded_checks=excluded)

        check()
