"""Why a bill is what it is, and why it differs from the one before: from what is stored with them, nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from rachun.apps.billing.country_rules import roundings_on
from rachun.apps.billing.explanation_mapping import lines_of
from rachun.apps.billing.models import Bill, Charge
from rachun.apps.billing.selectors.visible_bills import list_charges
from rachun.engine.explain.bridge import BilledLines, Bridge, bridge_between
from rachun.engine.explain.facts import Derivation
from rachun.engine.explain.registry import explain_bill

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BillExplanation:
    """charges and derivations stand in the order of the bill's lines; no bridge without a bill before."""

    bill: Bill
    language: str
    charges: Sequence[Charge]
    derivations: Sequence[Derivation]
    previous: Bill | None
    previous_charges: Sequence[Charge]
    bridge: Bridge | None


def get_explanation(*, bill: Bill, language: str) -> BillExplanation:
    """Raises InputMissing for a line that was stored without what derives it."""
    charges = list(list_charges(bill=bill))
    lines = lines_of(bill=bill, charges=charges, language=language)
    roundings = roundings_on(country_pack=bill.legal_entity.country_pack, tax_date=bill.period_to - DAY)
    previous = find_previous_bill(bill)
    earlier = [] if previous is None else list(list_charges(bill=previous))
    return BillExplanation(
        bill=bill,
        language=language,
        charges=charges,
        derivations=explain_bill(lines=lines, **roundings),
        previous=previous,
        previous_charges=earlier,
        bridge=None if previous is None else bridge_of(bill=bill, charges=charges, previous=previous, earlier=earlier),
    )


def find_previous_bill(bill: Bill) -> Bill | None:
    """The account's bill of the latest period before this one's."""
    earlier = Bill.objects.filter(account_id=bill.account_id, period_from__lt=bill.period_from)
    return earlier.order_by("-period_from", "-id").first()


def bridge_of(*, bill: Bill, charges: Sequence[Charge], previous: Bill, earlier: Sequence[Charge]) -> Bridge:
    """From the previous bill to this one. Plans are told apart by their codes, so no language changes the answer."""
    before, now = (
        BilledLines(lines=lines_of(bill=one, charges=lines, language=""), period_from=one.period_from)
        for one, lines in ((previous, earlier), (bill, charges))
    )
    return bridge_between(before=before, now=now)
