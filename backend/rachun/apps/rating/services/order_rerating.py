"""A re-rating from its order to its end: rehearsed by one job, applied by another."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import OperationalError, transaction

from rachun.apps.base.audit import record_audit
from rachun.apps.base.jobs import JobContext, enqueue
from rachun.apps.base.models import Job
from rachun.apps.base.transactions import glance, use_case
from rachun.apps.catalog.models import TariffPlan
from rachun.apps.rating.errors import (
    PlanNotOfEntity,
    ReratingNotRehearsed,
    ReratingOfPlanOrRun,
    ReratingPeriodInvalid,
    RunNotOfEntity,
)
from rachun.apps.rating.selectors.rerated import count_rerated, list_agreements_to_rerate
from rachun.apps.rating.services.release_suspended import Place
from rachun.apps.rating.services.rerate_agreements import CallsMoved, rerate_agreements
from rachun.apps.rating.services.rerate_run import list_calls_of_run, rerate_run
from rachun.apps.usage.models import PricingRun, Rerating

REHEARSE: Final = "rating.rehearse_rerating"
APPLY: Final = "rating.apply_rerating"
CHUNK: Final = 200  # agreements of one transaction
CALLS_PER_AGREEMENT: Final = 100  # of a run, which goes by calls
TRIES: Final = 5
State = Rerating.State


@dataclass(frozen=True, slots=True, kw_only=True)
class ReratingAsked:
    """plan_id: only agreements that have the plan on one of the days [from_date, to_date). run_id: the prices of a run
    instead of the tariff's.
    """

    legal_entity_id: UUID
    from_date: date
    to_date: date
    plan_id: UUID | None
    run_id: UUID | None
    why: str


@use_case
def start_rehearsal(*, asked: ReratingAsked, created_by: UUID | None, created_at: datetime) -> tuple[Rerating, Job]:
    """Order a re-rating; its job tells what would change and changes nothing.

    Raises ReratingPeriodInvalid, PlanNotOfEntity, RunNotOfEntity, ReratingOfPlanOrRun.
    """
    if asked.to_date <= asked.from_date:
        raise ReratingPeriodInvalid(from_date=asked.from_date, to_date=asked.to_date)
    own = asked.legal_entity_id
    if asked.plan_id is not None and not TariffPlan.objects.filter(id=asked.plan_id, legal_entity_id=own).exists():
        raise PlanNotOfEntity(plan_id=asked.plan_id)
    if (
        asked.run_id is not None
        and not PricingRun.objects.filter(id=asked.run_id, source__legal_entity_id=own).exists()
    ):
        raise RunNotOfEntity(run_id=asked.run_id)
    if asked.run_id is not None and asked.plan_id is not None:
        raise ReratingOfPlanOrRun
    rerating = Rerating.objects.create(
        legal_entity_id=asked.legal_entity_id,
        plan_id=asked.plan_id,
        run_id=asked.run_id,
        from_date=asked.from_date,
        to_date=asked.to_date,
        why=asked.why,
        state=State.REHEARSING,
        created_by_id=created_by,
        created_at=created_at,
    )
    _audit(rerating, operation="createRerating")
    return rerating, _enqueue(REHEARSE, rerating)


@use_case
def start_applying(*, rerating_id: UUID) -> Job:
    """Let what was rehearsed come true. Raises ReratingNotRehearsed.

    A job that was cancelled or failed half-way may be started again: what it changed is equal by then.
    """
    rerating = Rerating.objects.select_for_update().get(id=rerating_id)
    if rerating.state != State.REHEARSED and not _is_left_behind(rerating):
        raise ReratingNotRehearsed(state=rerating.state)
    rerating.state = State.APPLYING
    rerating.save(update_fields=["state"])
    _audit(rerating, operation="applyRerating")
    return _enqueue(APPLY, rerating)


def run_rerating(*, rerating_id: UUID, context: JobContext, is_applied: bool, clock: Callable[[], datetime]) -> Any:
    """The work of either job, some agreements a transaction. Killed anywhere it goes on after the latest of them."""
    rerating = Rerating.objects.select_related("legal_entity", "run__table").get(id=rerating_id)
    if rerating.state != (State.APPLYING if is_applied else State.REHEARSING):
        return dict(rerating.counts)
    step, total = _way(rerating, is_applied=is_applied)
    told = dict(context.checkpoint_state or {"done": 0, "calls": 0, "total": total()})
    is_done = bool(told.get("is_done"))
    while not is_done:
        context.raise_if_cancelled()
        told = _chunk(step, told=told, context=context, clock=clock)
        is_done = bool(told.get("is_done"))
    with transaction.atomic():
        return _finish(rerating, told=told, context=context, is_applied=is_applied, at=clock())


Told = dict[str, Any]
Step = Callable[[Told, datetime], Told]


def _way(rerating: Rerating, *, is_applied: bool) -> tuple[Step, Callable[[], int]]:
    """(one chunk of it, how much there is): agreement by agreement, or call by call where a run is priced again."""
    agreements = list_agreements_to_rerate(rerating=rerating)

    def of_agreements(told: Told, at: datetime) -> Told:
        following = agreements.filter(id__gt=UUID(told["after"])) if "after" in told else agreements
        with glance():  # the bundles of these come later: Note [Agreements at a glance]
            ids = list(following.values_list("id", flat=True)[:CHUNK])
        if not ids:
            return {**told, "is_done": True}
        calls = rerate_agreements(rerating=rerating, agreement_ids=ids, is_applied=is_applied, rerated_at=at)
        done = {"done": told["done"] + len(ids), "agreements": told["done"] + len(ids)}
        return {**told, **done, "calls": told["calls"] + calls, "after": str(ids[-1])}

    def of_run(told: Told, at: datetime) -> Told:
        after = Place(load_key=UUID(told["after"][0]), record_no=told["after"][1]) if "after" in told else None
        calls, place = rerate_run(
            rerating=rerating, after=after, is_applied=is_applied, rerated_at=at, chunk=CHUNK * CALLS_PER_AGREEMENT
        )
        if place is None:
            return {**told, "is_done": True}
        now = told["calls"] + calls
        return {**told, "done": now, "calls": now, "after": [str(place.load_key), place.record_no]}

    if rerating.run_id is None:
        return of_agreements, agreements.count
    return of_run, list_calls_of_run(rerating=rerating).count


def _chunk(step: Step, *, told: Told, context: JobContext, clock: Callable[[], datetime]) -> Told:
    """Calls that come or are billed at this very moment make it begin again, a few times. Raises CallsMoved."""
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                now = step(told, clock())
                context.checkpoint(now, done=int(now["done"]))
                context.progress(done=int(now["done"]), total=int(now["total"]))
                return now
        except (CallsMoved, OperationalError):
            if not left:
                raise
    raise AssertionError("the last try returns or raises")


def _finish(
    rerating: Rerating, *, told: dict[str, Any], context: JobContext, is_applied: bool, at: datetime
) -> dict[str, Any]:
    if is_applied:
        rerating.rerated.filter(is_applied=False).delete()
    rerating.state = State.APPLIED if is_applied else State.REHEARSED
    looked_at = {"agreements": told.get("agreements", 0), "calls": told["calls"]}
    rerating.counts = {**looked_at, **count_rerated(rerating=rerating)}
    stamp = "applied_at" if is_applied else "rehearsed_at"
    setattr(rerating, stamp, at)
    rerating.save(update_fields=["state", "counts", stamp])
    _audit(rerating, operation="applyRerating" if is_applied else "createRerating")
    context.progress(done=int(told["done"]), total=int(told["done"]), counts=rerating.counts)
    return {"rerating_id": str(rerating.id), **rerating.counts}


def _enqueue(kind: str, rerating: Rerating) -> Job:
    return enqueue(kind, params={"rerating_id": str(rerating.id)}, legal_entity_id=rerating.legal_entity_id)


def _is_left_behind(rerating: Rerating) -> bool:
    """It is being applied by a job that no longer runs."""
    open_jobs = Job.objects.filter(
        kind=APPLY, params__rerating_id=str(rerating.id), state__in=[Job.State.PENDING, Job.State.RUNNING]
    )
    return rerating.state == State.APPLYING and not open_jobs.exists()


def _audit(rerating: Rerating, *, operation: str) -> None:
    record_audit(
        operation=operation,
        object_kind="rerating",
        object_id=rerating.id,
        legal_entity_id=rerating.legal_entity_id,
        after={
            "state": rerating.state,
            "from_date": rerating.from_date,
            "to_date": rerating.to_date,
            "plan_id": rerating.plan_id,
            "run_id": rerating.run_id,
            "why": rerating.why,
            **rerating.counts,
        },
    )
