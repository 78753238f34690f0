"""An explanation → its PDF. The sentences and amounts arrive as text; the page only lays them out."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from rachun.apps.documents.rendering.bill_data import Language, Period
from rachun.apps.documents.rendering.formatting import Formatter
from rachun.apps.documents.rendering.pdf import print_pdf
from rachun.apps.documents.rendering.sandbox import DocumentEnvironment, fill_template
from rachun.apps.documents.rendering.sentences import Sentences
from rachun.apps.documents.rendering.texts import Texts, load_catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationPage:
    """told: what billing's explanation tells. The others stand in the head of the page."""

    told: dict[str, Any]
    language: str
    seller: str
    subscriber: str
    account_number: str
    period: Period
    document_date: str


@cache
def explanation_template() -> str:
    source = files("rachun.apps.documents.rendering") / "templates" / "explanation.html"
    return source.read_text(encoding="utf-8")


def render_explanation(page: ExplanationPage) -> bytes:
    """The same page gives the same bytes."""
    return print_pdf(html=explanation_html(page), logo=None)


def explanation_html(page: ExplanationPage) -> str:
    texts = Texts(texts=load_catalogue(page.language))
    formatter = Formatter(language=Language(page.language), texts=texts)
    sentences = Sentences(language=page.language, currency=page.told["currency"])
    environment = DocumentEnvironment(
        functions={"t": texts.get, "say": sentences.heading}, filters={"period": formatter.period}
    )
    values = {
        "language": page.language,
        "told": page.told,
        "seller": page.seller,
        "subscriber": page.subscriber,
        "account_number": page.account_number,
        "period": page.period,
        "document_date": page.document_date,
        "bridge": _bridge(page.told["bridge"], sentences=sentences),
        "lines": [_line(line, sentences=sentences) for line in page.told["lines"]],
        "total": sentences.amount(page.told["gross_minor"]),
    }
    return fill_template(environment=environment, template=explanation_template(), values=values)


def _line(line: dict[str, Any], *, sentences: Sentences) -> dict[str, Any]:
    return {
        "no": line["line_no"],
        "description": line["description"],
        "gross": sentences.amount(line["gross_minor"]),
        "steps": [step["text"] for step in line["steps"]],
        "agrees": line["agrees"],
    }


def _bridge(bridge: dict[str, Any] | None, *, sentences: Sentences) -> dict[str, Any] | None:
    if bridge is None:
        return None
    parts = [{**part, "effects": _effects(part["effects"], sentences=sentences)} for part in bridge["parts"]]
    return {
        "previous_number": bridge["previous_number"],
        "before": sentences.amount(bridge["before_minor"]),
        "now": sentences.amount(bridge["now_minor"]),
        "effects": _effects(bridge["effects"], sentences=sentences),
        "parts": parts,
    }


def _effects(effects: list[dict[str, Any]], *, sentences: Sentences) -> list[dict[str, str]]:
    return [{"text": one["text"], "amount": sentences.change(one["amount_minor"])} for one in effects]
