"""A quote in words and data."""

from typing import Any

from rachun.apps.billing.explanation_mapping import names_of
from rachun.apps.billing.selectors.quote import Quote
from rachun.apps.documents.rendering.sentences import Sentences, steps_data
from rachun.values.quantity import format_micro, format_price_e8


def quote_told(quote: Quote, *, language: str) -> dict[str, Any]:
    names = names_of(body=quote.body, language=language)
    sentences = Sentences(language=language, currency=quote.currency, names=names)
    lines = []
    for derivation in quote.derivations:
        line = derivation.line
        parts = [names.get(line.component, line.component), line.label, "" if line.register == "*" else line.register]
        lines.append(
            {
                "line_no": line.line_no,
                "component": line.component,
                "kind": line.kind,
                "register": line.register,
                "block_no": line.block_no,
                "description": " · ".join(part for part in parts if part),
                "service_from": line.service.start,
                "service_to": line.service.end,
                "quantity": format_micro(value=line.quantity_micro),
                "unit_price": format_price_e8(value=line.unit_price_e8),
                "currency": quote.currency,
                "net_minor": line.net_minor,
                "tax_minor": line.tax_minor,
                "gross_minor": line.gross_minor,
                "steps": steps_data(derivation.steps, sentences=sentences, currency=quote.currency),
            }
        )
    totals = {name: quote.total(name) for name in ("net_minor", "tax_minor", "gross_minor")}
    return {"currency": quote.currency, **totals, "lines": lines}
