"""Records of one source → their price, in three steps, of which only the middle one needs the database."""

from collections.abc import Callable

import polars as pl

from rachun.apps.rating.mapping import number_calls, price_calls, price_deliveries, rules_of
from rachun.apps.rating.selectors.guiding import CallFacts
from rachun.apps.usage.models import UsageSource
from rachun.countries.loader import load_pack


class Pricing:
    """Guides and prices by what is in force now; what it has read it keeps, so it lives for one load."""

    def __init__(self, source: UsageSource) -> None:
        self._legal_entity_id = source.legal_entity_id
        self._has_calls = source.kind == UsageSource.Kind.CALLS
        self._rules = rules_of(plan=load_pack(source.legal_entity.country_pack).numbering, area_code=source.area_code)
        self._facts = CallFacts(legal_entity_id=source.legal_entity_id)

    def number(self, records: pl.DataFrame) -> pl.DataFrame:
        """Read the numbers of calls. Any thread may do it."""
        return number_calls(records=records, rules=self._rules) if self._has_calls else records

    def prepare(self, numbered: pl.DataFrame) -> Callable[[], pl.DataFrame]:
        """Read what these records need; what comes back prices them, and any one thread may do it."""
        if not self._has_calls:
            priced = price_deliveries(records=numbered, legal_entity_id=self._legal_entity_id)
            return lambda: priced
        self._facts.learn(numbered["caller_e164"])
        facts = self._facts.copy()
        return lambda: price_calls(records=numbered, facts=facts)


def price_records(*, source: UsageSource, records: pl.DataFrame) -> pl.DataFrame:
    """Guide and price records of one source by what is in force now."""
    pricing = Pricing(source)
    return pricing.prepare(pricing.number(records))()
