"""Stored charges → the lines that the engine explains."""

from collections.abc import Mapping, Sequence
from typing import Any

from rachun.apps.billing.models import Bill, Charge
from rachun.apps.catalog.models import TariffVersion
from rachun.engine.explain.facts import Days, Line, PriceSource
from rachun.engine.tariffs.components import Rounding, Taxed

_TOLD = (
    "line_no",
    "component",
    "kind",
    "register",
    "block_no",
    "label",
    "quantity_micro",
    "unit_price_e8",
    "net_minor",
    "tax_minor",
    "gross_minor",
    "tax_category",
    "tax_rate_micro",
    "basis",
    "inputs",
)


def lines_of(*, bill: Bill, charges: Sequence[Charge], language: str) -> list[Line]:
    """charges: with their version and its plan."""
    return [
        Line(
            agreement=str(charge.agreement_id),
            service=Days(start=charge.service_from, end=charge.service_to),
            currency=bill.currency,
            source=source_of(charge.version, language=language),
            **{name: getattr(charge, name) for name in _TOLD},
        )
        for charge in charges
    ]


def source_of(version: TariffVersion, *, language: str) -> PriceSource:
    names: dict[str, str] = version.plan.names
    return PriceSource(
        plan=names.get(language) or names.get("en") or version.plan.code,
        valid_from=version.valid_from,
        approved_by=version.approved_by,
        source_document=version.source_document,
        rounding=Rounding(version.body.get("rounding", Rounding.HALF_UP)),
        taxed=Taxed(version.body.get("taxed", Taxed.ROUNDED)),
    )


def component_names(*, version: TariffVersion, language: str) -> dict[str, str]:
    """What the bill calls the components, by code."""
    return names_of(body=version.body, language=language)


def names_of(*, body: Mapping[str, Any], language: str) -> dict[str, str]:
    """Components and seasons, by code."""
    components: list[dict[str, Any]] = body["components"]
    seasons: list[dict[str, Any]] = body.get("seasons", [])
    labels = {one["code"]: one.get("label", {}) for one in (*seasons, *components)}
    return {code: label.get(language) or label.get("en") or code for code, label in labels.items()}
