"""Numbers of receipts: gapless per branch and year, in the order in which money was recorded."""

from datetime import date

from rachun.apps.base.number_form import number_form
from rachun.apps.base.numbering import open_series, take_first_value
from rachun.apps.customers.models import Account
from rachun.countries.loader import load_pack

RECEIPT_SERIES = "RECEIPT"


def take_receipt_number(*, account: Account, recorded_date: date) -> str:
    """The next number of the account's branch. Locks the series: call it last."""
    pattern = load_pack(account.legal_entity.country_pack).number_series[RECEIPT_SERIES].pattern
    form = number_form(pattern=pattern, branch_code=account.branch.code, on=recorded_date)
    series = open_series(
        legal_entity_id=account.legal_entity_id,
        branch_id=account.branch_id,
        kind=RECEIPT_SERIES,
        year=recorded_date.year,
        prefix=form.prefix,
        digits=form.digits,
    )
    _, value = take_first_value(series_id=series.id, count=1, document_date=recorded_date)
    return form.number(value)
