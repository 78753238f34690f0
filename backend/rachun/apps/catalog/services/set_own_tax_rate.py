"""A rate of tax that the country pack leaves to the enterprise."""

from datetime import date, datetime
from decimal import Decimal

from rachun.apps.base.audit import record_audit
from rachun.apps.base.transactions import use_case
from rachun.apps.catalog.errors import TaxRateInvalid, TaxRateOfCountry
from rachun.apps.catalog.models import OwnTaxRate
from rachun.apps.identity.models import LegalEntity
from rachun.countries.loader import load_pack

PERCENT_MAX = 100


@use_case
def set_own_tax_rate(  # house: argument-count -- each is a column of the rate
    *,
    legal_entity: LegalEntity,
    category: str,
    percent: Decimal,
    valid_from: date,
    source_document: str,
    recorded_at: datetime,
) -> OwnTaxRate:
    """From the day on, until a later rate. A rate of the same day is replaced; what was known before stays known.

    Raises TaxRateOfCountry where the country pack has rates of the category, TaxRateInvalid.
    """
    pack = load_pack(legal_entity.country_pack)
    if category not in pack.tax_categories or not 0 <= percent <= PERCENT_MAX:
        raise TaxRateInvalid(category=category, percent=percent, categories=list(pack.tax_categories))
    if any(rate.category == category for rate in pack.tax_rates):
        raise TaxRateOfCountry(category=category, country_pack=legal_entity.country_pack)
    same = OwnTaxRate.objects.filter(
        legal_entity=legal_entity, category=category, valid_from=valid_from, superseded_at__isnull=True
    )
    before = same.first()
    same.update(superseded_at=recorded_at)
    rate = OwnTaxRate.objects.create(
        legal_entity=legal_entity,
        category=category,
        percent=percent,
        valid_from=valid_from,
        source_document=source_document,
        recorded_at=recorded_at,
    )
    record_audit(
        operation="setOwnTaxRate",
        object_kind="own_tax_rate",
        object_id=rate.id,
        legal_entity_id=legal_entity.id,
        before={"percent": before.percent} if before is not None else None,
        after={"category": category, "percent": percent, "valid_from": valid_from, "source": source_document},
    )
    return rate
