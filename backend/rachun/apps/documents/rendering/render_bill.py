"""A bill's data → its PDF. No clock, no settings, no database: the same data gives the same bytes."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rachun.apps.documents.rendering.bill_data import BillDocument, Language
from rachun.apps.documents.rendering.code_images import code_svg
from rachun.apps.documents.rendering.formatting import Formatter
from rachun.apps.documents.rendering.pdf import LOGO_URL, print_pdf
from rachun.apps.documents.rendering.sandbox import DocumentEnvironment, fill_template
from rachun.apps.documents.rendering.texts import Texts, load_catalogue
from rachun.apps.documents.rendering.usage_chart import usage_chart

_VERSION_DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedDocument:
    pdf: bytes
    sha256: str
    template_version: str  # the first digits of the template's own hash, so it cannot be forgotten or wrong
    language: Language


@cache
def default_bill_template() -> str:
    source = files("rachun.apps.documents.rendering") / "templates" / "bill.html"
    return source.read_text(encoding="utf-8")


def bill_html(*, data: BillDocument, template: str) -> str:
    """The page before it is printed; raises TemplateRefused."""
    texts = Texts(texts=load_catalogue(data.language.value))
    formatter = Formatter(language=data.language, texts=texts)
    environment = DocumentEnvironment(
        functions={
            "t": texts.get,
            "code_svg": code_svg,
            "usage_chart": lambda history: usage_chart(history, formatter),
        },
        filters={
            "money": formatter.money,
            "change": formatter.change,
            "unit_price": formatter.unit_price,
            "number": formatter.number,
            "quantity": formatter.quantity,
            "unit": formatter.unit,
            "currency": formatter.currency,
            "tax_rate": formatter.tax_rate,
            "date": formatter.date,
            "period": formatter.period,
        },
    )
    return fill_template(environment=environment, template=template, values={"bill": data, "logo_url": LOGO_URL})


def render_bill(*, data: BillDocument, template: str | None = None) -> RenderedDocument:
    """Print a bill by the utility's own template, or by ours.

    Raises TemplateRefused, ResourceRefused, PaymentCodeRefused, TooPreciseToPrint.
    """
    source = default_bill_template() if template is None else template
    pdf = print_pdf(html=bill_html(data=data, template=source), logo=data.seller.logo)
    return RenderedDocument(
        pdf=pdf,
        sha256=hashlib.sha256(pdf).hexdigest(),
        template_version=hashlib.sha256(source.encode()).hexdigest()[:_VERSION_DIGITS],
        language=data.language,
    )
