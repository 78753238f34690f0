from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rachun.apps.agreements.services.import_customers import import_customers
from rachun.apps.base.files import read_file
from rachun.apps.base.imports import refusing_files, row_texts
from rachun.apps.base.jobs import JobContext, job_handler
from rachun.apps.base.row_errors import keep_row_errors
from rachun.apps.identity.scope import Reach, Scope
from rachun.formats.customers import read_customers
from rachun.formats.source import Source

row_texts(
    {
        "account_elsewhere": _("The customer {number} belongs to another branch."),
        "account_of_another": _("The number {number} already belongs to {name}."),
        "alias_taken": _("The number {number} already belongs to another account."),
        "agreement_number_taken": _("There is already an agreement with this number."),
        "branches_differ": _("The service point {service_point} belongs to another branch than the account."),
        "contact_not_valid": _("The e-mail address or phone number is not written as one."),
        "identifier_not_valid": _("{identifier} is not a phone number or login."),
        "not_positive": _("A value above zero is needed."),
        "opening_reading_missing": _("The opening reading of the register {register} is missing."),
        "plan_of_another_service": _("The tariff plan {plan} belongs to another service."),
        "premise_of_another_branch": _("The premise {address} belongs to another branch."),
        "resource_in_use": _("{identifier} already serves another agreement."),
        "service_point_differs": _("The service point {service_point} stands elsewhere or delivers another service."),
        "service_point_occupied": _("The service point {service_point} already serves another agreement."),
        "meter_elsewhere": _("The meter {serial} stands at another service point."),
    }
)


@job_handler("agreements.import_customers")
def import_customer_file(context: JobContext) -> dict[str, Any]:
    """Safe to repeat: rows that are there already are counted as known."""
    params = context.params
    file = Source(name=params["name"], data=read_file(digest=params["sha256"]), encoding=params.get("encoding"))
    with refusing_files(context=context):
        result = read_customers(source=file)
    context.progress(done=0, total=result.record_count)
    assert context.legal_entity_id is not None, "an import belongs to a legal entity"
    imported = import_customers(
        legal_entity_id=context.legal_entity_id,
        rows=result.rows,
        source=params["name"],
        dry_run=bool(params.get("dry_run")),
        imported_at=timezone.now(),
        scope=scope_of_job(context),
        digest=params["sha256"],
    )
    errors = keep_row_errors(context=context, errors=[*result.errors, *imported.errors], source=file)
    counts = {"records": result.record_count, "added": imported.added, "known": imported.known, "errors": errors}
    context.progress(done=result.record_count, counts=counts)
    return {**counts, "dry_run": bool(params.get("dry_run")), "totals": {k: str(v) for k, v in result.totals.items()}}


def scope_of_job(context: JobContext) -> Scope:
    """Whoever sent the file fills only the branches that are theirs; a job of the system itself fills all."""
    if context.created_by is None:
        return Scope.everything()
    return Scope(reach=Reach.ASSIGNED, principal_id=context.created_by, operation_id="importCustomers")
