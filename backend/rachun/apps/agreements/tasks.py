from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rachun.apps.agreements.services.import_customers import import_customers
from rachun.apps.base.files import read_file
from rachun.apps.base.imports import keep_row_errors, refusing_files, row_texts
from rachun.apps.base.jobs import JobContext, job_handler
from rachun.formats.customers import read_customers
from rachun.formats.source import Source

row_texts(
    {
        "alias_taken": _("The number {number} already belongs to another account."),
        "plan_of_another_service": _("The tariff plan {plan} belongs to another service."),
        "service_point_occupied": _("The service point {service_point} already serves another agreement."),
        "resource_in_use": _("{identifier} already serves another agreement."),
        "meter_elsewhere": _("The meter {serial} stands at another service point."),
    }
)


@job_handler("agreements.import_customers")
def import_customer_file(context: JobContext) -> dict[str, Any]:
    """Safe to repeat: rows that are there already are counted as known."""
    params = context.params
    data = read_file(digest=params["sha256"])
    with refusing_files():
        result = read_customers(source=Source(name=params["name"], data=data, encoding=params.get("encoding")))
    context.progress(done=0, total=result.record_count)
    assert context.legal_entity_id is not None, "an import belongs to a legal entity"
    imported = import_customers(
        legal_entity_id=context.legal_entity_id,
        rows=result.rows,
        source=params["name"],
        dry_run=bool(params.get("dry_run")),
        imported_at=timezone.now(),
    )
    errors = keep_row_errors(context=context, errors=[*result.errors, *imported.errors])
    counts = {"records": result.record_count, "added": imported.added, "known": imported.known, "errors": errors}
    context.progress(done=result.record_count, counts=counts)
    return {**counts, "dry_run": bool(params.get("dry_run")), "totals": {k: str(v) for k, v in result.totals.items()}}
