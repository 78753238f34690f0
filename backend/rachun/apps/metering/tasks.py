from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rachun.apps.base.files import read_file
from rachun.apps.base.imports import refusing_files, row_texts
from rachun.apps.base.jobs import JobContext, job_handler
from rachun.apps.base.row_errors import keep_row_errors
from rachun.apps.identity.models import LegalEntity
from rachun.apps.metering.services import MeterFile, Trust, read_meter_file, record_intervals, record_readings
from rachun.formats.source import Source

row_texts(
    {
        "unknown_meter": _("There is no meter with the serial number {serial}."),
        "unknown_register": _("The meter has no register {register}."),
        "wrong_unit": _("The unit is {unit}, but the register counts {expected}."),
        "not_installed": _("The meter is not installed on {day}."),
        "reading_negative": _("{value} is negative; a register never shows that."),
        "reading_not_trusted": _("{value} does not fit what this source may tell: {checks}."),
        "reading_over_dial": _("{value} does not fit on a register with {digits} digits."),
    }
)


@job_handler("metering.import_readings")
def import_readings_file(context: JobContext) -> dict[str, Any]:
    """Safe to repeat: the file is one transaction, and readings that are there already are counted as known."""
    assert context.legal_entity_id is not None, "an import belongs to a legal entity"
    params, entity = context.params, LegalEntity.objects.get(id=context.legal_entity_id)
    is_dry, data = bool(params.get("dry_run")), read_file(digest=params["sha256"])
    meter_file = MeterFile(
        format=params["format"],
        file=Source(name=params["name"], data=data, encoding=params.get("encoding")),
        time_zone=entity.time_zone,
        meter_serial=params.get("meter_serial", ""),
        register=params.get("register", ""),
    )
    with refusing_files():
        rows = read_meter_file(meter_file=meter_file)
    taken = {"source": params["name"], "recorded_at": timezone.now(), "is_dry": is_dry}
    with transaction.atomic():
        readings = record_readings(legal_entity_id=entity.id, rows=rows.readings, trust=Trust.BY_FILE, **taken)
        intervals = record_intervals(
            legal_entity_id=entity.id, time_zone=entity.time_zone, rows=rows.intervals, **taken
        )
        wrong = [*rows.errors, *readings.errors, *intervals.errors]
        errors = keep_row_errors(context=context, errors=wrong, source=meter_file.file)
        counts = {
            "records": rows.record_count,
            "added": readings.added + intervals.added,
            "superseded": readings.superseded + intervals.superseded,
            "known": readings.known + intervals.known,
            "ignored": rows.ignored,
            "held": len(readings.held),
            "errors": errors,
        }
        context.progress(done=rows.record_count, total=rows.record_count, counts=counts)
    return {**counts, "verdicts": readings.verdicts, "dry_run": is_dry, "totals": rows.totals}
