"""An explanation as the API tells it."""

from typing import Any

from rachun.apps.billing.explanation_mapping import component_names
from rachun.apps.billing.models import Charge
from rachun.apps.billing.selectors.bill_lines import description
from rachun.apps.billing.selectors.explanation import BillExplanation
from rachun.apps.documents.rendering.sentences import Sentences, steps_data
from rachun.engine.explain.facts import Derivation


def told(explanation: BillExplanation) -> dict[str, Any]:
    bill = explanation.bill
    pairs = zip(explanation.charges, explanation.derivations, strict=True)
    return {
        "bill_id": bill.id,
        "number": bill.number,
        "language": explanation.language,
        "currency": bill.currency,
        "gross_minor": bill.gross_minor,
        "lines": [line_told(charge, derivation, language=explanation.language) for charge, derivation in pairs],
    }


def line_told(charge: Charge, derivation: Derivation, *, language: str) -> dict[str, Any]:
    currency = derivation.line.currency
    names = component_names(version=charge.version, language=language)
    sentences = Sentences(language=language, currency=currency, names=names)
    return {
        "line_no": charge.line_no,
        "agreement_id": charge.agreement_id,
        "service_code": charge.agreement.service.code,
        "component": charge.component,
        "kind": charge.kind,
        "description": description(line=charge, language=language),
        "currency": currency,
        "net_minor": charge.net_minor,
        "tax_minor": charge.tax_minor,
        "gross_minor": charge.gross_minor,
        "steps": steps_data(derivation.steps, sentences=sentences, currency=currency),
        "agrees": derivation.agrees,
    }
