"""Tax numbers of invented firms: in ranges nobody has, with check digits that are right."""

from rachun.countries.identifiers import Standing, check_identifier

JIB_BASE, EDRPOU_BASE = 46_000_000_0000, 9_900_000


class NoSuchNumber(LookupError):
    """No check digit fits; the next base number does."""


def checked(*, kind: str, base: str) -> str:
    """The base number with the check digit that the country's rule accepts. Raises NoSuchNumber."""
    for digit in range(10):
        number = f"{base}{digit}"
        if check_identifier(kind=kind, value=number).standing is Standing.OK:
            return number
    raise NoSuchNumber(base)


def nth(*, kind: str, first: int, number: int) -> str:
    """The n-th number of the range; a base without a check digit is passed over to one far above."""
    try:
        return checked(kind=kind, base=str(first + number))
    except NoSuchNumber:
        return checked(kind=kind, base=str(first + number + 5_000))


def jib(*, number: int) -> str:
    return nth(kind="JIB", first=JIB_BASE, number=number)


def edrpou(*, number: int) -> str:
    return nth(kind="EDRPOU", first=EDRPOU_BASE, number=number)
