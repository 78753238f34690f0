"""What a tariff version would charge for given or historical usage. Nothing is stored; the engine is the bill's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from rachun.apps.agreements.models import ServiceAgreement
from rachun.apps.agreements.selectors.pricing import get_pricing_frames
from rachun.apps.billing.country_rules import Roundings, roundings_on, tax_rates
from rachun.apps.billing.refusals import QuoteNotPriced
from rachun.apps.billing.selectors.quote_history import historical_usage
from rachun.apps.identity.models import LegalEntity
from rachun.engine.billing.pipeline import price
from rachun.engine.billing.snapshot import (
    AGREEMENTS,
    ASSIGNMENTS,
    ATTRIBUTES,
    CONSUMPTION,
    DELIVERIES,
    USAGE,
    Snapshot,
)
from rachun.engine.explain.columns import lines_of
from rachun.engine.explain.facts import Derivation, PriceSource
from rachun.engine.explain.registry import explain_bill
from rachun.engine.tariffs.components import TariffVersion, attributes_of
from rachun.engine.tariffs.selection import VersionInForce
from rachun.values.period import Period
from rachun.values.quantity import MICRO

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Priceable:
    """A version, stored or a draft, and where its words come from."""

    tariff: TariffVersion
    body: Mapping[str, Any]
    plan: str
    valid_from: date
    approved_by: str = ""
    source_document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageAsked:
    """consumption: (register, quantity). calls: (component, destination, minutes, calls, amount). deliveries:
    (item, day, quantity). None takes what the agreement really used.
    """

    consumption: Sequence[tuple[str, Decimal]] | None = None
    calls: Sequence[tuple[str, str, Decimal, int, Decimal]] | None = None
    deliveries: Sequence[tuple[str, date, Decimal]] | None = None
    attributes: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteAsked:
    """served: the days of the period on which the service is given; the whole period without it."""

    entity: LegalEntity
    period: Period
    version: Priceable
    usage: UsageAsked
    agreement: ServiceAgreement | None = None
    served: Period | None = None
    known_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    currency: str
    derivations: Sequence[Derivation]
    body: Mapping[str, Any]

    def total(self, name: str) -> int:
        return sum(getattr(one.line, name) for one in self.derivations)


def get_quote(asked: QuoteAsked) -> Quote:
    """Raises QuoteNotPriced with every reason why the engine refuses."""
    snapshot = snapshot_of(asked)
    found = price(snapshot)
    if found.refusals.height:
        raise QuoteNotPriced.of(refusals=found.refusals.select("code", "params").rows())
    version = asked.version
    source = PriceSource(
        plan=version.plan,
        valid_from=version.valid_from,
        approved_by=version.approved_by,
        source_document=version.source_document,
        rounding=version.tariff.rounding,
        taxed=version.tariff.taxed,
    )
    currency = version.tariff.currency
    lines = lines_of(charges=found.charges, source_of=lambda _: source, currency=currency)
    derivations = explain_bill(lines=lines, **roundings_of(asked))
    assert all(one.agrees for one in derivations), "a quote differs from its own derivation"
    return Quote(currency=currency, derivations=derivations, body=version.body)


def roundings_of(asked: QuoteAsked) -> Roundings:
    return roundings_on(country_pack=asked.entity.country_pack, tax_date=asked.period.end - DAY)


def snapshot_of(asked: QuoteAsked) -> Snapshot:
    """One agreement under one version, which rules every day."""
    start, end = asked.period.start, asked.period.end
    served = asked.served or asked.period
    always = VersionInForce(
        version_ix=0, plan_ix=0, valid_from=date(1970, 1, 1), valid_to=None, tariff=asked.version.tariff
    )
    consumption, usage, deliveries = usage_frames(asked, served=served)
    return Snapshot(
        period=asked.period,
        agreements=frame([(0, 0, served.start, served.end)], AGREEMENTS),
        assignments=frame([(0, 0, date(1970, 1, 1), None)], ASSIGNMENTS),
        versions=[always],
        attributes=asked_attributes(asked, start=start, end=end),
        consumption=consumption,
        usage=usage,
        deliveries=deliveries,
        tax_rates=tax_rates(entity=asked.entity, known_until=asked.known_until),
        tax_date=end - DAY,
        **roundings_of(asked),
    )


def frame(rows: Sequence[tuple[Any, ...]], columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(columns), orient="row")


def usage_frames(asked: QuoteAsked, *, served: Period) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Consumption, calls and deliveries: as given, or as they were."""
    history = historical_usage(
        agreement=asked.agreement, period=asked.period, known_until=asked.known_until, version=asked.version.tariff
    )
    given = asked.usage
    consumption, usage, deliveries = history
    if given.consumption is not None:
        rows = [
            (ix, 0, register, served.start, served.end, micro(quantity), "AGREED")
            for ix, (register, quantity) in enumerate(given.consumption)
        ]
        consumption = frame(rows, CONSUMPTION)
    if given.calls is not None:
        called = [
            (0, component, destination, served.start, micro(minutes), calls, micro(amount))
            for component, destination, minutes, calls, amount in given.calls
        ]
        usage = frame(called, USAGE)
    if given.deliveries is not None:
        done = [(ix, 0, item, day, micro(quantity)) for ix, (item, day, quantity) in enumerate(given.deliveries)]
        deliveries = frame(done, DELIVERIES)
    return consumption, usage, deliveries


def micro(value: Decimal) -> int:
    return int(value * MICRO)


def asked_attributes(asked: QuoteAsked, *, start: date, end: date) -> pl.DataFrame:
    """Given ones hold for the whole period and stand before the agreement's own."""
    given = [(0, name, micro(value), start, end) for name, value in asked.usage.attributes.items()]
    rows = frame(given, ATTRIBUTES)
    if asked.agreement is None or not attributes_of(asked.version.tariff):
        return rows
    frames = get_pricing_frames(account_ids=[asked.agreement.account_id], before=end, known_until=asked.known_until)
    own_ix = frames.agreement_keys.index_of(str(asked.agreement.id))
    own = frames.attributes.filter(
        pl.col("agreement_ix") == own_ix, ~pl.col("attribute").is_in(list(asked.usage.attributes))
    )
    return pl.concat([rows, own.with_columns(agreement_ix=pl.lit(0, pl.Int64)).select(rows.columns)])
