"""The sentences of what is wrong with a tariff, by the stable code that the engine gives."""

from django.utils.translation import gettext_lazy as _

from rachun.apps.base.errors import FieldProblem
from rachun.engine.tariffs.faults import TariffFault


def field_problem(*, fault: TariffFault, pointer: str = "/body") -> FieldProblem:
    """pointer: where the tariff stands in the request."""
    return FieldProblem(
        pointer=f"{pointer}{fault.pointer}",
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
    "SEASON_TOTAL_PLAIN": _(
        "Bounds that a season uses up hold plain blocks: no flat sums, packages, multiples of an attribute or "
        "registers that choose. Let the bounds hold for a period, or share them by days."
    ),
    "SEASON_REGISTERS_DIFFER": _("A season prices the same registers as the component itself: name all of them."),
    "SCALED_BY_OWN_USE": _("Where bounds are multiplied by an attribute, each register chooses its own block."),
    "BLOCKS_OVERLAP": _("The block starts below the end of the block before it: units would be priced twice."),
    "BLOCKS_GAP": _(
        "The block starts above the end of the block before it: the units between them would have no price."
    ),
    "MAXIMUM_BELOW_MINIMUM": _("The maximum is below the minimum."),
    "TARGET_HAS_ALLOWANCE": _("Another allowance already covers this component."),
    "CALLS_HAVE_BUNDLES": _(
        "Calls take included seconds one by one while they are rated: state them as included of the component itself."
    ),
    "TARGET_HAS_NO_UNITS": _("An allowance can only cover a component that prices a quantity."),
    "UNKNOWN_CURRENCY": _("The currency is not known."),
    "UNREACHABLE_DESTINATION": _(
        "The destination table has no rate for this destination: no call can use the bundle there."
    ),
    # Warnings: the version can be added.
    "VOLUME_PRICE_FALLS": _(
        "With VOLUME this lower price makes all units cheaper as soon as the block is reached: a little more use "
        "costs less. GRADUATED lowers only the units above the bound."
    ),
    "DAYS_WITHOUT_SEASON": _(
        "From this day on there is no season: the components' own prices apply there. Extend a season if that is not "
        "meant."
    ),
    "TIER_NEVER_REACHED": _("An earlier tier already holds every peak that this one holds: it is never reached."),
    "REGISTER_NOT_METERED": _(
        "No meter of the enterprise has this register: check its code, or register the meters before the tariff "
        "applies."
    ),
    "TABLE_WITHOUT_RATES": _(
        "The destination table has no rates in force on the day the version starts: calls will wait without a price."
    ),
}
