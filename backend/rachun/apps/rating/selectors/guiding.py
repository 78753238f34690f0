"""What records are guided and priced by, read for a whole batch at a fixed number of queries."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from uuid import UUID

import polars as pl
from django.db.models import TextField
from django.db.models.functions import Cast, Lower

from rachun.apps.agreements.models import ServiceAgreement, ServiceTerm, TariffAssignment
from rachun.apps.base.columns import IsOneOf, listed, read_frame, read_written
from rachun.apps.catalog.models import TariffVersion
from rachun.apps.customers.models import Account, AccountAlias
from rachun.apps.rating.selectors.destination_tables import get_destination_tables
from rachun.apps.resources.models import Resource
from rachun.engine.rating.table import DestinationTable
from rachun.engine.tariffs.components import Data, OneOff, Traffic
from rachun.engine.tariffs.parsing import parse_version
from rachun.values.quantity import MICRO

_DATED = {"valid_from": pl.Date(), "valid_to": pl.Date()}
_HELD = {
    "caller_e164": pl.String(),
    "agreement_id": pl.String(),
    "held_from": pl.Date(),
    "held_to": pl.Date(),
    "term_from": pl.Date(),
    "term_to": pl.Date(),
    "plan_id": pl.String(),
    "plan_from": pl.Date(),
    "plan_to": pl.Date(),
}
_HOLDINGS = """
SELECT r.identifier, a.agreement_id, a.valid_from, a.valid_to, t.valid_from, t.valid_to, p.plan_id, p.valid_from,
       p.valid_to
  FROM resources_resource r
  LEFT JOIN agreements_resourceassignment a ON a.resource_id = r.id AND a.superseded_at IS NULL
  LEFT JOIN agreements_serviceterm t ON t.agreement_id = a.agreement_id AND t.superseded_at IS NULL
  LEFT JOIN agreements_tariffassignment p ON p.agreement_id = a.agreement_id AND p.superseded_at IS NULL
 WHERE r.legal_entity_id = %s AND r.kind = %s AND r.identifier = ANY (string_to_array(%s, ','))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffFacts:
    """terms: agreement_id, valid_from, valid_to.  plans: agreement_id, plan_id, valid_from, valid_to.
    versions: plan_id, version_id, valid_from, valid_to, without gaps.  traffic: version_id, rank, component, table.
    one_offs: version_id, component, item, unit (null: any), of one_off and data.  tables: code → prepared table.
    """

    terms: pl.DataFrame
    plans: pl.DataFrame
    versions: pl.DataFrame
    traffic: pl.DataFrame
    one_offs: pl.DataFrame
    tables: Mapping[str, DestinationTable]


def list_held_numbers(*, legal_entity_id: UUID, numbers: pl.Series) -> pl.DataFrame:
    """Columns of _HELD of the known ones among these phone numbers, in one query: each holding of a number beside each
    served and each priced spell of its agreement; null where there is none.
    """
    params = [legal_entity_id, Resource.Kind.PHONE_NUMBER, listed(numbers)]
    return read_written(statement=_HOLDINGS, params=params, columns=_HELD)


class CallFacts:
    """What the calls of one legal entity are guided and priced by, read once for each number that comes.

    known: caller.  assigned: caller_e164, agreement_id, valid_from, valid_to.  spans: caller_e164, agreement_id,
    version_id, valid_from, valid_to; the days on which a number was held, served and had a plan with a version.
    All grow with the numbers, not with the calls.
    """

    def __init__(self, *, legal_entity_id: UUID) -> None:
        self._legal_entity_id = legal_entity_id
        self._asked = pl.Series("number", [], dtype=pl.String)
        self.known = pl.DataFrame(schema={"caller": pl.String()})
        self.assigned = pl.DataFrame(schema={"caller_e164": pl.String(), "agreement_id": pl.String(), **_DATED})
        self.tariffs = get_tariff_facts(legal_entity_id=legal_entity_id, agreement_ids=pl.Series([], dtype=pl.String))
        self.spans = spans_of(held=pl.DataFrame(schema=_HELD), versions=self.tariffs.versions)

    def copy(self) -> "CallFacts":
        """As known now: frames are never changed, so this costs nothing."""
        return copy(self)

    def learn(self, numbers: pl.Series) -> None:
        """Read what is not known yet of these numbers."""
        wanted = numbers.drop_nulls().unique()
        new = wanted.filter(~wanted.is_in(self._asked.implode()))
        if new.is_empty():
            return
        self._asked = pl.concat([self._asked, new.alias("number")])
        held = list_held_numbers(legal_entity_id=self._legal_entity_id, numbers=new)
        unread = held.filter(~pl.col("agreement_id").is_in(self.assigned["agreement_id"].unique().implode()))
        terms, plans = (
            _spells(unread, kind, "agreement_id", *more) for kind, more in (("term", ()), ("plan", ("plan_id",)))
        )
        self.tariffs = add_tariffs(legal_entity_id=self._legal_entity_id, terms=terms, plans=plans, known=self.tariffs)
        self.known = pl.concat([self.known, held.select(caller="caller_e164").unique()])
        self.assigned = pl.concat([self.assigned, _spells(held, "held", "caller_e164", "agreement_id")])
        self.spans = pl.concat([self.spans, spans_of(held=held, versions=self.tariffs.versions)])


def _spells(held: pl.DataFrame, kind: str, *named: str) -> pl.DataFrame:
    """The spells of one kind, each once, beside what they are of."""
    dates = {name: f"{kind}_{name.removeprefix('valid_')}" for name in _DATED}
    found = held.filter(pl.col(dates["valid_from"]).is_not_null()).select(*named, **dates)
    return found.unique(maintain_order=True)


def spans_of(*, held: pl.DataFrame, versions: pl.DataFrame) -> pl.DataFrame:
    """The days on which holding, service and plan are all in force, by the version of the plan."""
    start = pl.max_horizontal("held_from", "term_from", "plan_from")
    end = pl.min_horizontal("held_to", "term_to", "plan_to")
    is_all = pl.all_horizontal(pl.col("held_from", "term_from", "plan_from").is_not_null())
    planned = held.filter(is_all).select("caller_e164", "agreement_id", "plan_id", valid_from=start, valid_to=end)
    columns = ("caller_e164", "agreement_id", "version_id", *_DATED)
    return _both(_not_empty(planned), versions, on="plan_id").select(columns)


def _both(one: pl.DataFrame, other: pl.DataFrame, *, on: str) -> pl.DataFrame:
    """The days on which both facts are in force."""
    start = pl.max_horizontal("valid_from", "valid_from_right")
    end = pl.min_horizontal("valid_to", "valid_to_right")
    joined = one.join(other, on=on).with_columns(valid_from=start, valid_to=end)
    return _not_empty(joined).drop("valid_from_right", "valid_to_right")


def _not_empty(spells: pl.DataFrame) -> pl.DataFrame:
    return spells.filter(pl.col("valid_to").is_null() | (pl.col("valid_from") < pl.col("valid_to")))


def list_account_agreements(*, legal_entity_id: UUID, numbers: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(known, agreements) by a number that may be an agreement's, an account's, or an account's former one.

    known: account.  agreements: account, agreement_id, service (lower case).
    """
    entity = {"legal_entity_id": legal_entity_id}
    accounts = Account.objects.filter(number__in=numbers, **entity).values_list("number", Cast("id", TextField()))
    aliases = AccountAlias.objects.filter(number__in=numbers, **entity).values_list(
        "number", Cast("account_id", TextField())
    )
    pairs = read_frame(accounts, {"account": pl.String(), "account_id": pl.String()})
    pairs = pl.concat([pairs, read_frame(aliases, pairs.schema)]).unique()
    named = ServiceAgreement.objects.filter(number__in=numbers, **entity).values_list(
        "number", Cast("id", TextField()), Lower("service__code")
    )
    held = ServiceAgreement.objects.filter(
        account_id__in=[UUID(text) for text in pairs["account_id"]], **entity
    ).values_list(Cast("account_id", TextField()), Cast("id", TextField()), Lower("service__code"))
    columns = {"account": pl.String(), "agreement_id": pl.String(), "service": pl.String()}
    by_account = read_frame(held, {"account_id": pl.String(), "agreement_id": pl.String(), "service": pl.String()})
    agreements = pl.concat([read_frame(named, columns), by_account.join(pairs, on="account_id").select(columns.keys())])
    known = pl.concat([agreements.select("account"), pairs.select("account")]).unique()
    return known, agreements.unique()


def get_tariff_facts(*, legal_entity_id: UUID, agreement_ids: pl.Series) -> TariffFacts:
    """Served days, plans and what their versions price, in force now. Three queries, and one for the tables."""
    wanted = IsOneOf("agreement_id", agreement_ids, kind="uuid")
    agreement = Cast("agreement_id", TextField())
    terms = ServiceTerm.objects.filter(wanted, superseded_at__isnull=True).values_list(
        agreement, "valid_from", "valid_to"
    )
    plans = TariffAssignment.objects.filter(wanted, superseded_at__isnull=True).values_list(
        agreement, Cast("plan_id", TextField()), "valid_from", "valid_to"
    )
    return add_tariffs(
        legal_entity_id=legal_entity_id,
        terms=read_frame(terms, {"agreement_id": pl.String(), **_DATED}),
        plans=read_frame(plans, {"agreement_id": pl.String(), "plan_id": pl.String(), **_DATED}),
    )


def add_tariffs(
    *, legal_entity_id: UUID, terms: pl.DataFrame, plans: pl.DataFrame, known: TariffFacts | None = None
) -> TariffFacts:
    """Terms and plans of agreements, added to what is known of others; new versions and tables are read."""
    read_plans = set() if known is None else set(known.plans["plan_id"].unique())
    plan_ids = [UUID(text) for text in plans["plan_id"].unique().to_list() if text not in read_plans]
    versions = list(
        TariffVersion.objects.filter(plan_id__in=plan_ids, superseded_at__isnull=True).order_by("plan_id", "valid_from")
    )
    traffic, one_offs = _components(versions)
    rows = [(str(version.plan_id), str(version.id), version.valid_from) for version in versions]
    columns = {"plan_id": pl.String(), "version_id": pl.String(), "valid_from": pl.Date()}
    ordered = pl.DataFrame(rows, schema=columns, orient="row")
    read_tables = {} if known is None else known.tables
    codes = [code for code in traffic["table"].unique().to_list() if code not in read_tables]
    new = TariffFacts(
        terms=terms,
        plans=plans,
        versions=ordered.with_columns(valid_to=pl.col("valid_from").shift(-1).over("plan_id")),
        traffic=traffic,
        one_offs=one_offs,
        tables={**read_tables, **get_destination_tables(legal_entity_id=legal_entity_id, codes=codes)},
    )
    return new if known is None else _together(known, new)


def _together(known: TariffFacts, new: TariffFacts) -> TariffFacts:
    return TariffFacts(
        terms=pl.concat([known.terms, new.terms]),
        plans=pl.concat([known.plans, new.plans]),
        versions=pl.concat([known.versions, new.versions]),
        traffic=pl.concat([known.traffic, new.traffic]),
        one_offs=pl.concat([known.one_offs, new.one_offs]),
        tables=new.tables,
    )


def _components(versions: Sequence[TariffVersion]) -> tuple[pl.DataFrame, pl.DataFrame]:
    traffic: list[tuple[str, int, str, str]] = []
    one_offs: list[tuple[str, str, str, str | None]] = []
    for version in versions:
        for component in parse_version(document=version.body).components:
            if isinstance(component, Traffic):
                traffic.append((str(version.id), component.no, component.code, component.destination_table))
            elif isinstance(component, OneOff):
                one_offs.append((str(version.id), component.code, component.item, component.unit))
            elif isinstance(component, Data):
                unit = component.unit if component.per_micro == MICRO else None  # octets are reported, GiB are priced
                one_offs.append((str(version.id), component.code, component.item, unit))
    texts = dict.fromkeys(("version_id", "component", "item", "unit"), pl.String())
    return (
        pl.DataFrame(
            traffic,
            schema={"version_id": pl.String(), "rank": pl.Int64(), "component": pl.String(), "table": pl.String()},
            orient="row",
        ),
        pl.DataFrame(one_offs, schema=texts, orient="row"),
    )
