"""One spelling for what people type: either script, with or without diacritics, falls on the same Latin letters.

A key for searching, not a transliteration to print: it keeps less than it is given, so that "Ševčenko", "Шевченко" and
"Shevchenko" meet. Both sides of a comparison are folded. G and h are one, because г is h in Ukrainian and g in Bosnian.
"""

import re
import unicodedata

CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "h", "ґ": "h", "д": "d", "ђ": "d", "е": "e", "є": "e", "ё": "e", "ж": "z",
    "з": "z", "и": "i", "і": "i", "ї": "i", "й": "i", "ј": "i", "к": "k", "л": "l", "љ": "li", "м": "m", "н": "n",
    "њ": "ni", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "ћ": "c", "у": "u", "ф": "f", "х": "h", "ц": "c",
    "ч": "c", "џ": "dz", "ш": "s", "щ": "sc", "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "u", "я": "a",
}  # fmt: skip
# What the same sounds are written with in Latin; longer ones first.
SOUNDS = (
    ("shch", "sc"), ("dj", "d"), ("kh", "h"), ("ch", "c"), ("sh", "s"), ("zh", "z"), ("ts", "c"), ("x", "ks"),
    ("w", "v"), ("g", "h"), ("ia", "a"), ("iu", "u"), ("ie", "e"), ("ii", "i"),
)  # fmt: skip


def folded(*, text: str) -> str:
    """Small Latin letters, digits and single spaces; "" when nothing of that is in the text."""
    spelled = "".join(CYRILLIC.get(letter, letter) for letter in text.casefold().replace("đ", "d"))
    letters = unicodedata.normalize("NFD", spelled)
    letters = "".join(letter for letter in letters if not unicodedata.combining(letter))
    letters = re.sub(r"['’ʼ`]", "", letters).translate(str.maketrans("jy", "ii"))
    for sound, letter in SOUNDS:
        letters = letters.replace(sound, letter)
    return re.sub(r"[^a-z0-9]+", " ", letters).strip()
