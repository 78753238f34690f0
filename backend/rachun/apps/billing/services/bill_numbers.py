"""Legal numbers of bills: one gapless series per branch and year, in the country's pattern."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from rachun.apps.base.models import NumberSeries
from rachun.apps.base.numbering import DocumentDateBeforeSeries, open_series, take_first_value
from rachun.apps.billing.country_rules import BILL_SERIES, number_pattern
from rachun.apps.billing.models import BillRun, DraftBill
from rachun.apps.identity.models import Branch

NUMBER = re.compile(r"\{number:0(\d+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberForm:
    """What stands round the digits of a number."""

    prefix: str
    digits: int
    suffix: str

    def number(self, value: int) -> str:
        return f"{self.prefix}{value:0{self.digits}d}{self.suffix}"


def number_form(*, pattern: str, branch_code: str, on: date) -> NumberForm:
    """Read `{year}-{number:06}/{branch}` for one branch and date."""
    filled = pattern.replace("{year}", f"{on:%Y}").replace("{month}", f"{on:%m}").replace("{branch}", branch_code)
    found = NUMBER.search(filled)
    assert found is not None, f"the pattern {pattern!r} has no number"
    return NumberForm(prefix=filled[: found.start()], digits=int(found[1]), suffix=filled[found.end() :])


def take_bill_numbers(*, run: BillRun, branches: Sequence[Branch]) -> list[str]:
    """Numbers for bills of these branches, in their order. Locks the series, in the order of branch ids: call it last."""
    pattern = number_pattern(country_pack=run.legal_entity.country_pack, kind=BILL_SERIES)
    numbers: dict[UUID, list[str]] = {}
    for branch in sorted(set(branches), key=lambda one: one.id):
        form = number_form(pattern=pattern, branch_code=branch.code, on=run.document_date)
        series = open_bill_series(run=run, branch=branch, form=form)
        count = sum(one.id == branch.id for one in branches)
        _, first = take_first_value(series_id=series.id, count=count, document_date=run.document_date)
        numbers[branch.id] = [form.number(value) for value in range(first + count - 1, first - 1, -1)]
    return [numbers[branch.id].pop() for branch in branches]


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
