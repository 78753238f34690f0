"""What main meters and the meters behind them show, for the report of losses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import polars as pl

from rachun.apps.metering.mapping import measured_rows, points_of, stretches_of
from rachun.apps.metering.models import CommonMeter
from rachun.apps.metering.selectors.estimates import list_readings_of
from rachun.apps.metering.selectors.installed import list_registers_at

MARGIN = timedelta(days=400)  # a span that passes the first or the last month began or ends at a reading beyond it


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneFlows:
    """inputs, measured: engine.usage.losses.SPANS. metered: zone_ix, point_ix. points: service_point_id by point_ix.

    zone_ix is the place of the rule in the list asked for.
    """

    inputs: pl.DataFrame
    measured: pl.DataFrame
    metered: pl.DataFrame
    points: Sequence[UUID]


def get_zone_flows(*, rules: Sequence[CommonMeter], start: date, until: date, known_until: datetime) -> ZoneFlows:
    """rules: with their members. Two queries. Readings that run backwards leave a hole, which reads as not read."""
    rows = [(ix, str(rule.main_point_id), rule.register_code, True) for ix, rule in enumerate(rules)]
    rows += [
        (ix, str(member.service_point_id), rule.register_code, False)
        for ix, rule in enumerate(rules)
        for member in rule.members.all()
        if member.is_subtracted
    ]
    schema = {"zone_ix": pl.Int64, "service_point_id": pl.String, "wanted": pl.String, "is_main": pl.Boolean}
    places = pl.DataFrame(rows, schema=schema, orient="row")
    names = places["service_point_id"].unique().sort()
    numbers = pl.DataFrame({"service_point_id": names}).with_row_index("point_ix").cast({"point_ix": pl.Int64})
    places = places.join(numbers, on="service_point_id", maintain_order="left")
    far = until + MARGIN
    registers = list_registers_at(names, until=far, known_until=known_until)
    terms = pl.DataFrame({"service_point_id": names}).select(
        "service_point_id", agreement_id="service_point_id", valid_from=start - MARGIN, valid_to=far
    )
    nothing = pl.DataFrame(schema={"agreement_id": pl.String(), "register": pl.String(), "billed_until": pl.Date()})
    stretches = stretches_of(terms=terms, registers=registers, billed_until=nothing)
    readings = list_readings_of(stretches, until=far, known_until=known_until)
    spans, _wrong = measured_rows(points=points_of(stretches=stretches, readings=readings))
    flows = places.join(
        spans.rename({"agreement_id": "service_point_id"}), on="service_point_id", maintain_order="left"
    ).filter(pl.col("register") == pl.col("wanted"))
    columns = ["zone_ix", "point_ix", "period_from", "period_to", "quantity_micro"]
    standing = places.join(
        registers.select("service_point_id", wanted="register").unique(), on=["service_point_id", "wanted"]
    )
    return ZoneFlows(
        inputs=flows.filter("is_main").select(columns),
        measured=flows.filter(~pl.col("is_main")).select(columns),
        metered=standing.filter(~pl.col("is_main")).select("zone_ix", "point_ix").unique(),
        points=[UUID(name) for name in names],
    )
