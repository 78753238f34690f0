"""What is wrong with a version, and what its writer should look at again, before anything is stored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from rachun.apps.base.errors import FieldProblem
from rachun.apps.base.events import emit
from rachun.apps.catalog.errors import CurrencyDiffers, UnknownDestinationTable, VersionStartTaken
from rachun.apps.catalog.events import RegistersAsked
from rachun.apps.catalog.models import DestinationRate, DestinationTable, TariffPlan
from rachun.apps.catalog.services.tariff_texts import field_problem
from rachun.engine.tariffs.components import EVERY_REGISTER, registers_of
from rachun.engine.tariffs.faults import TariffFault, pointer_to
from rachun.engine.tariffs.parsing import parse_version
from rachun.engine.tariffs.schema import validate_tariff
from rachun.engine.tariffs.warnings import tariff_warnings


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffVerdict:
    """errors: why the version would be refused. warnings: what would be added as it is, and deserves a look."""

    errors: Sequence[FieldProblem]
    warnings: Sequence[FieldProblem]


def check_tariff_version(*, plan: TariffPlan, valid_from: date, body: dict[str, Any]) -> TariffVerdict:
    """Try a version without adding it. Warnings are told once there are no errors of form or meaning."""
    if faults := validate_tariff(document=body):
        return TariffVerdict(errors=[field_problem(fault=fault) for fault in faults], warnings=[])
    errors = [*_refusals(plan=plan, valid_from=valid_from, body=body)]
    errors += [field_problem(fault=fault) for fault in destination_faults(plan=plan, valid_from=valid_from, body=body)]
    return TariffVerdict(errors=errors, warnings=warnings_of(plan=plan, valid_from=valid_from, body=body))


def warnings_of(*, plan: TariffPlan, valid_from: date, body: dict[str, Any]) -> list[FieldProblem]:
    """body: without faults."""
    found = [*tariff_warnings(document=body), *_registers_nobody_has(plan=plan, body=body)]
    found += _empty_tables(plan=plan, valid_from=valid_from, body=body)
    return [field_problem(fault=fault) for fault in found]


def unknown_tables(*, plan: TariffPlan, body: dict[str, Any]) -> list[str]:
    named = {part["destination_table"] for part in body["components"] if part["kind"] == "traffic"}
    known = DestinationTable.objects.filter(legal_entity_id=plan.legal_entity_id, code__in=named)
    return sorted(named - set(known.values_list("code", flat=True)))


def destination_faults(*, plan: TariffPlan, valid_from: date, body: dict[str, Any]) -> list[TariffFault]:
    """Destinations of a bundle that no rate of the table leads to. A table without any rate is only a warning."""
    found = []
    for no, part in enumerate(body["components"]):
        named = part.get("included", {}).get("destinations", [])
        reached = _destinations(plan=plan, table=part["destination_table"], day=valid_from) if named else set()
        for place, destination in enumerate(named if reached else ()):
            if destination not in reached:
                pointer = pointer_to("components", no, "included", "destinations", place)
                params = {"destination": destination, "table": part["destination_table"]}
                found.append(TariffFault(pointer=pointer, code="UNREACHABLE_DESTINATION", params=params))
    return found


def _destinations(*, plan: TariffPlan, table: str, day: date) -> set[str]:
    in_force = Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    rates = DestinationRate.objects.filter(
        in_force, table__legal_entity_id=plan.legal_entity_id, table__code=table, superseded_at__isnull=True
    )
    return set(rates.values_list("destination", flat=True).distinct())


def _empty_tables(*, plan: TariffPlan, valid_from: date, body: dict[str, Any]) -> Iterator[TariffFault]:
    for no, part in enumerate(body["components"]):
        if part["kind"] == "traffic":
            table = part["destination_table"]
            if not _destinations(plan=plan, table=table, day=valid_from):
                pointer = pointer_to("components", no, "destination_table")
                yield TariffFault(pointer=pointer, code="TABLE_WITHOUT_RATES", params={"table": table})


def _registers_nobody_has(*, plan: TariffPlan, body: dict[str, Any]) -> Iterator[TariffFault]:
    """An enterprise without meters is told nothing: it may bill what others measure."""
    asked = RegistersAsked(legal_entity_id=plan.legal_entity_id)
    emit(asked)
    for no, component in enumerate(parse_version(document=body).components):
        for register in registers_of(component):
            if asked.found and register != EVERY_REGISTER and register not in asked.found:
                params = {"register": register, "known": sorted(asked.found)}
                yield TariffFault(pointer=pointer_to("components", no), code="REGISTER_NOT_METERED", params=params)


def _refusals(*, plan: TariffPlan, valid_from: date, body: dict[str, Any]) -> Iterator[FieldProblem]:
    if body["currency"] != plan.legal_entity.currency:
        params = {"currency": body["currency"], "expected": plan.legal_entity.currency}
        yield FieldProblem(
            pointer="/body/currency", code=CurrencyDiffers.code, detail=CurrencyDiffers.title, params=params
        )
    missing = unknown_tables(plan=plan, body=body)
    for no, part in enumerate(body["components"]):
        if part.get("destination_table") in missing:
            yield FieldProblem(
                pointer=f"/body/components/{no}/destination_table",
                code=UnknownDestinationTable.code,
                detail=UnknownDestinationTable.title,
                params={"table": part["destination_table"]},
            )
    if plan.versions.filter(valid_from=valid_from, superseded_at__isnull=True).exists():
        yield FieldProblem(
            pointer="/valid_from",
            code=VersionStartTaken.code,
            detail=VersionStartTaken.title,
            params={"valid_from": valid_from.isoformat()},
        )
