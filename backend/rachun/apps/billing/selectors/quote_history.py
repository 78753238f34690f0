"""What an agreement really used in a period, billed or not, as the engine's columns for a quote."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl

from rachun.apps.agreements.models import ServiceAgreement
from rachun.apps.base.columns import texts
from rachun.apps.billing.selectors.time_bands import profiles_of
from rachun.apps.metering.selectors.consumption import list_measured_consumption
from rachun.apps.metering.selectors.profiles import SPELLS, Profiles
from rachun.apps.usage.selectors.billable import list_used_calls, list_used_deliveries
from rachun.engine.billing.snapshot import CONSUMPTION, COVERED_S, DELIVERIES, USAGE, empty
from rachun.engine.tariffs.components import Capacity, Data, Metered, OneOff, Reactive, TariffVersion, Traffic
from rachun.values.period import Period

NEVER_BILLED = {"agreement_id": pl.String(), "register": pl.String(), "billed_until": pl.Date()}
Frames = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]


def historical_usage(
    *, agreement: ServiceAgreement | None, period: Period, known_until: datetime, version: TariffVersion
) -> Frames:
    """Consumption read within the period, rated calls and delivered services of its days; nothing without an agreement.

    What the version does not price is not looked up. Calls keep the price they were rated at, under the version's own
    traffic component.
    """
    if agreement is None:
        return empty(columns=CONSUMPTION), empty(columns=USAGE), empty(columns=DELIVERIES)
    asked: dict[str, Any] = {"agreement_ids": texts([agreement.id]), "known_until": known_until}
    kinds = {component.kind for component in version.components}
    days: dict[str, Any] = {"start": period.start, "end": period.end}
    consumption, calls, deliveries = empty(columns=CONSUMPTION), empty(columns=USAGE), empty(columns=DELIVERIES)
    if kinds & {Metered.kind, Capacity.kind, Reactive.kind}:
        measured = list_measured_consumption(
            **asked,
            billed_until=empty(columns=NEVER_BILLED),
            since=period.start,
            until=period.end,
            profiles=profiles_of_quote(agreement=agreement, version=version, period=period),
        ).consumption
        inside = measured.filter(pl.col("period_from") >= period.start)
        consumption = conformed(inside.with_row_index("consumption_ix"), CONSUMPTION)
    traffic = next((one.code for one in version.components if isinstance(one, Traffic)), None)
    if traffic is not None:
        used = list_used_calls(**asked, **days).with_columns(component=pl.lit(traffic))
        calls = conformed(used, {**USAGE, COVERED_S: pl.Int64()})
    if kinds & {OneOff.kind, Data.kind}:
        delivered = list_used_deliveries(**asked, **days)
        deliveries = conformed(delivered.with_row_index("delivery_ix"), DELIVERIES)
    return consumption, calls, deliveries


def profiles_of_quote(*, agreement: ServiceAgreement, version: TariffVersion, period: Period) -> Profiles | None:
    """The quoted version's own calendar, over the whole period."""
    if version.time_bands is None:
        return None
    row = (str(agreement.id), period.start, period.end, 0)
    return profiles_of(
        spells=pl.DataFrame([row], schema=dict(SPELLS), orient="row"),
        calendars=[version.time_bands],
        entity=agreement.legal_entity,
        until=period.end,
    )


def conformed(rows: pl.DataFrame, columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
    known = {"agreement_ix": pl.lit(0)}
    return rows.select(known.get(name, pl.col(name)).cast(kind).alias(name) for name, kind in columns.items())
