"""Tariff plans read from files become destination tables: a table each, its bands, and dated rates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from rachun.apps.base.audit import record_audit
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.catalog.models import DestinationRate, DestinationTable, TimeBand
from rachun.apps.identity.models import LegalEntity
from rachun.apps.rating.errors import BandMeansAnother, RatesAlreadyFuture
from rachun.formats.tariff_plan_files import PlanBand, PlanRate, RatePlan
from rachun.values.rounding import half_up_decimal

_MINUTE = 60
_DAYS = ("years", "months", "monthdays", "weekdays")
_TERMS = (
    "destination",
    "price_per_minute",
    "connection_fee",
    "steps",
    "rounding",
    "decimals",
    "max_cost",
    "max_cost_strategy",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlansImported:
    tables: int
    added: int
    known: int
    ended: int


def import_rate_plans(
    *, legal_entity: LegalEntity, plans: Sequence[RatePlan], valid_from: date, imported_at: datetime
) -> PlansImported:
    """Make a table of each plan, or bring the one it has to what the plan says from its day on.

    valid_from: for plans that no profile dates. A rate that holds already is known and stays; one that the plan no
    longer has ends. Raises BandMeansAnother when a table has the band with other days, RatesAlreadyFuture when it has
    rates that start later.
    """
    assert_in_transaction()
    added = known = ended = 0
    for plan in plans:
        table = table_of(plan, legal_entity=legal_entity)
        keep_bands(table, plan.bands)
        day = plan.valid_from or valid_from
        new, same, gone = bring_rates(table, plan.rates, day=day, at=imported_at)
        added, known, ended = added + new, known + same, ended + gone
        record_audit(
            operation="importRatePlans",
            object_kind="destination_table",
            object_id=table.id,
            legal_entity_id=legal_entity.id,
            after={"table": table.code, "added": new, "ended": gone, "valid_from": day},
        )
    return PlansImported(tables=len(plans), added=added, known=known, ended=ended)


def table_of(plan: RatePlan, *, legal_entity: LegalEntity) -> DestinationTable:
    table, _ = DestinationTable.objects.get_or_create(
        legal_entity=legal_entity,
        code=plan.code[:40],
        defaults={"currency": legal_entity.currency, "measures_time": plan.measures_time},
    )
    return DestinationTable.objects.select_for_update(no_key=True).get(id=table.id)


def keep_bands(table: DestinationTable, bands: Sequence[PlanBand]) -> None:
    known = {band.code: band for band in table.bands.all()}
    for band in bands:
        told = {"starts_at": band.starts_at, **{name: list(getattr(band, name)) for name in _DAYS}}
        stored = known.get(band.code)
        if stored is None:
            TimeBand.objects.create(table=table, code=band.code, **told)
        elif any(getattr(stored, name) != value for name, value in told.items()):
            raise BandMeansAnother(band=band.code, table=table.code)


def bring_rates(table: DestinationTable, rates: Sequence[PlanRate], *, day: date, at: datetime) -> tuple[int, int, int]:
    """(added, known, ended)."""
    in_force = DestinationRate.objects.filter(table=table, superseded_at__isnull=True)
    future = in_force.filter(valid_from__gt=day).order_by("prefix").first()
    if future is not None:
        raise RatesAlreadyFuture(prefix=future.prefix, valid_from=future.valid_from)
    held = in_force.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day)).select_for_update(no_key=True)
    stored = {(rate.prefix, rate.band, rate.weight): rate for rate in held}
    wanted = {(rate.prefix, rate.band, rate.weight): terms_of(rate) for rate in rates}
    same = {key for key, terms in wanted.items() if key in stored and holds(stored[key], terms)}
    gone = [rate for key, rate in stored.items() if key not in same]
    end_rates(gone, day=day, at=at)
    new = [
        DestinationRate(
            table=table, prefix=prefix, band=band, weight=weight, valid_from=day, recorded_at=at, **wanted[key]
        )
        for key in wanted
        if key not in same
        for prefix, band, weight in [key]
    ]
    DestinationRate.objects.bulk_create(new, batch_size=2000)
    return len(new), len(same), len(gone)


def terms_of(rate: PlanRate) -> dict[str, Any]:
    first = rate.steps[0]
    return {
        "destination": rate.destination[:100],
        "price_per_minute": half_up_decimal(value=first.price * _MINUTE / first.per, exponent=8),  # to be looked at
        "connection_fee": rate.connection_fee,
        "steps": [
            {"from_s": step.from_s, "price": str(step.price), "per": step.per, "increment": step.increment}
            for step in rate.steps
        ],
        "rounding": rate.rounding,
        "decimals": rate.decimals,
        "max_cost": rate.max_cost,
        "max_cost_strategy": rate.max_cost_strategy,
    }


def holds(rate: DestinationRate, terms: dict[str, Any]) -> bool:
    return rate.valid_to is None and all(getattr(rate, name) == terms[name] for name in _TERMS)


def end_rates(rates: Sequence[DestinationRate], *, day: date, at: datetime) -> None:
    """Supersede the facts; where they held before the day, a fact that ends on it takes their place."""
    ids: list[UUID] = [rate.id for rate in rates]
    DestinationRate.objects.filter(id__in=ids).update(superseded_at=at)
    kept = ("band", "weight", "minimum_s", "minimum_charge", "free_below_s", "first_interval_s", "increment_s")
    DestinationRate.objects.bulk_create(
        [
            DestinationRate(
                table_id=rate.table_id,
                prefix=rate.prefix,
                valid_from=rate.valid_from,
                valid_to=day,
                recorded_at=at,
                **{name: getattr(rate, name) for name in (*_TERMS, *kept)},
            )
            for rate in rates
            if rate.valid_from < day
        ],
        batch_size=2000,
    )
