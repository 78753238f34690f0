"""What one chunk of a run is priced from: a constant number of queries, whatever the number of accounts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import polars as pl

from rachun.apps.agreements.selectors.pricing import PricingFrames, get_pricing_frames
from rachun.apps.billing.country_rules import roundings_on, tax_rates
from rachun.apps.billing.models import BillRun
from rachun.apps.billing.selectors.allowance_balances import get_opening_allowances
from rachun.apps.billing.selectors.billed_days import get_billed_days, without_billed
from rachun.apps.billing.selectors.past_lines import get_past_months
from rachun.apps.billing.selectors.season_use import get_season_use
from rachun.apps.billing.selectors.time_bands import get_profiles
from rachun.apps.billing.selectors.visible_bills import get_issued_at
from rachun.apps.metering.selectors.consumption import list_measured_consumption
from rachun.apps.usage.selectors import BillableUsage, list_billed_usage
from rachun.engine.billing.snapshot import CONSUMPTION, COVERED_S, DELIVERIES, USAGE, Snapshot
from rachun.values.period import Period

DAY = timedelta(days=1)
_DELIVERED = ("agreement_ix", "performed_on", "load_key", "record_no")
UsageOf = Callable[[pl.Series], BillableUsage]  # of agreements, as texts


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkInputs:
    """active, excluded: agreement_ix served in the period; those of them that other bills hold already.

    refusals: account_ix, agreement_ix, code, params: what metering could not derive.
    evidence: consumption_ix, evidence (JSON); period_from begins where billing stopped, so that a day is billed once.
    estimates, taken_back: as in ConsumptionFrames, with account_ix. usage_counts: agreement_ix, records.
    """

    frames: PricingFrames
    snapshot: Snapshot
    refusals: pl.DataFrame
    evidence: pl.DataFrame
    estimates: pl.DataFrame
    taken_back: pl.DataFrame
    usage_counts: pl.DataFrame
    active: pl.Series
    excluded: pl.Series


def get_inputs_again(*, run: BillRun, account_ids: Sequence[UUID], bill_ids: Sequence[UUID]) -> ChunkInputs:
    """What bills that the run issued to the accounts were priced from, to derive them once more."""

    def usage_of(agreement_ids: pl.Series) -> BillableUsage:
        return list_billed_usage(agreement_ids=agreement_ids, bill_ids=bill_ids)

    return get_chunk_inputs(run=run, account_ids=account_ids, usage_of=usage_of, again=bill_ids)


def get_chunk_inputs(
    *, run: BillRun, account_ids: Sequence[UUID], usage_of: UsageOf, again: Sequence[UUID] | None = None
) -> ChunkInputs:
    """Everything known at the run's cut-off that its period bills to the accounts.

    usage_of: answers the usage to bill to agreements. again: bills that the run issued to the accounts; what these hold
    is taken as still to be billed.
    """
    assert run.known_until is not None, "a run is calculated as of a cut-off"
    frames = get_pricing_frames(account_ids=account_ids, before=run.period_to, known_until=run.known_until)
    keys = agreement_keys(frames)
    billed = get_billed_days(keys=keys, before=run.period_to, as_before=None if again is None else run)
    served, excluded = without_billed(
        served=frames.agreements, billed=billed.days, period_from=run.period_from, period_to=run.period_to
    )
    asked: dict[str, Any] = {"agreement_ids": frames.agreement_keys, "known_until": run.known_until}
    as_before = None if again is None else get_issued_at(bill_ids=again)
    measured = list_measured_consumption(
        **asked,
        billed_until=billed.registers,
        since=run.period_from,
        until=run.period_to,
        as_before=as_before,
        profiles=get_profiles(frames=frames, entity=run.legal_entity, until=run.period_to),
    )
    consumption = measured.consumption.join(keys, on="agreement_id").with_row_index("consumption_ix")
    taken_back = measured.reversed_consumption.join(keys, on="agreement_id").with_row_index(
        "consumption_ix", offset=consumption.height
    )
    past = get_past_months(frames=frames, taken_back=taken_back, before=run.period_from, as_before=as_before)
    used = usage_of(frames.agreement_keys)
    usage = used.calls.join(keys, on="agreement_id")
    deliveries = used.deliveries.join(keys, on="agreement_id").sort(_DELIVERED).with_row_index("delivery_ix")
    return ChunkInputs(
        frames=frames,
        snapshot=Snapshot(
            period=Period(start=run.period_from, end=run.period_to),
            agreements=served,
            assignments=frames.assignments,
            versions=frames.versions,
            attributes=frames.attributes,
            consumption=typed(consumption, columns=CONSUMPTION),
            usage=typed(usage, columns={**USAGE, COVERED_S: pl.Int64()}),
            deliveries=typed(deliveries, columns=DELIVERIES),
            reversed_consumption=typed(taken_back, columns=CONSUMPTION),
            allowances=get_opening_allowances(agreement_ids=frames.agreement_keys, period_from=run.period_from),
            past_lines=past.lines,
            past_allowances=past.allowances,
            season_use=get_season_use(frames=frames, as_before=as_before),
            **tax_rules(run),
        ),
        refusals=measured.refusals.join(keys, on="agreement_id").select("account_ix", "agreement_ix", "code", "params"),
        evidence=evidence_of(consumption, taken_back, billed=billed.registers),
        estimates=measured.estimates.join(keys, on="agreement_id"),
        taken_back=measured.taken_back.join(keys, on="agreement_id"),
        usage_counts=usage_counts(usage, deliveries),
        active=active_agreements(frames.agreements, run=run),
        excluded=pl.Series("agreement_ix", excluded, dtype=pl.Int64),
    )


def active_agreements(served: pl.DataFrame, *, run: BillRun) -> pl.Series:
    """agreement_ix of those served on a day of the period."""
    is_open = pl.col("service_to").is_null() | (pl.col("service_to") > run.period_from)
    return served.filter((pl.col("service_from") < run.period_to) & is_open)["agreement_ix"].unique().sort()


def usage_counts(usage: pl.DataFrame, deliveries: pl.DataFrame) -> pl.DataFrame:
    """agreement_ix, records."""
    counts = pl.concat(
        [
            usage.select("agreement_ix", records=pl.col("count").cast(pl.Int64)),
            deliveries.select("agreement_ix", records=pl.lit(1, pl.Int64)),
        ]
    )
    return counts.group_by("agreement_ix").agg(pl.col("records").sum())


def evidence_of(consumption: pl.DataFrame, taken_back: pl.DataFrame, *, billed: pl.DataFrame) -> pl.DataFrame:
    """agreement_ix, register, period_from, period_to, consumption_ix, evidence.

    What was billed before bills no day again: its rows have no days here.
    """
    new = consumption.join(billed, on=["agreement_id", "register"], how="left", maintain_order="left")
    unbilled = pl.max_horizontal("period_from", pl.col("billed_until").fill_null(pl.col("period_from")))
    new = new.with_columns(period_from=pl.min_horizontal(unbilled, "period_to"))
    old = taken_back.with_columns(period_to=pl.col("period_from"))
    columns = ["agreement_ix", "register", "period_from", "period_to", "consumption_ix", "evidence"]
    return pl.concat([new.select(columns), old.select(columns)])


def agreement_keys(frames: PricingFrames) -> pl.DataFrame:
    """agreement_id as text, agreement_ix, account_ix of every agreement that was ever served."""
    ids = frames.agreement_keys.alias("agreement_id").to_frame()
    keys = ids.with_columns(agreement_ix=pl.int_range(pl.len(), dtype=pl.Int64))
    return keys.join(frames.agreements.select("agreement_ix", "account_ix").unique(), on="agreement_ix")


def tax_rules(run: BillRun) -> dict[str, Any]:
    """The rates of the supply and what its bill rounds once: those of the last day of the period."""
    assert run.known_until is not None
    pack, tax_date = run.legal_entity.country_pack, run.period_to - DAY
    return {
        "tax_rates": tax_rates(entity=run.legal_entity, known_until=run.known_until),
        "tax_date": tax_date,
        **roundings_on(country_pack=pack, tax_date=tax_date),
    }


def typed(frame: pl.DataFrame, *, columns: Any) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(kind) for name, kind in columns.items())
