"""How wide words are in the product's font: the layout is told which rows are one line high, and need not try."""

from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

# Where Debian's fonts-inter and fonts-dejavu-core lie; both are named in infra/debian-packages.txt.
INTER, DEJAVU = "/usr/share/fonts/opentype/inter", "/usr/share/fonts/truetype/dejavu"
POINTS_PER_MM = 72 / 25.4
# Kerning may push letters apart; slanted ones are a little wider.
SLACK = 1.05


@cache
def widths() -> dict[int, float]:
    """Of every character the font has, in parts of its size."""
    font = TTFont(Path(INTER) / "Inter-Regular.otf", lazy=True)
    advances, size = font["hmtx"].metrics, font["head"].unitsPerEm
    return {character: advances[name][0] / size for character, name in font.getBestCmap().items()}


def is_one_line(words: str, *, points: float, room_mm: float) -> bool:
    """False also when it is not known: a character of the other font."""
    known = widths()
    return sum(known.get(ord(character), room_mm) for character in words) * points * SLACK <= room_mm * POINTS_PER_MM
