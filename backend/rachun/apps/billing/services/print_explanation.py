"""Put an explanation on paper. Nothing is stored: the same bill gives the same page whenever it is asked for."""

from rachun.apps.billing.selectors.explanation import BillExplanation
from rachun.apps.billing.selectors.told_explanation import told
from rachun.apps.documents.rendering.bill_data import Period
from rachun.apps.documents.rendering.render_explanation import ExplanationPage, render_explanation


def print_explanation(explanation: BillExplanation) -> bytes:
    bill = explanation.bill
    return render_explanation(
        ExplanationPage(
            told=told(explanation),
            language=explanation.language,
            seller=bill.legal_entity.name,
            subscriber=bill.account.party.name,
            account_number=bill.account.number,
            period=Period(start=bill.period_from, end=bill.period_to),
            document_date=bill.document_date.isoformat(),
        )
    )
