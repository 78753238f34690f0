"""The included units that agreements open a period with: what the latest period issued before it left over."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

import polars as pl
from django.db.models import F, Max, OuterRef, Subquery

from rachun.apps.billing.models import AllowanceBalance
from rachun.engine.billing.snapshot import ALLOWANCES


def get_opening_allowances(*, agreement_ix: Mapping[UUID, int], period_from: date) -> pl.DataFrame:
    """Columns of ALLOWANCES; rows of 0 included, which say that the units are used up or gone."""
    issued = AllowanceBalance.objects.filter(agreement_id__in=list(agreement_ix), period_to__lte=period_from)
    latest = (
        AllowanceBalance.objects.filter(
            agreement_id=OuterRef("agreement_id"), allowance=OuterRef("allowance"), period_to__lte=period_from
        )
        .values("agreement_id", "allowance")
        .annotate(latest=Max("period_to"))
        .values("latest")
    )
    rows = (
        issued.annotate(latest=Subquery(latest))
        .filter(period_to=F("latest"))
        .order_by("agreement_id", "allowance", "granted_from", "id")
        .values_list("agreement_id", "allowance", "granted_from", "periods_left", "remaining_micro")
    )
    return pl.DataFrame(
        [(agreement_ix[agreement], *rest) for agreement, *rest in rows], schema=dict(ALLOWANCES), orient="row"
    )
