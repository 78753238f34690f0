"""Objects for the access matrix. Each app adds makers: one object of the kind, in the north branch of an enterprise.

A maker returns the id that goes into the address, and every other path parameter it needs by name.
"""

from collections.abc import Callable
from typing import Any

from rachun.apps.base.models import Job
from tests.apps.identity.makers import Enterprise, make_operator
from tests.factories import customers as a

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


@makes("party")
def party(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.party(branch=enterprise.north).id}


@makes("account")
def account(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.account(branch=enterprise.north).id}


@makes("premise")
def premise(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.premise(branch=enterprise.north).id}


@makes("service")
def service(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.service(entity=enterprise.entity).id}


@makes("tariff_plan")
def tariff_plan(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.plan(service=a.service(entity=enterprise.entity)).id}


@makes("tariff_version")
def tariff_version(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.version(plan=a.plan(service=a.service(entity=enterprise.entity))).id}


@makes("destination_table")
def destination_table(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.destination_table(entity=enterprise.entity).id}


@makes("service_point")
def service_point(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.service_point(branch=enterprise.north).id}


@makes("contract")
def contract(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.contract(account=a.account(branch=enterprise.north)).id}


@makes("agreement")
def agreement(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.agreement(branch=enterprise.north).id}


@makes("document")
def document(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.document(account=a.account(branch=enterprise.north)).id}


@makes("document_template")
def document_template(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.document_template(entity=enterprise.entity).id}


@makes("delivery")
def delivery(enterprise: Enterprise) -> dict[str, Any]:
    return {"id": a.delivery(account=a.account(branch=enterprise.north)).id}
