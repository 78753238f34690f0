"""The order of pricing, and why that order.

1. Days first (`seasons`, `segments`): which version, as which season has it, rules which served day. Everything after
   is arithmetic on those stretches.
2. Prices that stand alone: fixed, per_attribute, metered, reactive, capacity, traffic, data, one_off. They do not see
   each other.
3. What looks at other lines (allowance, percentage, minimum, cap), targets first, because it is taken of lines already
   rounded: what the customer sees adds up. Where a reading corrects a past month, its limits are worked out again.
4. Benefits of what they apply to, when all else of the bill is known: they never raise a minimum or use up a cap.
5. Rounding of what the bill rounds together, and tax, after all lines.
6. Refusals last: an account with any refusal is parked whole, never billed in part.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import polars as pl

from rachun.engine.billing.adjustments import with_adjustments
from rachun.engine.billing.attributes import doubled
from rachun.engine.billing.benefits import KIND as BENEFIT
from rachun.engine.billing.benefits import benefit_lines, budget_of
from rachun.engine.billing.capacity import capacity_lines
from rachun.engine.billing.data import data_items, data_lines
from rachun.engine.billing.dated import fact_days
from rachun.engine.billing.fixed import fixed_lines
from rachun.engine.billing.frames import LINES, all_refusals, place_in_run, refused
from rachun.engine.billing.metered import metered_lines
from rachun.engine.billing.one_off import one_off_lines
from rachun.engine.billing.overflow import overflowed_sums
from rachun.engine.billing.past_months import Sides, past_months
from rachun.engine.billing.per_attribute import per_attribute_lines
from rachun.engine.billing.reactive import reactive_lines
from rachun.engine.billing.scope import rounded_together
from rachun.engine.billing.season_use import without
from rachun.engine.billing.seasons import in_seasons
from rachun.engine.billing.segments import Stretches, stretches_of
from rachun.engine.billing.snapshot import BUDGET, CHARGES, Priced, Snapshot, SnapshotInvalid, empty
from rachun.engine.billing.tax import with_tax
from rachun.engine.billing.traffic import traffic_lines
from rachun.engine.billing.true_up import PriceOfUse, trued_up
from rachun.engine.tariffs.components import Capacity, Fixed, Metered, PerAttribute, Reactive, attributes_of

__all__ = ["Priced", "Snapshot", "SnapshotInvalid", "price"]

_PLACE = ["account_ix", "agreement_ix", "component_no", "from_day", "version_ix"]
_APART: list[str | pl.Expr] = [
    "register",
    "block_no",
    "label",
    "tax_category",
    "delivery_ix",
    pl.col("quantity") * -1,
    "amount",
]


def price(snapshot: Snapshot) -> Priced:
    """Charge every agreement of the snapshot for its period. Pure: equal snapshots give equal frames.

    Raises SnapshotInvalid when the frames contradict the contract; what is wrong with one account is a refusal.
    """
    fact_days_told = _fact_days(snapshot)
    seasoned = in_seasons(snapshot.versions, days=_days_touched(snapshot, fact_days=fact_days_told))
    past_lines = seasoned.placed(snapshot.past_lines, day="service_from")
    snapshot = replace(snapshot, versions=seasoned.versions, past_lines=past_lines)
    stretches = stretches_of(snapshot=snapshot, fact_days=fact_days_told)
    _refuse_strangers(snapshot, stretches=stretches)
    lines, refusals, sides = _standing_alone(snapshot, stretches=stretches)
    lines, settled, allowances, limited = _adjusted(lines, sides=sides, snapshot=snapshot, stretches=stretches)
    if snapshot.benefits.height:
        discounts = benefit_lines(
            lines=lines, stretches=stretches, versions=snapshot.versions, benefits=snapshot.benefits
        )
        lines = pl.concat([lines, discounts])
    ordered = _in_order(pl.concat([lines, settled]), stretches=stretches)
    together = rounded_together(ordered, rounding=snapshot.net_rounding)
    taxed, untaxed = with_tax(together, snapshot=snapshot)
    refused_late = [limited, untaxed, _mixed_currencies(ordered), overflowed_sums(taxed)]
    refusals = all_refusals([stretches.refusals, refusals, *refused_late])
    if refusals.height:
        refusals = refusals.sort("account_ix", "agreement_ix", "code", "params")
        taxed = taxed.join(refusals, on="account_ix", how="anti", maintain_order="left")
        parked = refusals.select("account_ix").join(stretches.accounts, on="account_ix")
        allowances = allowances.join(parked, on="agreement_ix", how="anti", maintain_order="left")
    charges = _charges(seasoned.given_back(taxed))
    return Priced(charges=charges, refusals=refusals, allowances=allowances, budget=_budget(charges, snapshot=snapshot))


def _in_order(lines: pl.DataFrame, *, stretches: Stretches) -> pl.DataFrame:
    """LINES as a bill shows them, with what their version says of rounding and tax."""
    known = lines.join(stretches.versions, on="version_ix", maintain_order="left")
    return known.sort(*_PLACE, pl.col("kind") == BENEFIT, *_APART, maintain_order=True)


def _budget(charges: pl.DataFrame, *, snapshot: Snapshot) -> pl.DataFrame:
    return budget_of(charges=charges) if snapshot.benefits.height else empty(columns=BUDGET)


def _fact_days(snapshot: Snapshot) -> list[int]:
    return [
        *fact_days(facts=snapshot.consumption, columns=("period_from", "period_to")),
        *fact_days(facts=snapshot.reversed_consumption, columns=("period_from", "period_to")),
        *fact_days(facts=snapshot.usage, columns=("usage_date",)),
        *fact_days(facts=snapshot.deliveries, columns=("performed_on",)),
    ]


def _days_touched(snapshot: Snapshot, *, fact_days: list[int]) -> list[date]:
    told = [date(1970, 1, 1) + timedelta(days=day) for day in fact_days]
    if snapshot.past_lines.height:
        told += [day for name in ("service_from", "service_to", "bill_from") for day in snapshot.past_lines[name]]
    return [snapshot.period.start, snapshot.period.end, *told]


def _refuse_strangers(snapshot: Snapshot, *, stretches: Stretches) -> None:
    for name in ("consumption", "reversed_consumption", "usage", "deliveries"):
        facts: pl.DataFrame = getattr(snapshot, name)
        if facts.is_empty():
            continue
        agreements = facts["agreement_ix"]
        strangers = agreements.filter(~agreements.is_in(stretches.accounts["agreement_ix"].implode()))
        if strangers.len():
            raise SnapshotInvalid(f"{name}: unknown agreement {strangers[0]}")


def _adjusted(
    lines: pl.DataFrame, *, sides: Sequence[Sides], snapshot: Snapshot, stretches: Stretches
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """(lines with those of the adjustments, lines that nothing looks at any more, closing ALLOWANCES, refusals).

    sides: what readings correct. Corrections of months that limits or benefits look at bring these with them, and this
    month's own pass them over.
    """
    if not sides:
        adjusted, allowances = with_adjustments(
            lines=lines, stretches=stretches, versions=snapshot.versions, allowances=snapshot.allowances
        )
        return adjusted, lines.clear(), allowances, all_refusals([])
    both = Sides(now=pl.concat([one.now for one in sides]), then=pl.concat([one.then for one in sides]))
    past = past_months(sides=both, snapshot=snapshot, stretches=stretches)
    earlier = (pl.col("from_day") < stretches.start) & pl.struct("agreement_ix", "component").is_in(
        past.apart.to_struct().implode()
    )
    adjusted, allowances = with_adjustments(
        lines=lines.filter(~earlier), stretches=stretches, versions=snapshot.versions, allowances=past.opening
    )
    return adjusted, pl.concat([lines.filter(earlier), past.lines]), allowances, past.refusals


def _standing_alone(snapshot: Snapshot, *, stretches: Stretches) -> tuple[pl.DataFrame, pl.DataFrame, list[Sides]]:
    """Lines and refusals of the kinds that do not see each other, and what readings correct of them; a kind that
    nothing asks for is passed over.
    """
    versions = snapshot.versions
    kinds = {component.kind for version in versions for component in version.tariff.components}
    lines = [empty(columns=LINES)]
    priced: list[tuple[pl.DataFrame, pl.DataFrame]] = []
    sides: list[Sides] = []
    refusals: list[pl.DataFrame] = []
    if Fixed.kind in kinds:
        lines.append(fixed_lines(stretches=stretches, versions=versions))
    if any(attributes_of(version.tariff) for version in versions):
        refusals.append(doubled(snapshot.attributes, stretches=stretches))
    if PerAttribute.kind in kinds:
        priced.append(per_attribute_lines(stretches=stretches, versions=versions, attributes=snapshot.attributes))
    if Metered.kind in kinds or snapshot.consumption.height:
        priced.append(_metered(snapshot, stretches=stretches, sides=sides))
    if Reactive.kind in kinds:
        priced.append(_of_use(snapshot, price_of=reactive_lines, stretches=stretches, sides=sides))
    if Capacity.kind in kinds:
        priced.append(
            capacity_lines(
                stretches=stretches,
                versions=versions,
                consumption=snapshot.consumption,
                attributes=snapshot.attributes,
            )
        )
    if snapshot.usage.height:
        priced.append(traffic_lines(stretches=stretches, versions=versions, usage=snapshot.usage))
    if snapshot.deliveries.height:
        of_data = pl.col("item").is_in(data_items(versions=versions))
        once, reported = snapshot.deliveries.filter(~of_data), snapshot.deliveries.filter(of_data)
        priced.append(one_off_lines(stretches=stretches, versions=versions, deliveries=once))
        if reported.height:
            priced.append(data_lines(stretches=stretches, versions=versions, deliveries=reported))
    refusals += [refused_rows for _, refused_rows in priced]
    return pl.concat(lines + [rows for rows, _ in priced]), all_refusals(refusals), sides


def _metered(snapshot: Snapshot, *, stretches: Stretches, sides: list[Sides]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lines of metered use; where a season uses bounds up, after what earlier bills hold and this one leaves of it."""
    price_of = partial(metered_lines, attributes=snapshot.attributes, season_use=snapshot.season_use)
    if snapshot.season_use.height and snapshot.reversed_consumption.height:
        taken_back, _ = price_of(
            stretches=stretches, versions=snapshot.versions, consumption=snapshot.reversed_consumption
        )
        left = without(snapshot.season_use, taken_back=taken_back, stretches=stretches, versions=snapshot.versions)
        price_of = partial(metered_lines, attributes=snapshot.attributes, season_use=left)
    return _of_use(snapshot, price_of=price_of, stretches=stretches, sides=sides)


def _of_use(
    snapshot: Snapshot, *, price_of: PriceOfUse, stretches: Stretches, sides: list[Sides]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lines of consumption, and beside them the earlier ones that a reading disproves, taken back. Adds to `sides`."""
    versions = snapshot.versions
    now, refusals = price_of(stretches=stretches, versions=versions, consumption=snapshot.consumption)
    if snapshot.reversed_consumption.is_empty():
        return now, refusals
    lines, more, then = trued_up(
        lines=now,
        price=price_of,
        stretches=stretches,
        versions=versions,
        reversed_consumption=snapshot.reversed_consumption,
    )
    sides.append(Sides(now=now, then=then))
    return lines, all_refusals([refusals, more])


def _mixed_currencies(lines: pl.DataFrame) -> pl.DataFrame:
    if lines["currency"].n_unique() < 2:  # noqa: PLR2004 (the usual case, without a window over every line)
        return all_refusals([])
    mixed = lines.filter(pl.col("currency").n_unique().over("account_ix") > 1)
    return refused(mixed, code="MIXED_CURRENCIES", currency=pl.col("currency"))


def _charges(lines: pl.DataFrame) -> pl.DataFrame:
    """CHARGES of lines in their order, which keeps those of an account together."""
    made = {
        "line_ix": pl.lit(place_in_run(lines["account_ix"])),
        "service_from": pl.col("from_day").cast(pl.Int32),
        "service_to": pl.col("to_day").cast(pl.Int32),
        "quantity_micro": pl.col("quantity"),
        "net_minor": pl.col("net"),
        "tax_minor": pl.col("tax"),
        "gross_minor": pl.col("gross"),
    }
    return lines.select(made.get(name, pl.col(name)).cast(kind).alias(name) for name, kind in CHARGES.items())
