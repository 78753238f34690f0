"""What a bill run prices from, and what it gets back. The columns written here are the contract with the callers.

Keys ending in `_ix` are Int64 surrogates made by the mapping layer; dates are `pl.Date` and half-open; `*_micro` are
Int64 times 10^6. A frame may hold more columns than named; it may hold its columns in any order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Literal

import polars as pl

from rachun.engine.tariffs.selection import VersionInForce
from rachun.values.period import Period

AGREEMENTS: Mapping[str, pl.DataType] = {
    "agreement_ix": pl.Int64(),
    "account_ix": pl.Int64(),
    "service_from": pl.Date(),
    "service_to": pl.Date(),  # null = open
}
ASSIGNMENTS: Mapping[str, pl.DataType] = {
    "agreement_ix": pl.Int64(),
    "plan_ix": pl.Int64(),
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),  # null = open
}
ATTRIBUTES: Mapping[str, pl.DataType] = {
    "agreement_ix": pl.Int64(),
    "attribute": pl.String(),
    "value_micro": pl.Int64(),
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),  # null = open
}
CONSUMPTION: Mapping[str, pl.DataType] = {
    "consumption_ix": pl.Int64(),
    "agreement_ix": pl.Int64(),
    "register": pl.String(),
    "period_from": pl.Date(),
    "period_to": pl.Date(),
    "quantity_micro": pl.Int64(),
    "basis": pl.String(),
}
USAGE: Mapping[str, pl.DataType] = {
    "agreement_ix": pl.Int64(),
    "component": pl.String(),  # code of the traffic component
    "label": pl.String(),  # destination group
    "usage_date": pl.Date(),  # local day
    "units_micro": pl.Int64(),
    "count": pl.Int64(),
    "amount_micro": pl.Int64(),  # currency units, in the version's own VAT mode (net when ON_TOP)
}
COVERED_S = "covered_s"  # of usage, Int64, may be left out: seconds among the units that bundles paid
DELIVERIES: Mapping[str, pl.DataType] = {
    "delivery_ix": pl.Int64(),
    "agreement_ix": pl.Int64(),
    "item": pl.String(),
    "performed_on": pl.Date(),
    "quantity_micro": pl.Int64(),
}
TAX_RATES: Mapping[str, pl.DataType] = {
    "tax_category": pl.String(),
    "rate_micro": pl.Int64(),  # 17 % = 17_000_000
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),  # null = open
}
ALLOWANCES: Mapping[str, pl.DataType] = {  # units left over: opening balance of a period in, closing balance out
    "agreement_ix": pl.Int64(),  # the agreement that they were granted to
    "allowance": pl.String(),  # code of the allowance component
    "granted_from": pl.Date(),  # first day of the period they were granted for
    "periods_left": pl.Int64(),  # in how many periods, this one included, they may still be used
    "remaining_micro": pl.Int64(),
}
SEASON_USE: Mapping[str, pl.DataType] = {  # what earlier bills of a season hold, where bounds are used up by them
    "agreement_ix": pl.Int64(),
    "component": pl.String(),
    "register": pl.String(),  # as the component names it
    "season_from": pl.Date(),  # first day of the season's stretch
    "used_micro": pl.Int64(),
}
PAST_LINES: Mapping[str, pl.DataType] = {  # what bills hold of months that a reading corrects, but for minimum, cap, %
    "account_ix": pl.Int64(),
    "agreement_ix": pl.Int64(),
    "version_ix": pl.Int64(),
    "component_no": pl.Int16(),
    "component": pl.String(),
    "kind": pl.String(),
    "register": pl.String(),  # may be null, as block_no and label
    "block_no": pl.Int16(),
    "label": pl.String(),
    "service_from": pl.Date(),
    "service_to": pl.Date(),
    "quantity_micro": pl.Int64(),
    "unit_price_e8": pl.Int64(),
    "amount_minor": pl.Int64(),  # in the version's own VAT mode, as the line stands alone
    "tax_category": pl.String(),
    "posting_code": pl.String(),
    "bill_from": pl.Date(),  # the period of the bill
    "bill_to": pl.Date(),
}
BENEFITS: Mapping[str, pl.DataType] = {
    "benefit_ix": pl.Int64(),  # the entitlement
    "agreement_ix": pl.Int64(),
    "person_ix": pl.Int64(),  # a person it covers: the holder or a member of the family
    "household": pl.Int64(),  # persons living there; a change of their number starts a new row
    "category": pl.String(),  # code of the benefit's category, for instance of the state register
    "percent_micro": pl.Int64(),  # 75 % = 75_000_000
    "norm_micro": pl.Int64(),  # units a person in a whole period; null: without a norm
    "mode": pl.String(),  # IN_KIND or MONETISED
    "payer": pl.String(),  # code of the budget payer
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),  # null = open
}
BUDGET: Mapping[str, pl.DataType] = {  # what budget payers owe for in-kind benefits: the discounts with the sign turned
    "account_ix": pl.Int64(),
    "line_ix": pl.Int64(),  # the discount's line among the account's charges
    "agreement_ix": pl.Int64(),
    "benefit_ix": pl.Int64(),
    "payer": pl.String(),
    "component": pl.String(),
    "service_from": pl.Date(),
    "service_to": pl.Date(),
    "net_minor": pl.Int64(),
    "tax_category": pl.String(),
    "tax_rate_micro": pl.Int64(),
    "tax_minor": pl.Int64(),
    "gross_minor": pl.Int64(),
    "posting_code": pl.String(),
}
CHARGES: Mapping[str, pl.DataType] = {
    "line_ix": pl.Int64(),  # 0, 1, … within the account, in a fixed order
    "account_ix": pl.Int64(),
    "agreement_ix": pl.Int64(),
    "version_ix": pl.Int64(),
    "component_no": pl.Int16(),  # place in the version, from 1
    "component": pl.String(),
    "kind": pl.String(),
    "register": pl.String(),  # metered only
    "block_no": pl.Int16(),  # metered only, from 1
    "label": pl.String(),  # traffic: destination group; one_off: item
    "service_from": pl.Date(),
    "service_to": pl.Date(),
    "quantity_micro": pl.Int64(),
    "unit_price_e8": pl.Int64(),  # 0 on traffic lines, whose calls have prices of their own
    "net_minor": pl.Int64(),
    "tax_category": pl.String(),
    "tax_rate_micro": pl.Int64(),
    "tax_minor": pl.Int64(),
    "gross_minor": pl.Int64(),
    "posting_code": pl.String(),
    "basis": pl.String(),  # metered: one basis, or several joined by "+"
    "delivery_ix": pl.Int64(),  # one_off only: the unique source of the line
    "inputs": pl.String(),  # compact JSON: what explains the line (explain_* keys are listed in each kind's file)
}
REFUSALS: Mapping[str, pl.DataType] = {
    "account_ix": pl.Int64(),
    "agreement_ix": pl.Int64(),
    "code": pl.String(),
    "params": pl.String(),  # compact JSON
}


def empty(*, columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """A frame of the contract without rows."""
    return _empty(tuple(columns.items())).clear()


@cache
def _empty(columns: tuple[tuple[str, pl.DataType], ...]) -> pl.DataFrame:
    return pl.DataFrame(schema=dict(columns))


class SnapshotInvalid(ValueError):
    """The caller's frames contradict the contract above; no account can be blamed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Inputs of one chunk of accounts.

    reversed_consumption: columns of CONSUMPTION, what earlier bills hold and this one takes back (true_up.py).
    past_lines: columns of PAST_LINES, all lines of the accounts whose reversed use limits or benefits look at; where
    units live on, of every month from the first such one (past_months.py).
    past_allowances: columns of ALLOWANCES, what the first of these months opened with.
    season_use: columns of SEASON_USE, with what this bill takes back still in it (season_use.py).

    agreements: served stretches, several rows per agreement when suspended, best given unclipped: late consumption is
    priced by the served days it covers, and days before the billing period are only known from here.
    """

    period: Period
    agreements: pl.DataFrame
    assignments: pl.DataFrame
    versions: Sequence[VersionInForce]
    attributes: pl.DataFrame
    consumption: pl.DataFrame
    usage: pl.DataFrame
    deliveries: pl.DataFrame
    tax_rates: pl.DataFrame
    tax_date: date
    tax_rounding: Literal["LINE", "GROUP"]
    allowances: pl.DataFrame = field(default_factory=lambda: empty(columns=ALLOWANCES))
    benefits: pl.DataFrame = field(default_factory=lambda: empty(columns=BENEFITS))
    reversed_consumption: pl.DataFrame = field(default_factory=lambda: empty(columns=CONSUMPTION))
    net_rounding: Literal["LINE", "GROUP", "BILL"] = "LINE"
    season_use: pl.DataFrame = field(default_factory=lambda: empty(columns=SEASON_USE))
    past_lines: pl.DataFrame = field(default_factory=lambda: empty(columns=PAST_LINES))
    past_allowances: pl.DataFrame = field(default_factory=lambda: empty(columns=ALLOWANCES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """charges: columns of CHARGES. refusals: columns of REFUSALS; a refused account has no charges at all.

    allowances: columns of ALLOWANCES: the closing balance, which opens the next period; none of a refused account.
    budget: columns of BUDGET; what the charges and it say of money sums to the lines before benefits.
    """

    charges: pl.DataFrame
    refusals: pl.DataFrame
    allowances: pl.DataFrame = field(default_factory=lambda: empty(columns=ALLOWANCES))
    budget: pl.DataFrame = field(default_factory=lambda: empty(columns=BUDGET))
