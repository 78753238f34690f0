"""What issued bills hold of a season whose block bounds they use up one after another."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import polars as pl
from django.db.models import Q, Sum

from rachun.apps.agreements.selectors.pricing import PricingFrames, get_pricing_frames
from rachun.apps.base.columns import IsOneOf
from rachun.apps.billing.models import Bill, BillRun, BillRunChunk, Charge
from rachun.engine.billing.blocks import FLAT_LABEL
from rachun.engine.billing.snapshot import SEASON_USE, empty
from rachun.engine.tariffs.components import Metered, TariffVersion, uses_up_seasons
from rachun.engine.tariffs.seasons import season_stretches

SEASONS = "seasons"  # among the tallies of a chunk: what its calculation found used up
_DAY = timedelta(days=1)


def get_season_use(*, frames: PricingFrames, as_before: datetime | None = None) -> pl.DataFrame:
    """Columns of SEASON_USE; no query where no version uses seasons up. as_before: only bills issued before it."""
    tariffs = {frames.version_ids[one.version_ix]: one.tariff for one in frames.versions if uses_up_seasons(one.tariff)}
    if not tariffs:
        return empty(columns=SEASON_USE)
    places = {agreement: ix for ix, agreement in enumerate(frames.agreement_ids)}
    issued = Q() if as_before is None else Q(issued_at__lt=as_before)
    of_accounts = IsOneOf("account_id", frames.account_keys, kind="uuid")
    bills = Bill.objects.filter(issued, of_accounts)
    charged = (
        Charge.objects.filter(
            of_accounts,
            version_id__in=list(tariffs),
            kind=Metered.kind,
            bill_id__in=bills.values("id"),
        )
        .exclude(label=FLAT_LABEL)
        .values_list("agreement_id", "version_id", "component", "register", "service_from")
        .annotate(used=Sum("quantity_micro"))
        .order_by("agreement_id", "component", "register", "service_from")
    )
    rows = [
        (places[agreement], component, register, season, int(used))
        for agreement, version, component, register, day, used in charged
        for season in _season_of(tariffs[version], component=component, day=day)
    ]
    found = pl.DataFrame(rows, schema=dict(SEASON_USE), orient="row")
    season = [name for name in SEASON_USE if name != "used_micro"]
    return found.group_by(season, maintain_order=True).agg(pl.col("used_micro").sum())


def _season_of(tariff: TariffVersion, *, component: str, day: date) -> Iterator[date]:
    """The first day of the season that uses the component's bounds up on the day, where one does."""
    for stretch in season_stretches(seasons=tariff.seasons, start=day, end=day + _DAY):
        parts = [part for part in tariff.of_season(stretch.season) if part.code == component]
        if stretch.season is not None and any(isinstance(part, Metered) and part.uses_up_season for part in parts):
            yield stretch.first


def told_seasons(use: pl.DataFrame, *, frames: PricingFrames) -> dict[str, list[list[str | int]]]:
    """Agreement → its rows of SEASON_USE, as JSON can hold them; nothing where no version uses seasons up."""
    told: dict[str, list[list[str | int]]] = {}
    for agreement_ix, component, register, season_from, used in use.rows():
        told.setdefault(frames.agreement_keys[agreement_ix], []).append(
            [component, register, season_from.isoformat(), used]
        )
    return told


def list_accounts_used_otherwise(*, run: BillRun) -> list[UUID]:
    """Of a calculated run, the accounts whose season is used up otherwise now than when their drafts were made."""
    assert run.known_until is not None, "a calculated run has its cut-off"
    changed: list[UUID] = []
    for chunk in BillRunChunk.objects.filter(run=run, tallies__has_key=SEASONS).order_by("number"):
        frames = get_pricing_frames(account_ids=chunk.account_ids, before=run.period_to, known_until=run.known_until)
        now = told_seasons(get_season_use(frames=frames), frames=frames)
        owners = _owners(frames)
        changed += _differing(now, chunk.tallies[SEASONS], owners=owners)
    return changed


def _owners(frames: PricingFrames) -> dict[str, UUID]:
    pairs = frames.agreements.select("agreement_ix", "account_ix").unique().rows()
    accounts = frames.account_ids
    return {frames.agreement_keys[agreement]: accounts[account] for agreement, account in pairs}


def _differing(
    now: Mapping[str, Sequence[object]], then: Mapping[str, Sequence[object]], *, owners: Mapping[str, UUID]
) -> list[UUID]:
    return sorted({owners[one] for one in {*now, *then} if now.get(one) != then.get(one)})
