"""What single calls are guided by, as it is at this moment: two queries for as many calls as come together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from rachun.apps.base.prepared import array, ask_prepared
from rachun.apps.catalog.models import TariffVersion
from rachun.apps.rating.selectors.destination_tables import get_destination_tables
from rachun.engine.rating.table import DestinationTable
from rachun.engine.tariffs.components import Traffic
from rachun.engine.tariffs.parsing import parse_version

# An agreement may be served at two points on one day, so a call may be guided twice; the version of a plan is the one
# that began latest.
_GUIDED = """
SELECT n.place - 1, a.agreement_id, v.id
  FROM unnest(%s::text[], %s::date[]) WITH ORDINALITY AS n (number, day, place)
  JOIN resources_resource r ON r.identifier = n.number AND r.legal_entity_id = %s AND r.kind = 'PHONE_NUMBER'
  JOIN agreements_resourceassignment a ON a.resource_id = r.id AND a.superseded_at IS NULL
       AND a.valid_from <= n.day AND (a.valid_to IS NULL OR n.day < a.valid_to)
  JOIN agreements_serviceterm t ON t.agreement_id = a.agreement_id AND t.superseded_at IS NULL
       AND t.valid_from <= n.day AND (t.valid_to IS NULL OR n.day < t.valid_to)
  JOIN agreements_tariffassignment p ON p.agreement_id = a.agreement_id AND p.superseded_at IS NULL
       AND p.valid_from <= n.day AND (p.valid_to IS NULL OR n.day < p.valid_to)
 CROSS JOIN LATERAL (
       SELECT w.id FROM catalog_tariffversion w
        WHERE w.plan_id = p.plan_id AND w.superseded_at IS NULL AND w.valid_from <= n.day
        ORDER BY w.valid_from DESC LIMIT 1) v
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainTraffic:
    """The one traffic component of a version. includes: whether it has a bundle."""

    component: str
    table: str
    includes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Guided:
    agreement_id: UUID
    traffic: PlainTraffic
    table: DestinationTable


def guide_calls(*, legal_entity_id: UUID, calls: Sequence[tuple[str, date]]) -> Callable[[], list[Guided | None]]:
    """calls: caller in E.164 and local day. None where the way is not plain: nobody's number, no plan, two services at
    once, a version with none or several traffic components, a table without rates. Note [One way there and back]
    """
    numbers, days = array(number for number, _day in calls), array(day for _number, day in calls)
    rows = ask_prepared(_GUIDED, [numbers, days, legal_entity_id])
    return lambda: _ways(rows(), legal_entity_id=legal_entity_id, count=len(calls))


def _ways(rows: Sequence[tuple[Any, ...]], *, legal_entity_id: UUID, count: int) -> list[Guided | None]:
    ways: list[set[tuple[UUID, UUID]]] = [set() for _ in range(count)]
    for place, agreement_id, version_id in rows:
        ways[place].add((agreement_id, version_id))
    only = [next(iter(found)) if len(found) == 1 else None for found in ways]
    traffic = {version_id: plain_traffic(version_id) for _agreement, version_id in filter(None, only)}
    codes = {one.table for one in traffic.values() if one is not None}
    tables = get_destination_tables(legal_entity_id=legal_entity_id, codes=sorted(codes)) if codes else {}
    return [None if way is None else _guided(way[0], traffic[way[1]], tables=tables) for way in only]


def _guided(
    agreement_id: UUID, traffic: PlainTraffic | None, *, tables: Mapping[str, DestinationTable]
) -> Guided | None:
    table = tables.get(traffic.table) if traffic else None
    if traffic is None or table is None:
        return None
    return Guided(agreement_id=agreement_id, traffic=traffic, table=table)


@lru_cache(maxsize=10_000)
def plain_traffic(version_id: UUID) -> PlainTraffic | None:
    """A version never changes, so what it says is read once; None when it has none or several of them."""
    version = TariffVersion.objects.get(id=version_id)
    found = [part for part in parse_version(document=version.body).components if isinstance(part, Traffic)]
    if len(found) != 1:
        return None
    [one] = found
    return PlainTraffic(component=one.code, table=one.destination_table, includes=bool(one.included_s))
