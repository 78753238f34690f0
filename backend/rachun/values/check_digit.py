"""Check digits of human numbers: one digit (ISO 7064 MOD 11,10) and two (ISO 7064 MOD 97-10).

MOD 11,10 finds every wrong single digit and nearly every swap of neighbours, and its check digit is always 0-9.
"""


def _one_digit(*, digits: str) -> int:
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10


def with_check_digit(*, digits: str) -> str:
    """The digits followed by their check digit. Raises ValueError on anything but digits."""
    _refuse_non_digits(text=digits)
    return f"{digits}{_one_digit(digits=digits)}"


def is_valid(*, number: str) -> bool:
    """True when the last digit checks the ones before it."""
    return _is_digits(text=number) and len(number) > 1 and _one_digit(digits=number[:-1]) == int(number[-1])


def with_mod97(*, digits: str) -> str:
    """The digits followed by two check digits (ISO 7064 MOD 97-10, as in IBAN and payment references)."""
    _refuse_non_digits(text=digits)
    return f"{digits}{98 - int(digits) * 100 % 97:02d}"


def is_valid_mod97(*, number: str) -> bool:
    return _is_digits(text=number) and len(number) > 2 and int(number) % 97 == 1  # noqa: PLR2004 (two check digits)


def _is_digits(*, text: str) -> bool:
    return text.isascii() and text.isdigit()


def _refuse_non_digits(*, text: str) -> None:
    if not _is_digits(text=text):
        raise ValueError(f"not digits: {text!r}")
