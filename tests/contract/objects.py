"""Objects for the access matrix. Each app adds makers: one object of the kind, in the north branch of an enterprise.

A maker returns the id that goes into the address, and every other path parameter it needs by name.
"""

from collections.abc import Callable
from typing import Any

from rachun.apps.base.models import Job
from tests.apps.identity.makers import Enterprise, make_operator
from tests.factories.metering import make_meter
from tests.factories.rating import make_price_table
from tests.factories.usage import make_batch, make_source

Maker = Callable[[Enterprise], dict[str, Any]]
MAKERS: dict[str, Maker] = {}


def makes(kind: str) -> Callable[[Maker], Maker]:
    def register(maker: Maker) -> Maker:
        assert kind not in MAKERS, f"two makers of {kind}"
        MAKERS[kind] = maker
        return maker

    return register


@makes("legal_entity")
def legal_entity(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": enterprise.entity.id}


@makes("branch")
def branch(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": enterprise.north.id}


@makes("operator")
def operator(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": make_operator(entity=enterprise.entity, branch=enterprise.north).operator.id}


@makes("job")
def job(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": Job.objects.create(kind="contract.test", legal_entity_id=enterprise.entity.id, state="DONE").id}


@makes("meter")
def meter(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": make_meter(branch=enterprise.north).id}


@makes("usage_source")
def usage_source(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": make_source(legal_entity=enterprise.entity).id}


@makes("usage_batch")
def usage_batch(enterprise: Enterprise) -> dict[str, Any]:
    source = make_source(legal_entity=enterprise.entity)
    return {"id": make_batch(source=source).id}


@makes("destination_table")
def destination_table(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": make_price_table(legal_entity=enterprise.entity).id}
