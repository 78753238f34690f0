"""An explanation in words and data: what the API answers and what the document prints."""

from collections.abc import Mapping, Sequence
from typing import Any

from rachun.apps.billing.explanation_mapping import component_names
from rachun.apps.billing.models import Charge
from rachun.apps.billing.selectors.bill_lines import description
from rachun.apps.billing.selectors.explanation import BillExplanation
from rachun.apps.documents.rendering.sentences import Sentences, steps_data
from rachun.engine.explain.bridge import BridgePart, Effect
from rachun.engine.explain.facts import Derivation

PartKey = tuple[str, str, str, str]


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
        "bridge": bridge_told(explanation),
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


def bridge_told(explanation: BillExplanation) -> dict[str, Any] | None:
    bridge, previous = explanation.bridge, explanation.previous
    if bridge is None or previous is None:
        return None
    currency, language = explanation.bill.currency, explanation.language
    sentences = Sentences(language=language, currency=currency)
    described = {
        part_key(charge): description(line=charge, language=language)
        for charge in (*explanation.previous_charges, *explanation.charges)
    }
    return {
        "previous_bill_id": previous.id,
        "previous_number": previous.number,
        "currency": currency,
        "before_minor": bridge.before_minor,
        "now_minor": bridge.now_minor,
        "difference_minor": bridge.now_minor - bridge.before_minor,
        "effects": effects_told(bridge.effects, sentences=sentences, currency=currency),
        "parts": parts_told(bridge.parts, described=described, sentences=sentences, currency=currency),
    }


def part_key(charge: Charge) -> PartKey:
    return str(charge.agreement_id), charge.component, charge.register, charge.label


def parts_told(
    parts: Sequence[BridgePart], *, described: Mapping[PartKey, str], sentences: Sentences, currency: str
) -> list[dict[str, Any]]:
    """Those that changed."""
    return [
        {
            "agreement_id": part.agreement,
            "component": part.component,
            "register": part.register,
            "description": described[part.agreement, part.component, part.register, part.label],
            "text": sentences.of_part(part),
            "currency": currency,
            "before_minor": part.before_minor,
            "now_minor": part.now_minor,
            "effects": effects_told(part.effects, sentences=sentences, currency=currency),
        }
        for part in parts
        if part.effects
    ]


def effects_told(effects: Mapping[Effect, int], *, sentences: Sentences, currency: str) -> list[dict[str, Any]]:
    return [
        {"effect": effect.value, "text": sentences.effect(effect), "amount_minor": minor, "currency": currency}
        for effect, minor in effects.items()
    ]
