"""Numbers that calls go to: the shape of the real numbering plan, subscribers' digits that nobody has (000…)."""

from random import Random

OWN_AREA = "380432"
UNKNOWN_CALLER = "380432999001"
NO_RATE_NUMBER = "881600000017"  # a satellite network that the price list does not have
FREE_NUMBERS = ("380800000001", "380800000002")
ZONAL_AREAS = ("380433", "380434", "380435")
INTERCITY_AREAS = (
    *("38032", "38044", "38048", "38057", "38061", "38056", "38034", "38037", "38041", "38046", "38052", "38053"),
)
MOBILE_CODES = ("38050", "38063", "38066", "38067", "38068", "38073", "38093", "38095", "38096", "38097", "38098")
# Country code → length of a whole number.
ABROAD = {
    "48": 11,
    "387": 11,
    "49": 12,
    "40": 11,
    "373": 11,
    "420": 12,
    "421": 12,
    "36": 11,
    "39": 12,
    "44": 12,
    "1": 11,
    "370": 11,
    "43": 12,
    "972": 12,
}
# Of a thousand answered calls: whereto.
WHERETO = (("local", 430), ("zonal", 100), ("intercity", 130), ("mobile", 270), ("free", 30), ("abroad", 40))


def own_number(*, number: int) -> str:
    """A subscriber's number at the demo exchange."""
    return f"{OWN_AREA}{number:06d}"


def dialled(*, roll: Random, subscribers: int) -> str:
    """A number that someone calls, in international digits."""
    kinds, weights = zip(*WHERETO, strict=True)
    [kind] = roll.choices(kinds, weights)
    if kind == "local":
        return own_number(number=roll.randrange(subscribers))
    if kind == "free":
        return roll.choice(FREE_NUMBERS)
    if kind == "abroad":
        code = roll.choice(list(ABROAD))
        return padded(code, length=ABROAD[code], roll=roll)
    areas = {"zonal": ZONAL_AREAS, "intercity": INTERCITY_AREAS, "mobile": MOBILE_CODES}[kind]
    return padded(roll.choice(areas), length=12, roll=roll)


def padded(start: str, *, length: int, roll: Random) -> str:
    return f"{start}{roll.randrange(1, 1000):0{length - len(start)}d}"


def as_dialled(*, number: str) -> str:
    """As a telephone dials it: 0… within the country, 00… abroad."""
    return f"0{number[3:]}" if number.startswith("380") else f"00{number}"
