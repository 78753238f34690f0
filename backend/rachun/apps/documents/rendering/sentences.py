"""Steps of a derivation → sentences that a person can check with a calculator.

The words stand in explanation_texts/<language>.json, by the code of the step; all languages have the same codes with
the same places to fill. Counted nouns take the plural form that the language has for their number.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale

from rachun.apps.documents.rendering.bill_data import Language, Period
from rachun.apps.documents.rendering.formatting import MINUS, NO_BREAK_SPACE, Formatter
from rachun.apps.documents.rendering.texts import TextMissing, Texts, load_catalogue
from rachun.engine.explain.bridge import BridgePart, Effect
from rachun.engine.explain.facts import Amount, Days, Exact, Fact, Percent, Quantity, Step, UnitPrice
from rachun.values.money import exponent_of
from rachun.values.quantity import format_micro, format_price_e8

COUNTED = {
    "days": "days",
    "days_before": "days",
    "days_upto": "days",
    "period_days": "days",
    "window_days": "days",
    "calls": "calls",
    "reports": "reports",
    "person_days": "person_days",
}
EXACT_DECIMALS = 6
ELLIPSIS = "…"


@cache
def load_sentences(language: str) -> Mapping[str, Any]:
    source = files("rachun.apps.documents.rendering") / "explanation_texts" / f"{language}.json"
    found: Mapping[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return found


class Sentences:
    """One language and one currency."""

    def __init__(self, *, language: str, currency: str, names: Mapping[str, str] | None = None) -> None:
        """names: what components are called on the bill, by code."""
        texts = Texts(texts=load_catalogue(language))
        self._texts = texts
        self._format = Formatter(language=Language(language), texts=texts)
        self._said = load_sentences(language)
        self._plural = Locale.parse(language).plural_form
        self._currency = currency
        self._exponent = exponent_of(currency=currency)
        self._names = names or {}
        self._printers: Mapping[type, Callable[[Any], str]] = {
            Quantity: self.quantity,
            UnitPrice: self.price,
            Amount: lambda fact: self.amount(fact.minor),
            Exact: self.exact,
            Percent: self.percent,
            Days: lambda fact: self._format.period(Period(start=fact.start, end=fact.end)),
            date: self._format.date,
            tuple: self.listed,
        }

    def of(self, step: Step) -> str:
        """Raises TextMissing for a step that has no sentence."""
        sentence = self._said["steps"].get(step.code)
        if sentence is None:
            raise TextMissing(step.code)
        said = str(sentence).format(**{name: self.fact(name, fact) for name, fact in step.facts.items()})
        return said.replace("..", ".")  # a unit that is abbreviated ends the sentence, too

    def fact(self, name: str, fact: Fact) -> str:
        if name in COUNTED and isinstance(fact, int):
            return self.counted(COUNTED[name], fact)
        if name == "basis" and isinstance(fact, str):
            return " + ".join(self._texts.find(f"basis.{part}") or part for part in fact.split("+"))
        says = self._printers.get(type(fact), str)
        return str(says(fact))

    def price(self, fact: UnitPrice) -> str:
        return self._format.unit_price(Decimal(fact.e8).scaleb(-8)) + self._unit_of_money()

    def percent(self, fact: Percent) -> str:
        return self._format.number(Decimal(fact.micro).scaleb(-6)) + NO_BREAK_SPACE + "%"

    def listed(self, codes: tuple[str, ...]) -> str:
        return ", ".join(self._names.get(code, code) for code in codes)

    def effect(self, effect: Effect) -> str:
        return str(self._said["effects"][effect.value])

    def of_part(self, part: BridgePart) -> str:
        """What changed in one component: in use where it is used, else in amount."""
        change = part.now_minor - part.before_minor
        before, now = part.used_before, part.used_now
        if before is None or now is None or before.micro == now.micro:
            said = self._said["parts"]["AMOUNT"]
            return str(said).format(
                before=self.amount(part.before_minor), now=self.amount(part.now_minor), change=self.change(change)
            )
        moved = Quantity(micro=abs(now.micro - before.micro), unit=now.unit)
        said = self._said["parts"]["MORE" if now.micro > before.micro else "LESS"]
        volume = self.change(part.effects.get(Effect.VOLUME, 0))
        return str(said).format(
            moved=self.quantity(moved),
            before=self.quantity(before),
            now=self.quantity(now),
            volume=volume,
            change=self.change(change),
        )

    def heading(self, key: str, **values: str) -> str:
        """The words of the explanation's own page."""
        return str(self._said["document"][key]).format(**values)

    def counted(self, noun: str, number: int) -> str:
        forms = self._said["plural"][noun]
        return str(forms[self._plural(number)]).format(n=number).replace(" ", NO_BREAK_SPACE)

    def quantity(self, fact: Quantity) -> str:
        value = self._format.number(Decimal(fact.micro).scaleb(-6))
        return value + NO_BREAK_SPACE + self._format.unit(fact.unit) if fact.unit else value

    def amount(self, minor: int) -> str:
        return self._format.money(Decimal(minor).scaleb(-self._exponent)) + self._unit_of_money()

    def change(self, minor: int) -> str:
        return self._format.change(Decimal(minor).scaleb(-self._exponent)) + self._unit_of_money()

    def exact(self, fact: Exact) -> str:
        """As many decimals as it has, up to six; an ellipsis says that more follow."""
        scale = 10**EXACT_DECIMALS
        whole, rest = divmod(abs(fact.num) * scale, fact.den * 10**self._exponent)
        value = Decimal(whole).scaleb(-EXACT_DECIMALS)
        shown = self._format.unit_price(value.normalize() if not rest else value) + (ELLIPSIS if rest else "")
        return (MINUS if fact.num < 0 else "") + shown + self._unit_of_money()

    def _unit_of_money(self) -> str:
        return NO_BREAK_SPACE + self._format.currency(self._currency)


def fact_data(fact: Fact, *, currency: str) -> Any:
    """The fact as JSON: decimals as text, days as ISO, an exact amount as a fraction of currency units."""
    exponent = exponent_of(currency=currency)
    told: Mapping[type, Callable[[Any], Any]] = {
        Quantity: lambda one: {"value": format_micro(value=one.micro), "unit": one.unit},
        UnitPrice: lambda one: format_price_e8(value=one.e8),
        Amount: lambda one: f"{Decimal(one.minor).scaleb(-exponent):f}",
        Exact: lambda one: {"numerator": str(one.num), "denominator": str(one.den * 10**exponent)},
        Percent: lambda one: format_micro(value=one.micro),
        Days: lambda one: {"from": one.start.isoformat(), "to": one.end.isoformat()},
        date: lambda one: one.isoformat(),
        tuple: list,
    }
    return told[type(fact)](fact) if type(fact) in told else fact


def steps_data(steps: Sequence[Step], *, sentences: Sentences, currency: str) -> list[dict[str, Any]]:
    return [
        {
            "code": step.code,
            "text": sentences.of(step),
            "facts": {name: fact_data(fact, currency=currency) for name, fact in step.facts.items()},
        }
        for step in steps
    ]
