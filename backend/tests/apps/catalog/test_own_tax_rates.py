from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from rachun.apps.billing.country_rules import tax_rates
from rachun.apps.catalog.errors import TaxRateInvalid, TaxRateOfCountry
from rachun.apps.catalog.models import OwnTaxRate
from rachun.apps.catalog.services import set_own_tax_rate
from rachun.apps.identity.models import LegalEntity
from tests.factories.metering import make_legal_entity

pytestmark = pytest.mark.usefixtures("fresh_database")
JANUARY, JULY = date(2026, 1, 1), date(2026, 7, 1)
SPRING, AUTUMN = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 9, 1, tzinfo=UTC)


def neutral() -> LegalEntity:
    entity = make_legal_entity()
    entity.country_pack = LegalEntity.CountryPack.NEUTRAL
    entity.save(update_fields=["country_pack"])
    return entity


def set_rate(entity: LegalEntity, **changes: Any) -> OwnTaxRate:
    told = {"category": "STANDARD", "percent": Decimal(23), "valid_from": JANUARY, "recorded_at": SPRING}
    return set_own_tax_rate(legal_entity=entity, source_document="Act 1", **{**told, **changes})


def standard(entity: LegalEntity, *, known_until: datetime) -> list[tuple[Any, ...]]:
    rates = tax_rates(entity=entity, known_until=known_until)
    return [row[1:] for row in rates.rows() if row[0] == "STANDARD"]


class TestOwnTaxRates:
    def test_each_rules_until_the_next(self) -> None:
        entity = neutral()
        set_rate(entity)
        set_rate(entity, percent=Decimal("24.5"), valid_from=JULY)
        set_rate(entity, category="REDUCED", percent=Decimal(8))

        assert standard(entity, known_until=AUTUMN) == [(23_000_000, JANUARY, JULY), (24_500_000, JULY, None)]

    def test_a_replaced_one_is_still_what_was_known_then(self) -> None:
        entity = neutral()
        set_rate(entity)
        set_rate(entity, percent=Decimal(22), recorded_at=AUTUMN)

        assert standard(entity, known_until=SPRING) == [(23_000_000, JANUARY, None)]
        assert standard(entity, known_until=AUTUMN) == [(22_000_000, JANUARY, None)]

    def test_are_refused_where_the_country_has_them(self) -> None:
        with pytest.raises(TaxRateOfCountry):
            set_rate(make_legal_entity(country="BA"))

    @pytest.mark.parametrize("wrong", [{"category": "LUXURY"}, {"percent": Decimal(101)}, {"percent": Decimal(-1)}])
    def test_are_refused_when_they_make_no_sense(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(TaxRateInvalid):
            set_rate(neutral(), **wrong)

    def test_are_named_by_a_command(self) -> None:
        entity = neutral()

        call_command("set_tax_rate", entity.code, "STANDARD", "23", "--from", "2026-01-01", "--source", "Act 1")

        assert [rate.percent for rate in OwnTaxRate.objects.filter(legal_entity=entity)] == [23]
