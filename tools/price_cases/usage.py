"""Usage pricing cases: a pricing model with its parameters, usage, and the amount it must come to.

Each model is a tariff of ours and the facts that it prices (`models.py`); the engine's unrounded amount is compared
with the expected one, exactly, unless the model itself rounds to the currency.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from rachun.engine.tariffs.schema import TariffInvalid
from rachun.values.rounding import half_up

from tools.price_cases.desk import NotPriced, decimal, decimals
from tools.price_cases.models import MODELS, UnknownForm
from tools.price_cases.outcome import Outcome, Verdict


def recognises(document: Any) -> bool:
    """Whether these are cases with a model, its parameters and usage."""
    cases = document.get("cases") if isinstance(document, Mapping) else None
    wanted = {"model", "params", "usage", "expected"}
    return isinstance(cases, list) and any(isinstance(case, Mapping) and wanted <= case.keys() for case in cases)


def outcomes(document: Mapping[str, Any]) -> Iterator[Outcome]:
    for place, case in enumerate(document["cases"], start=1):
        yield _outcome(case, case_id=str(case.get("id", place)))


def _outcome(case: Mapping[str, Any], *, case_id: str) -> Outcome:
    if case.get("model") not in MODELS:
        return Outcome(case_id=case_id, verdict=Verdict.FAILED, detail=f"no such model: {case.get('model')}")
    try:
        found = MODELS[case["model"]](case["params"], case["usage"])
        expected = decimal(case["expected"])
    except (NotPriced, TariffInvalid, UnknownForm) as refusal:
        return Outcome(case_id=case_id, verdict=Verdict.FAILED, detail=f"{type(refusal).__name__}: {refusal}")
    except (KeyError, TypeError, ValueError, ArithmeticError) as malformed:
        return Outcome(case_id=case_id, verdict=Verdict.FAILED, detail=f"not understood: {malformed!r}")
    if is_same(found=found, expected=expected):
        return Outcome(case_id=case_id, verdict=Verdict.PASSED)
    detail = f"{case['model']}: expected {expected}, found {float(found):.10g} ({found})"
    return Outcome(case_id=case_id, verdict=Verdict.FAILED, detail=detail)


def is_same(*, found: Fraction, expected: Decimal) -> bool:
    """Equal; an amount that no decimal can hold (a third) equals what it rounds to with the decimals expected."""
    if found == Fraction(expected):
        return True
    ends = found.denominator
    for prime in (2, 5):
        while ends % prime == 0:
            ends //= prime
    if ends == 1:
        return False
    places = decimals([expected])
    scale = int(Decimal(1).scaleb(places))
    return half_up(num=found.numerator * scale, den=found.denominator) == Fraction(expected) * scale
