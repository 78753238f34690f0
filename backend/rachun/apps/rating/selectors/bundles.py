"""Bundles of calls: which versions include seconds, and on which days they serve whom.

Note [Agreements at a glance]
Who shares a bundle is said by agreements, the table that a load shuts while it attaches its records. Whoever kept it
open and then waited for a bundle of that load would wait for ever, and the load for them. So it is read before the
first bundle is locked, and given back at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import polars as pl
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from rachun.apps.agreements.models import ServiceAgreement, ServiceTerm, TariffAssignment
from rachun.apps.base.columns import IsOneOf, read_frame
from rachun.apps.base.transactions import glance
from rachun.apps.catalog.models import TariffVersion
from rachun.apps.rating.selectors.guiding import TariffFacts
from rachun.engine.rating.grants import SPELLS
from rachun.engine.tariffs.components import SharedBy, Traffic
from rachun.engine.tariffs.parsing import parse_version

NOW: Final = datetime(1970, 1, 1, tzinfo=UTC)  # the instant of whoever asks for what is in force today
INSTANT: Final = pl.Datetime("us", "UTC")
_KNOWN: Final = {"known_from": INSTANT, "known_to": INSTANT}
_OFFERED: Final = ("component", "seconds", "proration", "shared_by", "rollover_periods")
_DATED: Final = {"valid_from": pl.Date(), "valid_to": pl.Date()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Included:
    """What a version's traffic component includes in a calendar month."""

    version_id: str
    component: str
    table: str
    seconds: int
    destinations: tuple[str, ...]
    proration: str
    shared_by: str
    rollover_periods: int

    @property
    def is_shared(self) -> bool:
        return self.shared_by == SharedBy.ACCOUNT


def list_included(*, legal_entity_id: UUID) -> list[Included]:
    """Bundles of the versions in force."""
    versions = TariffVersion.objects.filter(
        plan__legal_entity_id=legal_entity_id,
        superseded_at__isnull=True,
        body__components__contains=[{"kind": "traffic", "included": {}}],
    )
    return [
        Included(
            version_id=str(version.id),
            component=part.code,
            table=part.destination_table,
            seconds=part.included_s,
            destinations=part.included_destinations,
            proration=part.included_proration.value,
            shared_by=part.included_shared_by.value,
            rollover_periods=part.included_rollover_periods,
        )
        for version in versions
        for part in parse_version(document=version.body).components
        if isinstance(part, Traffic) and part.included_s
    ]


def with_sharers(agreement_ids: pl.Series, *, included: Sequence[Included]) -> pl.Series:
    """The agreements, and where a bundle is shared all others of their accounts. Note [Agreements at a glance]"""
    if not any(one.is_shared for one in included):
        return agreement_ids
    accounts = ServiceAgreement.objects.filter(IsOneOf("id", agreement_ids, kind="uuid")).values("account_id")
    held = ServiceAgreement.objects.filter(account_id__in=accounts).values_list(Cast("id", TextField()))
    with glance():
        return read_frame(held, {"agreement_id": pl.String()})["agreement_id"]


def list_spells(*, facts: TariffFacts, included: Sequence[Included]) -> pl.DataFrame:
    """SPELLS of the agreements of `facts`, as they are in force today: known at NOW and ever since."""
    instants = [pl.lit(NOW).cast(INSTANT).alias("known_from"), pl.lit(None, INSTANT).alias("known_to")]
    return _spells(
        facts.terms.with_columns(instants),
        facts.plans.with_columns(instants),
        versions=facts.versions,
        included=included,
    )


def list_spells_ever_known(*, facts: TariffFacts, included: Sequence[Included]) -> pl.DataFrame:
    """SPELLS with the instants between which each was what was known. Versions count as they are in force today.

    What nothing was known before counts from ever: facts may be told after the calls that they guide.
    """
    ids = [UUID(one) for one in facts.terms["agreement_id"].unique()]
    agreement = Cast("agreement_id", TextField())
    told = ("valid_from", "valid_to", "recorded_at", "superseded_at")
    terms = ServiceTerm.objects.filter(agreement_id__in=ids).values_list(agreement, *told)
    plans = TariffAssignment.objects.filter(agreement_id__in=ids).values_list(
        agreement, Cast("plan_id", TextField()), *told
    )
    return _spells(
        _ever_known(terms, {"agreement_id": pl.String(), **_DATED, **_KNOWN}),
        _ever_known(plans, {"agreement_id": pl.String(), "plan_id": pl.String(), **_DATED, **_KNOWN}),
        versions=facts.versions,
        included=included,
    )


def _spells(
    terms: pl.DataFrame, plans: pl.DataFrame, *, versions: pl.DataFrame, included: Sequence[Included]
) -> pl.DataFrame:
    offers = pl.DataFrame(
        [
            (one.version_id, one.component, one.seconds, one.proration, one.shared_by, one.rollover_periods)
            for one in included
        ],
        schema={"version_id": pl.String(), **{name: SPELLS[name] for name in _OFFERED}},
        orient="row",
    )
    ruled = _both(plans, versions.join(offers, on="version_id"), on="plan_id")
    served = _both(ruled, terms, on="agreement_id")
    if any(one.is_shared for one in included):
        served = served.join(_accounts(terms["agreement_id"]), on="agreement_id")
    else:
        served = served.with_columns(account_id=pl.lit(None, pl.String))
    return served.select(pl.col(name).cast(kind) for name, kind in SPELLS.items())


def _both(one: pl.DataFrame, other: pl.DataFrame, *, on: str) -> pl.DataFrame:
    """The days on which both facts are in force, while both are known."""
    ends: list[pl.Expr] = []
    joined = one.join(other, on=on)
    for start, end in (("valid_from", "valid_to"), ("known_from", "known_to")):
        if f"{start}_right" in joined.columns:
            ends += [pl.max_horizontal(start, f"{start}_right"), pl.min_horizontal(end, f"{end}_right")]
    joined = joined.with_columns(ends)
    whole = [
        pl.col(end).is_null() | (pl.col(start) < pl.col(end))
        for start, end in (("valid_from", "valid_to"), ("known_from", "known_to"))
    ]
    return joined.filter(whole).drop(name for name in joined.columns if name.endswith("_right"))


def _accounts(agreement_ids: pl.Series) -> pl.DataFrame:
    """Note [Agreements at a glance]"""
    found = ServiceAgreement.objects.filter(IsOneOf("id", agreement_ids.unique(), kind="uuid")).values_list(
        Cast("id", TextField()), Cast("account_id", TextField())
    )
    with glance():
        return read_frame(found, {"agreement_id": pl.String(), "account_id": pl.String()})


def _ever_known(rows: QuerySet[Any, tuple[Any, ...]], columns: dict[str, pl.DataType]) -> pl.DataFrame:
    found = pl.DataFrame(list(rows), schema=columns, orient="row")
    first_change = pl.col("known_to").min().over("agreement_id")
    is_first = (pl.col("known_from") < first_change).fill_null(value=True)
    ever = pl.when(is_first).then(pl.lit(NOW)).otherwise("known_from")
    return found.with_columns(known_from=ever.cast(INSTANT))
