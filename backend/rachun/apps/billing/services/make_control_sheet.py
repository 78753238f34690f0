"""Write down a control sheet. Sheets are kept: one per calculation, one per issue."""

from datetime import datetime

from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.billing.models import BillRun, ControlSheet
from rachun.apps.billing.selectors.control_sheet import count_run


def make_control_sheet(*, run: BillRun, made_at: datetime) -> ControlSheet:
    assert_in_transaction()
    figures, wrong = count_run(run=run)
    return ControlSheet.objects.create(
        run_id=run.id, made_at=made_at, figures={**figures, "differences": wrong}, is_balanced=not wrong
    )
