"""Sort keys for names: the alphabets of our readers, never a database's collation.

Cyrillic sorts by the Ukrainian alphabet, Latin by the Bosnian one, Cyrillic after Latin. Case, accents outside the
alphabet and punctuation only decide between otherwise equal names, so they are left out of the key.
"""

import unicodedata
from functools import cache

BOSNIAN = (
    "a", "b", "c", "č", "ć", "d", "dž", "đ", "e", "f", "g", "h", "i", "j", "k", "l", "lj", "m", "n", "nj", "o", "p",
    "q", "r", "s", "š", "t", "u", "v", "w", "x", "y", "z", "ž",
)  # fmt: skip
UKRAINIAN = "абвгґдеєёжзиіїйклмнопрстуфхцчшщъыьэюя"
SPACE, DIGIT, LATIN, CYRILLIC, OTHER = 1, 2, 20, 80, 254


@cache
def _weights() -> dict[str, int]:
    weights = {" ": SPACE}
    weights.update({str(digit): DIGIT + digit for digit in range(10)})
    weights.update({letter: LATIN + place for place, letter in enumerate(BOSNIAN)})
    weights.update({letter: CYRILLIC + place for place, letter in enumerate(UKRAINIAN)})
    return weights


def sort_key(*, text: str) -> bytes:
    """One byte a letter; compares like a telephone directory of its language."""
    weights = _weights()
    letters = " ".join(text.casefold().replace("'", "").replace("ʼ", "").replace("’", "").split())
    key = bytearray()
    place = 0
    while place < len(letters):
        pair = letters[place : place + 2]
        taken = pair if len(pair) > 1 and pair in weights else letters[place]
        weight = weights.get(taken)
        if weight is None:
            base = unicodedata.normalize("NFD", taken)[0]
            weight = weights.get(base, SPACE if unicodedata.category(base).startswith("P") else OTHER)
        key.append(weight)
        place += len(taken)
    return bytes(key)
