"""Legal numbers of bills: one gapless series per branch and year, in the country's pattern."""

from collections import Counter
from collections.abc import Sequence

from rachun.apps.base.models import NumberSeries
from rachun.apps.base.number_form import NumberForm, number_form
from rachun.apps.base.numbering import DocumentDateBeforeSeries, open_series, take_first_value
from rachun.apps.billing.country_rules import BILL_SERIES, number_pattern
from rachun.apps.billing.models import BillRun, DraftBill
from rachun.apps.identity.models import Branch


def take_bill_numbers(*, run: BillRun, branch_ids: Sequence[str]) -> list[str]:
    """Numbers for bills of these branches, in their order. Locks the series by branch id: call it last."""
    pattern = number_pattern(country_pack=run.legal_entity.country_pack, kind=BILL_SERIES)
    numbers: dict[str, list[str]] = {}
    counts = Counter(branch_ids)
    for branch in Branch.objects.filter(id__in=list(counts)).order_by("id"):
        form = number_form(pattern=pattern, branch_code=branch.code, on=run.document_date)
        series = open_bill_series(run=run, branch=branch, form=form)
        count = counts[str(branch.id)]
        _, first = take_first_value(series_id=series.id, count=count, document_date=run.document_date)
        numbers[str(branch.id)] = [form.number(value) for value in range(first + count - 1, first - 1, -1)]
    return [numbers[branch_id].pop() for branch_id in branch_ids]


def open_bill_series(*, run: BillRun, branch: Branch, form: NumberForm) -> NumberSeries:
    return open_series(
        legal_entity_id=run.legal_entity_id,
        branch_id=branch.id,
        kind=BILL_SERIES,
        year=run.document_date.year,
        prefix=form.prefix,
        digits=form.digits,
    )


def check_document_date(*, run: BillRun) -> None:
    """Refuse before approval what issuing would refuse. Raises DocumentDateBeforeSeries."""
    branches = DraftBill.objects.filter(run_id=run.id).values("account__branch_id")
    later = NumberSeries.objects.filter(
        legal_entity_id=run.legal_entity_id,
        branch_id__in=branches,
        kind=BILL_SERIES,
        year=run.document_date.year,
        latest_date__gt=run.document_date,
    ).first()
    if later is not None:
        raise DocumentDateBeforeSeries(latest_date=later.latest_date, document_date=run.document_date)
