from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from rachun.apps.base.files import checked_path, read_file
from rachun.apps.base.imports import refusing_files
from rachun.apps.base.jobs import JobContext, job_handler
from rachun.apps.base.row_errors import keep_row_errors
from rachun.apps.catalog.models import DestinationTable
from rachun.apps.identity.models import LegalEntity
from rachun.apps.rating.services import (
    LoadOutcome,
    Place,
    RateTerms,
    UsageFile,
    Watch,
    import_rate_deck,
    import_rate_plans,
    load_usage,
    release_suspended,
    run_rerating,
)
from rachun.apps.usage.models import UsageSource
from rachun.formats.rate_decks import join_rate_deck, read_destination_prefixes, read_rate_deck
from rachun.formats.reading import RowError
from rachun.formats.source import Source, StoredSource
from rachun.formats.tariff_plan_files import read_rate_plans


@job_handler("rating.load_usage")
def load_usage_file(context: JobContext) -> dict[str, Any]:
    """Safe to repeat: the batch is one transaction, and the same bytes are answered with the batch that holds them."""
    params = context.params
    source = UsageSource.objects.select_related("legal_entity").get(id=params["source_id"])
    path = checked_path(digest=params["sha256"])
    file = StoredSource(name=params["name"], path=path, encoding=params.get("encoding"))
    watch = Watch(
        rows=lambda done: context.report(done=done),
        errors=lambda errors: keep_row_errors(context=context, errors=errors, source=file),
    )
    with transaction.atomic():
        usage = UsageFile(file=file, sha256=params["sha256"], is_json=bool(params.get("is_json")))
        outcome = load_usage(
            source=source, usage=usage, loaded_at=timezone.now(), watch=watch, may_part=not context.is_inline
        )
        counts = counts_of(outcome)
        context.progress(done=counts["records"], total=counts["records"], counts=counts)
    batch = outcome.batch
    return {**counts, "batch_id": str(batch.id), "is_known": outcome.is_known, "totals": batch.totals}


def counts_of(outcome: LoadOutcome) -> dict[str, int]:
    """Records = added + known + errors; the added ones by state."""
    batch = outcome.batch
    counts = {"records": batch.record_count, "errors": batch.error_count, "known": outcome.known_count}
    counts["added"] = 0 if outcome.is_known else batch.added_count
    return counts | {name.lower(): count for name, count in outcome.by_state.items()}


@job_handler("rating.release_suspended")
def release_suspended_usage(context: JobContext) -> dict[str, Any]:
    """Safe to repeat: what was released waits no more, and the checkpoint says where to go on."""
    state = context.checkpoint_state or {"tried": 0, "released": 0}
    tried, released = int(state["tried"]), int(state["released"])
    place = Place(load_key=UUID(state["load_key"]), record_no=state["record_no"]) if "load_key" in state else None
    source = UsageSource.objects.select_related("legal_entity").get(id=context.params["source_id"])
    while True:
        context.raise_if_cancelled()
        with transaction.atomic():
            outcome = release_suspended(
                source=source, reason=context.params.get("reason", ""), after=place, released_at=timezone.now()
            )
            tried, released, place = tried + outcome.tried, released + outcome.released, outcome.place
            if place is None:
                break
            told = {"load_key": str(place.load_key), "record_no": place.record_no}
            context.checkpoint({"tried": tried, "released": released, **told}, done=tried)
    counts = {"tried": tried, "released": released, "suspended": tried - released}
    context.progress(done=tried, total=tried, counts=counts)
    return counts


@job_handler("rating.import_rate_deck")
def import_rate_deck_file(context: JobContext) -> dict[str, Any]:
    """Safe to repeat: prices that hold already are counted as known."""
    params = context.params
    prefixes_file = {"name": params["prefixes_name"], "sha256": params["prefixes_sha256"]}
    with refusing_files():
        deck = read_rate_deck(source=file_of(params))
        prefixes = read_destination_prefixes(source=file_of(prefixes_file))
    joined = join_rate_deck(deck=deck.rows, prefixes=prefixes.rows)
    table = DestinationTable.objects.get(id=params["table_id"])
    terms = RateTerms(
        valid_from=date.fromisoformat(params["valid_from"]),
        first_interval_s=params["first_interval_s"],
        increment_s=params["increment_s"],
        connection_fee=Decimal(params["connection_fee"]),
    )
    is_dry = bool(params.get("dry_run"))
    with transaction.atomic():
        imported = import_rate_deck(
            table=table, prices=joined.rows, terms=terms, imported_at=timezone.now(), is_dry=is_dry
        )
        wrong = [*deck.errors, *joined.errors, *imported.errors]
        errors = keep_row_errors(context=context, errors=wrong, source=file_of(params))
        counts = {"records": deck.record_count, "added": imported.added, "known": imported.known, "errors": errors}
        context.progress(done=deck.record_count, total=deck.record_count, counts=counts)
    return {**counts, "dry_run": is_dry, "totals": {name: str(total) for name, total in joined.totals.items()}}


@job_handler("rating.import_rate_plans")
def import_rate_plan_files(context: JobContext) -> dict[str, Any]:
    """Safe to repeat: rates that hold already are counted as known. With a wrong row nothing is kept, unless asked."""
    params = context.params
    files = {name: file_of({**kept, "encoding": params["encoding"]}) for name, kept in params["files"].items()}
    with refusing_files():
        read = read_rate_plans(files=files)
    is_dry = bool(params["dry_run"])
    is_taken = params["keep_good"] or not read.errors
    entity = LegalEntity.objects.get(id=params["legal_entity_id"])
    with transaction.atomic():
        done = import_rate_plans(
            legal_entity=entity,
            plans=read.plans if is_taken else (),
            valid_from=date.fromisoformat(params["valid_from"]),
            imported_at=timezone.now(),
        )
        transaction.set_rollback(is_dry)
    errors = sum(
        keep_row_errors(context=context, errors=wrong, source=files[name]) for name, wrong in by_file(read.errors)
    )
    counts = {"records": read.record_count, "errors": errors, **asdict(done)}
    context.progress(done=read.record_count, total=read.record_count, counts=counts)
    return {**counts, "dry_run": is_dry, "kept": is_taken and not is_dry}


def by_file(errors: Sequence[RowError]) -> Iterator[tuple[str, list[RowError]]]:
    """The field of an error starts with the name of its file."""

    def name_of(error: RowError) -> str:
        return error.field.partition(".")[0]

    for name, of_one in groupby(sorted(errors, key=name_of), key=name_of):
        yield name, list(of_one)


def file_of(params: Any) -> Source:
    return Source(name=params["name"], data=read_file(digest=params["sha256"]), encoding=params.get("encoding"))


@job_handler("rating.rehearse_rerating")
def rehearse_rerating(context: JobContext) -> dict[str, Any]:
    """Safe to repeat: it goes on after its checkpoint, and a call is told once."""
    found = run_rerating(
        rerating_id=UUID(context.params["rerating_id"]), context=context, is_applied=False, clock=timezone.now
    )
    return dict(found)


@job_handler("rating.apply_rerating")
def apply_rerating(context: JobContext) -> dict[str, Any]:
    """Safe to repeat: agreements and checkpoint commit together, and a call priced twice costs the same."""
    found = run_rerating(
        rerating_id=UUID(context.params["rerating_id"]), context=context, is_applied=True, clock=timezone.now
    )
    return dict(found)
