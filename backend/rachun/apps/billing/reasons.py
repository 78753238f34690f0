"""Why an account is parked, in words a person can act on."""

import re
from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REASONS: Mapping[str, str | Promise] = {
    "NO_TARIFF": _("The agreement has no tariff for some days of the period. Assign a plan."),
    "NO_VERSION": _("The tariff plan has no version for some days. Add a version or correct its start."),
    "OVERLAPPING_SERVICE": _("The agreement is served twice on one day. Correct its terms."),
    "MISSING_CONSUMPTION": _(
        "Register %(register)s has no readings for %(days)s days. Enter the reading or agree a consumption."
    ),
    "MISSING_ATTRIBUTE": _("The agreement has no value for “%(attribute)s” on %(day)s. Enter it."),
    "NEGATIVE_CONSUMPTION": _("The consumption is negative. Check the readings."),
    "CONSUMPTION_NOT_SERVED": _("There is consumption from %(from)s to %(to)s, when the agreement was not served."),
    "UNKNOWN_REGISTER": _("The tariff prices no register %(register)s. Check the meter or the tariff."),
    "UNKNOWN_COMPONENT": _("The tariff has no component for the calls. Check the tariff."),
    "UNKNOWN_ITEM": _("The tariff has no price for a delivered service. Check the tariff."),
    "READING_BELOW_PREVIOUS": _("A reading is lower than the one before it and no rollover. Check the reading."),
    "READING_OVER_DIAL": _("Reading %(value)s of meter %(meter)s has more digits than its dial. Check it."),
    "USE_TOO_LARGE": _(
        "Reading %(value)s of meter %(meter)s, register %(register)s, on %(reading)s times its multiplier is "
        "impossibly much. Check the reading and the multiplier."
    ),
    "INTERVALS_TOO_LARGE": _(
        "The load profile of meter %(meter)s, register %(register)s, from %(from)s to %(to)s sums to impossibly much. "
        "Check its intervals and the multiplier."
    ),
    "BILLED_END_NOT_READ": _("The reading up to which was billed is no longer there. Enter it again."),
    "CONSUMPTION_STATED_AND_MEASURED": _("The same days have both readings and an agreed consumption. Keep one."),
    "INTERVALS_MISSING": _(
        "The load profile of meter %(meter)s, register %(register)s, lacks intervals on days: %(days)s, "
        "first on %(day)s. Load them."
    ),
    "INTERVALS_ACROSS_BANDS": _(
        "An interval of meter %(meter)s at %(day)s begins in one band of the tariff and ends in another. "
        "Load finer ones."
    ),
    "MAIN_NOT_READ": _("The common meter at %(main)s has no reading at the end of %(day)s. Enter it."),
    "SUB_NOT_READ": _(
        "Behind the common meter at %(main)s, meters have no reading at the end of %(day)s: %(points)s. "
        "Enter it; until then nobody's share is known."
    ),
    "NEGATIVE_REMAINDER": _(
        "The sub-meters show more than the common meter at %(main)s from %(from)s to %(to)s: "
        "%(main_quantity)s − %(subtracted)s. Check the readings."
    ),
    "SHARES_TOO_LARGE": _(
        "What is to be shared of the common meter at %(main)s, or “%(attribute)s” of those who share it, is impossibly "
        "much. Check the readings and the values."
    ),
    "NOBODY_SHARES": _("Nobody has a weight in the shares of the common meter at %(main)s. Enter “%(attribute)s”."),
    "SHARE_ATTRIBUTE_MISSING": _(
        "The shares of the common meter at %(main)s need “%(attribute)s” for every day from %(from)s to %(to)s. "
        "Enter it for the agreements at: %(points)s."
    ),
    "COMMON_READING_WRONG": _(
        "Behind the common meter at %(main)s, the reading of meter %(meter)s on %(reading)s is lower than before or "
        "impossibly high. Check it."
    ),
    "MIXED_CURRENCIES": _("The account has tariffs in several currencies. One bill has one currency."),
    "NO_TAX_RATE": _("There is no tax rate for a tax category of the tariff."),
    "TRUE_UP_NOT_DERIVED": _(
        "A reading disproves what was billed by estimate from %(from)s to %(to)s under a minimum, a cap or included "
        "units, and no bill of those days holds it as it was. Correct the bills of those days first."
    ),
    "TRUE_UP_UNDER_ROLLOVER": _(
        "A reading disproves what was billed by estimate from %(from)s to %(to)s, and units included then live on in "
        "later months. Correct the bills of those days first."
    ),
    "OVERFLOW": _("An amount is impossibly large. Check quantities and prices."),
}
PLACES = (
    *("register", "days", "attribute", "day", "from", "to"),
    *("main", "points", "main_quantity", "subtracted", "meter", "reading", "value"),
)
UNKNOWN = _("The account cannot be priced. The code names the reason.")
ATTRIBUTES: Mapping[str, str | Promise] = {
    "members": _("household members"),
    "area_m2": _("area, m²"),
    "billing_power_kw": _("billing power, kW"),
}
DAYS: Final = {"day", "from", "to", "reading"}
_ISO_DAY: Final = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")


def reason_of(*, code: str, params: Mapping[str, Any]) -> str:
    """The sentence in the reader's language; values that the engine did not give stay out."""
    known = {**dict.fromkeys(PLACES, "–"), **{name: _said(name, value) for name, value in params.items()}}
    return str(REASONS.get(code, UNKNOWN)) % known


def _said(name: str, value: Any) -> Any:
    """As people write it: an attribute by its name, days as everywhere else on the screen."""
    if name == "attribute":
        return ATTRIBUTES.get(value, value)
    return _ISO_DAY.sub(r"\3.\2.\1", str(value)) if name in DAYS else value
