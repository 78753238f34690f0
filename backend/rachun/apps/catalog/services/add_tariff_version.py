from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from rachun.apps.base.audit import record_audit
from rachun.apps.base.errors import FieldProblem
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.base.violations import is_duplicate
from rachun.apps.catalog.errors import CurrencyDiffers, TariffNotValid, UnknownDestinationTable, VersionStartTaken
from rachun.apps.catalog.models import DestinationTable, TariffPlan, TariffVersion
from rachun.engine.tariffs.schema import TariffFault, validate_tariff


def add_tariff_version(
    *,
    plan: TariffPlan,
    valid_from: date,
    body: dict[str, Any],
    approved_by: str,
    source_document: str,
    recorded_at: datetime,
) -> TariffVersion:
    """Add a dated version to a plan; the version before it ends where this one starts.

    Raises TariffNotValid with every fault and its place, CurrencyDiffers, UnknownDestinationTable, VersionStartTaken.
    """
    assert_in_transaction()
    if faults := validate_tariff(document=body):
        raise TariffNotValid(errors=[field_problem(fault=fault) for fault in faults])
    if body["currency"] != plan.legal_entity.currency:
        raise CurrencyDiffers(currency=body["currency"], expected=plan.legal_entity.currency)
    refuse_unknown_tables(plan=plan, body=body)
    try:
        with transaction.atomic():
            version = TariffVersion.objects.create(
                plan=plan,
                valid_from=valid_from,
                body=body,
                approved_by=approved_by,
                source_document=source_document,
                recorded_at=recorded_at,
            )
    except IntegrityError as error:
        if is_duplicate(error):
            raise VersionStartTaken(valid_from=valid_from) from error
        raise
    record_audit(
        operation="addTariffVersion",
        object_kind="tariff_version",
        object_id=version.id,
        legal_entity_id=plan.legal_entity_id,
        after={"plan": plan.code, "valid_from": valid_from, "source_document": source_document},
    )
    return version


def refuse_unknown_tables(*, plan: TariffPlan, body: dict[str, Any]) -> None:
    named = {part["destination_table"] for part in body["components"] if part["kind"] == "traffic"}
    known = DestinationTable.objects.filter(legal_entity_id=plan.legal_entity_id, code__in=named)
    if missing := named - set(known.values_list("code", flat=True)):
        raise UnknownDestinationTable(tables=sorted(missing))


def field_problem(*, fault: TariffFault) -> FieldProblem:
    return FieldProblem(
        pointer=f"/body{fault.pointer}",
        code=f"tariff_{fault.code.lower()}",
        detail=FAULT_TEXTS.get(fault.code, _("This part of the tariff does not follow the schema.")),
        params=dict(fault.params),
    )


FAULT_TEXTS = {
    "BLOCKS_NOT_ASCENDING": _("Each block must end above the block before it."),
    "LAST_BLOCK_NOT_OPEN": _("The last block must be open: leave out its upper bound."),
    "OPEN_BLOCK_NOT_LAST": _("Only the last block may be open."),
    "BAND_ENDS_BEFORE_START": _("The band ends before it starts; one that passes midnight is two rules."),
    "BAND_NOT_PRICED": _("No component prices this band."),
    "PROFILE_IS_BAND": _("The profile needs a register code of its own, apart from the bands."),
    "BANDS_OVERLAP": _("Two rules hold at the same time."),
    "BANDS_LEAVE_A_GAP": _("Some hours have no band: add rules or say which band all other hours are."),
    "DUPLICATE_CODE": _("Two components have the same code."),
    "DUPLICATE_REGISTER": _("The register is named twice."),
    "EVERY_REGISTER_BESIDE_OTHERS": _("* already means every register."),
    "TARGET_NOT_EARLIER": _("A component can only refer to components that stand before it."),
    "FLAT_HAS_ONE_BLOCK": _("A flat price has one block: take GRADUATED or VOLUME for several."),
    "BLOCKS_BY_NEEDS_VOLUME": _("Only with VOLUME can another register choose the block."),
    "LAST_TIER_LIMITED": _("The last tier must hold any peak: leave out its limits."),
    "CAPACITY_NEEDS_REGISTER": _("Name the register whose peak is measured."),
    "LIMIT_OF_OTHER_REGISTER": _("The component looks at one register: a tier can only limit that one."),
    "FREE_SHARE_ONCE": _("State the free share of reactive energy once: as tan_phi or as cos_phi."),
    "REGISTER_ON_BOTH_SIDES": _("A register cannot be active and reactive energy at once."),
    "DUPLICATE_SEASON": _("Two seasons have the same code."),
    "SEASONS_OVERLAP": _("These days already belong to a season: let one range end before the other begins."),
    "NO_SUCH_DAY": _("There is no such day in any year."),
    "UNKNOWN_SEASON": _("The tariff has no such season: define it under seasons, or take one of those."),
    "NO_SEASONS": _("Bounds per season need seasons: define them, or let the bounds hold for a period."),
    "SEASON_REGISTERS_DIFFER": _("A season prices the same registers as the component itself: name all of them."),
    "SCALED_BY_OWN_USE": _("Where bounds are multiplied by an attribute, each register chooses its own block."),
    "MAXIMUM_BELOW_MINIMUM": _("The maximum is below the minimum."),
    "TARGET_HAS_ALLOWANCE": _("Another allowance already covers this component."),
    "TARGET_HAS_NO_UNITS": _("An allowance can only cover a component that prices a quantity."),
    "UNKNOWN_CURRENCY": _("The currency is not known."),
}
