"""Why a bill is what it is: each line worked out again from what is stored with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from rachun.apps.billing.country_rules import tax_rounding
from rachun.apps.billing.explanation_mapping import lines_of
from rachun.apps.billing.models import Bill, Charge
from rachun.apps.billing.selectors.visible_bills import list_charges
from rachun.engine.explain.facts import Derivation
from rachun.engine.explain.registry import explain_bill


@dataclass(frozen=True, slots=True, kw_only=True)
class BillExplanation:
    """charges and derivations stand in the order of the bill's lines."""

    bill: Bill
    language: str
    charges: Sequence[Charge]
    derivations: Sequence[Derivation]


def get_explanation(*, bill: Bill, language: str) -> BillExplanation:
    """Raises InputMissing for a line that was stored without what derives it."""
    charges = list(list_charges(bill=bill))
    lines = lines_of(bill=bill, charges=charges, language=language)
    rounding = tax_rounding(country_pack=bill.legal_entity.country_pack)
    return BillExplanation(
        bill=bill,
        language=language,
        charges=charges,
        derivations=explain_bill(lines=lines, tax_rounding=rounding),
    )
