"""The one snapshot that billing, rating and quotes price from: agreements as columns, as known at a cut-off."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import polars as pl
from django.db.models import Q, QuerySet

from rachun.apps.agreements.models import AgreementAttribute, ServiceAgreement, ServiceTerm, TariffAssignment
from rachun.apps.catalog.models import TariffVersion as TariffVersionRow
from rachun.engine.billing.snapshot import AGREEMENTS, ASSIGNMENTS, ATTRIBUTES
from rachun.engine.tariffs.components import TariffVersion
from rachun.engine.tariffs.parsing import parse_version
from rachun.engine.tariffs.selection import VersionInForce, versions_in_force
from rachun.values.quantity import MICRO


@dataclass(frozen=True, slots=True, kw_only=True)
class PricingFrames:
    """The frames that engine.billing.snapshot names, and the ids behind their surrogates: position is the ix."""

    account_ids: Sequence[UUID]
    agreement_ids: Sequence[UUID]
    plan_ids: Sequence[UUID]
    version_ids: Sequence[UUID]
    agreements: pl.DataFrame
    assignments: pl.DataFrame
    attributes: pl.DataFrame
    versions: Sequence[VersionInForce]


def known(*, until: datetime) -> Q:
    """Facts recorded by the cut-off and not yet superseded then."""
    return Q(recorded_at__lte=until) & (Q(superseded_at__isnull=True) | Q(superseded_at__gt=until))


def get_pricing_frames(*, account_ids: Sequence[UUID], before: date, known_until: datetime) -> PricingFrames:
    """Everything agreed with the accounts from the beginning up to the day `before`; five queries for any number.

    agreements: one row per served stretch, unclipped. An agreement that was never served by then has no row.
    """
    accounts = sorted(account_ids)
    owned = dict(ServiceAgreement.objects.filter(account_id__in=accounts).values_list("id", "account_id"))
    agreement_ids = sorted(owned)
    agreement_ix = {agreement_id: ix for ix, agreement_id in enumerate(agreement_ids)}
    account_ix = {account_id: ix for ix, account_id in enumerate(accounts)}
    in_force = known(until=known_until) & Q(agreement_id__in=agreement_ids, valid_from__lt=before)
    terms = ServiceTerm.objects.filter(in_force).order_by("agreement_id", "valid_from")
    served = [
        (agreement_ix[agreement_id], account_ix[owned[agreement_id]], start, end)
        for agreement_id, start, end in terms.values_list("agreement_id", "valid_from", "valid_to")
    ]
    assigned = list(
        TariffAssignment.objects.filter(in_force)
        .order_by("agreement_id", "valid_from")
        .values_list("agreement_id", "plan_id", "valid_from", "valid_to")
    )
    plan_ids = sorted({plan_id for _, plan_id, _, _ in assigned})
    plan_ix = {plan_id: ix for ix, plan_id in enumerate(plan_ids)}
    version_ids, versions = _versions(plan_ids=plan_ids, before=before, known_until=known_until)
    return PricingFrames(
        account_ids=accounts,
        agreement_ids=agreement_ids,
        plan_ids=plan_ids,
        version_ids=version_ids,
        agreements=pl.DataFrame(served, schema=dict(AGREEMENTS), orient="row"),
        assignments=pl.DataFrame(
            [(agreement_ix[a], plan_ix[p], start, end) for a, p, start, end in assigned],
            schema=dict(ASSIGNMENTS),
            orient="row",
        ),
        attributes=_attributes(AgreementAttribute.objects.filter(in_force), agreement_ix=agreement_ix),
        versions=versions,
    )


def _attributes(rows: QuerySet[AgreementAttribute], *, agreement_ix: dict[UUID, int]) -> pl.DataFrame:
    ordered = rows.order_by("agreement_id", "attribute", "valid_from")
    return pl.DataFrame(
        [
            (agreement_ix[agreement_id], attribute, int(value * MICRO), start, end)
            for agreement_id, attribute, value, start, end in ordered.values_list(
                "agreement_id", "attribute", "value", "valid_from", "valid_to"
            )
        ],
        schema=dict(ATTRIBUTES),
        orient="row",
    )


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
