from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from rachun.apps.base.audit import record_audit
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.base.violations import is_duplicate
from rachun.apps.catalog.errors import CurrencyDiffers, TariffNotValid, UnknownDestinationTable, VersionStartTaken
from rachun.apps.catalog.models import TariffPlan, TariffVersion
from rachun.apps.catalog.services.check_tariff_version import destination_faults, unknown_tables
from rachun.apps.catalog.services.tariff_texts import field_problem
from rachun.engine.tariffs.schema import validate_tariff


def add_tariff_version(
    *,
    plan: TariffPlan,
    valid_from: date,
    body: dict[str, Any],
    approved_by: str,
    source_document: str,
    recorded_at: datetime,
) -> TariffVersion:
    """Add a dated version to a plan; the version before it ends where this one starts.

    Raises TariffNotValid with every fault and its place, CurrencyDiffers, UnknownDestinationTable, VersionStartTaken.
    """
    assert_in_transaction()
    if faults := validate_tariff(document=body):
        raise TariffNotValid(errors=[field_problem(fault=fault) for fault in faults])
    if body["currency"] != plan.legal_entity.currency:
        raise CurrencyDiffers(currency=body["currency"], expected=plan.legal_entity.currency)
    if missing := unknown_tables(plan=plan, body=body):
        raise UnknownDestinationTable(tables=missing)
    if faults := destination_faults(plan=plan, valid_from=valid_from, body=body):
        raise TariffNotValid(errors=[field_problem(fault=fault) for fault in faults])
    try:
        with transaction.atomic():
            version = TariffVersion.objects.create(
                plan=plan,
                valid_from=valid_from,
                body=body,
                approved_by=approved_by,
                source_document=source_document,
                recorded_at=recorded_at,
            )
    except IntegrityError as error:
        if is_duplicate(error):
            raise VersionStartTaken(valid_from=valid_from) from error
        raise
    record_audit(
        operation="addTariffVersion",
        object_kind="tariff_version",
        object_id=version.id,
        legal_entity_id=plan.legal_entity_id,
        after={"plan": plan.code, "valid_from": valid_from, "source_document": source_document},
    )
    return version
