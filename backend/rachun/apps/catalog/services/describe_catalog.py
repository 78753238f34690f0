from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

from django.db import IntegrityError, transaction

from rachun.apps.base.audit import record_audit
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.base.violations import is_duplicate
from rachun.apps.catalog.errors import CodeTaken
from rachun.apps.catalog.models import DestinationTable, Service, TariffPlan


def add_service(*, legal_entity_id: UUID, code: str, names: Mapping[str, str], unit: str, position: int) -> Service:
    """Sell a new service. Raises CodeTaken."""
    assert_in_transaction()
    with refusing_taken(code):
        service = Service.objects.create(
            legal_entity_id=legal_entity_id, code=code, names=dict(names), unit=unit, position=position
        )
    audit_new(operation="createService", kind="service", created=service)
    return service


def add_tariff_plan(*, service: Service, code: str, names: Mapping[str, str]) -> TariffPlan:
    """Make a plan of a service; it prices nothing until it has a version. Raises CodeTaken."""
    assert_in_transaction()
    with refusing_taken(code):
        plan = TariffPlan.objects.create(
            legal_entity_id=service.legal_entity_id, service=service, code=code, names=dict(names)
        )
    audit_new(operation="createTariffPlan", kind="tariff_plan", created=plan)
    return plan


def add_destination_table(*, legal_entity_id: UUID, code: str, currency: str) -> DestinationTable:
    """Make an empty table; rates come by import. Raises CodeTaken."""
    assert_in_transaction()
    with refusing_taken(code):
        table = DestinationTable.objects.create(legal_entity_id=legal_entity_id, code=code, currency=currency)
    audit_new(operation="createDestinationTable", kind="destination_table", created=table)
    return table


@contextmanager
def refusing_taken(code: str) -> Iterator[None]:
    """Raises CodeTaken for a second row with the code; the transaction around it stays usable."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if is_duplicate(error):
            raise CodeTaken(value=code) from error
        raise


def audit_new(*, operation: str, kind: str, created: Service | TariffPlan | DestinationTable) -> None:
    record_audit(
        operation=operation,
        object_kind=kind,
        object_id=created.id,
        legal_entity_id=created.legal_entity_id,
        after={"code": created.code},
    )
