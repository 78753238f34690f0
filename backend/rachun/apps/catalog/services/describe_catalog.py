from collections.abc import Mapping
from uuid import UUID

from rachun.apps.base.audit import record_audit
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.catalog.models import DestinationTable, Service, TariffPlan


def add_service(*, legal_entity_id: UUID, code: str, names: Mapping[str, str], unit: str, position: int) -> Service:
    """Sell a new service."""
    assert_in_transaction()
    service = Service.objects.create(
        legal_entity_id=legal_entity_id, code=code, names=dict(names), unit=unit, position=position
    )
    audit_new(operation="addService", kind="service", created=service)
    return service


def add_tariff_plan(*, service: Service, code: str, names: Mapping[str, str]) -> TariffPlan:
    """Make a plan of a service; it prices nothing until it has a version."""
    assert_in_transaction()
    plan = TariffPlan.objects.create(
        legal_entity_id=service.legal_entity_id, service=service, code=code, names=dict(names)
    )
    audit_new(operation="addTariffPlan", kind="tariff_plan", created=plan)
    return plan


def add_destination_table(*, legal_entity_id: UUID, code: str, currency: str) -> DestinationTable:
    """Make an empty table; rates come by import."""
    assert_in_transaction()
    table = DestinationTable.objects.create(legal_entity_id=legal_entity_id, code=code, currency=currency)
    audit_new(operation="addDestinationTable", kind="destination_table", created=table)
    return table


def audit_new(*, operation: str, kind: str, created: Service | TariffPlan | DestinationTable) -> None:
    record_audit(
        operation=operation,
        object_kind=kind,
        object_id=created.id,
        legal_entity_id=created.legal_entity_id,
        after={"code": created.code},
    )
