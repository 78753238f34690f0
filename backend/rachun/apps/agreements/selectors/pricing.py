"""The one snapshot that billing, rating and quotes price from: agreements as columns, as known at a cut-off."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import polars as pl
from django.db.models import BigIntegerField, F, Q, QuerySet, TextField
from django.db.models.functions import Cast

from rachun.apps.agreements.models import AgreementAttribute, ServiceAgreement, ServiceTerm, TariffAssignment
from rachun.apps.base.columns import IsOneOf, read_frame, texts
from rachun.apps.catalog.models import TariffVersion as TariffVersionRow
from rachun.engine.billing.snapshot import AGREEMENTS, ASSIGNMENTS, ATTRIBUTES
from rachun.engine.tariffs.components import TariffVersion
from rachun.engine.tariffs.parsing import parse_version
from rachun.engine.tariffs.selection import VersionInForce, versions_in_force
from rachun.values.quantity import MICRO


@dataclass(frozen=True, slots=True, kw_only=True)
class PricingFrames:
    """The frames that engine.billing.snapshot names, and the ids behind their surrogates: position is the ix.

    account_keys, agreement_keys: the ids as texts, as columns carry them.
    """

    account_keys: pl.Series
    agreement_keys: pl.Series
    plan_ids: Sequence[UUID]
    version_ids: Sequence[UUID]
    agreements: pl.DataFrame
    assignments: pl.DataFrame
    attributes: pl.DataFrame
    versions: Sequence[VersionInForce]

    @property
    def account_ids(self) -> list[UUID]:
        return _ids(self.account_keys)

    @property
    def agreement_ids(self) -> list[UUID]:
        return _ids(self.agreement_keys)


def known(*, until: datetime) -> Q:
    """Facts recorded by the cut-off and not yet superseded then."""
    return Q(recorded_at__lte=until) & (Q(superseded_at__isnull=True) | Q(superseded_at__gt=until))


def get_pricing_frames(*, account_ids: Sequence[UUID], before: date, known_until: datetime) -> PricingFrames:
    """Everything agreed with the accounts from the beginning up to the day `before`; five queries for any number.

    agreements: one row per served stretch, unclipped. An agreement that was never served by then has no row.
    """
    accounts = _numbered("account", texts(account_ids))
    owned = _owned(accounts["account_id"]).join(accounts, on="account_id")
    agreements = _numbered("agreement", owned["agreement_id"]).join(owned, on="agreement_id").sort("agreement_ix")
    in_force = Q(IsOneOf("agreement_id", agreements["agreement_id"], kind="uuid"), valid_from__lt=before)
    in_force &= known(until=known_until)
    served = _dated(ServiceTerm.objects.filter(in_force)).join(agreements, on="agreement_id")
    assigned = _dated(TariffAssignment.objects.filter(in_force), "plan_id").join(agreements, on="agreement_id")
    plans = _numbered("plan", assigned["plan_id"])
    plan_ids = _ids(plans["plan_id"])
    version_ids, versions = _versions(plan_ids=plan_ids, before=before, known_until=known_until)
    terms = served.rename({"valid_from": "service_from", "valid_to": "service_to"})
    attributes = _attributes(AgreementAttribute.objects.filter(in_force)).join(agreements, on="agreement_id")
    return PricingFrames(
        account_keys=accounts["account_id"],
        agreement_keys=agreements["agreement_id"],
        plan_ids=plan_ids,
        version_ids=version_ids,
        agreements=_typed(terms, columns=AGREEMENTS, order=("agreement_ix", "service_from")),
        assignments=_typed(
            assigned.join(plans, on="plan_id"), columns=ASSIGNMENTS, order=("agreement_ix", "valid_from")
        ),
        attributes=_typed(attributes, columns=ATTRIBUTES, order=("agreement_ix", "attribute", "valid_from")),
        versions=versions,
    )


def _numbered(name: str, found: pl.Series) -> pl.DataFrame:
    """<name>_id, <name>_ix: the ids in their order, each with its place."""
    return (
        found.alias(f"{name}_id")
        .unique()
        .sort()
        .to_frame()
        .with_row_index(f"{name}_ix")
        .select(f"{name}_id", pl.col(f"{name}_ix").cast(pl.Int64))
    )


def _ids(column: pl.Series) -> list[UUID]:
    return [UUID(one) for one in column]


def _owned(account_ids: pl.Series) -> pl.DataFrame:
    found = ServiceAgreement.objects.filter(IsOneOf("account_id", account_ids, kind="uuid"))
    rows = found.values_list(Cast("id", TextField()), Cast("account_id", TextField()))
    return read_frame(rows, {"agreement_id": pl.String(), "account_id": pl.String()})


def _dated(rows: QuerySet[Any], *names: str) -> pl.DataFrame:
    """agreement_id, names (ids), valid_from, valid_to."""
    told = ("agreement_id", *names)
    found = rows.values_list(*(Cast(name, TextField()) for name in told), "valid_from", "valid_to")
    return read_frame(found, {**dict.fromkeys(told, pl.String()), "valid_from": pl.Date(), "valid_to": pl.Date()})


def _attributes(rows: QuerySet[AgreementAttribute]) -> pl.DataFrame:
    value = Cast(F("value") * MICRO, BigIntegerField())
    found = rows.values_list(Cast("agreement_id", TextField()), "attribute", value, "valid_from", "valid_to")
    columns = {name: kind for name, kind in ATTRIBUTES.items() if name != "agreement_ix"}
    return read_frame(found, {"agreement_id": pl.String(), **columns})


def _typed(frame: pl.DataFrame, *, columns: Mapping[str, pl.DataType], order: Sequence[str]) -> pl.DataFrame:
    return frame.sort(order, maintain_order=True).select(pl.col(name).cast(kind) for name, kind in columns.items())


def _versions(
    *, plan_ids: Sequence[UUID], before: date, known_until: datetime
) -> tuple[list[UUID], list[VersionInForce]]:
    rows = list(
        TariffVersionRow.objects.filter(known(until=known_until), plan_id__in=plan_ids, valid_from__lt=before)
        .order_by("plan_id", "valid_from")
        .values_list("id", "plan_id", "valid_from", "body")
    )
    version_ids = [version_id for version_id, *_ in rows]
    starts: dict[UUID, list[tuple[int, date, TariffVersion]]] = {plan_id: [] for plan_id in plan_ids}
    for ix, (version_id, plan_id, valid_from, body) in enumerate(rows):
        starts[plan_id].append((ix, valid_from, parsed(version_id=version_id, body=body)))
    return version_ids, list(_in_force(starts.items()))


def _in_force(starts: Iterable[tuple[UUID, list[tuple[int, date, TariffVersion]]]]) -> Iterable[VersionInForce]:
    for plan_ix, (_, plan_starts) in enumerate(starts):
        yield from versions_in_force(plan_ix=plan_ix, starts=plan_starts)


def parsed(*, version_id: UUID, body: dict[str, Any]) -> TariffVersion:
    """A version never changes, so it is parsed once per process."""
    return _parsed(version_id, json.dumps(body))


@lru_cache(maxsize=1024)
def _parsed(version_id: UUID, body: str) -> TariffVersion:  # noqa: ARG001 -- the id is the key, the body what is read
    return parse_version(document=json.loads(body))
