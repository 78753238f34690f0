from typing import Any

from django.db import connection, transaction
from django.utils import translation

from rachun.apps.base.api.listing import listing_of
from rachun.apps.base.files import keep_file
from rachun.apps.base.jobs import JobContext, job_handler
from rachun.apps.identity.models import Principal
from rachun.apps.identity.services.export_list import ExportColumn, write_list

EXPORT = "identity.export_list"


@job_handler(EXPORT)
def export_list(context: JobContext) -> dict[str, Any]:
    """Safe to repeat: it only reads, and the same bytes are kept once.

    One snapshot for all pages, so that no row is told twice or missed while others work.
    """
    told = context.params
    listing = listing_of(address=told["address"])
    assert context.created_by is not None, "somebody asked for the list"
    principal = Principal.objects.get(id=context.created_by)
    rows: list[dict[str, Any]] = []
    with translation.override(told["language"]), transaction.atomic():
        with connection.cursor() as cursor:
            if not context.is_inline:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for page in listing.rows(principal=principal):
            rows.extend(page)
            context.report(done=len(rows))
    asked = told["columns"] or [{"field": name, "title": "", "words": {}} for name in (rows[0] if rows else ())]
    columns = [ExportColumn(**column) for column in asked]
    content = write_list(form=told["format"], columns=columns, rows=rows)
    name = f"{told['name']}.{told['format'].lower()}"
    return {"sha256": keep_file(content=content), "name": name, "format": told["format"], "rows": len(rows)}
