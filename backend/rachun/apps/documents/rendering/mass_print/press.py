"""Bills' data → one PDF of all of them, by Typst. No network, no packages, no fonts but the product's own two families.

No clock either: the same bills give the same bytes, on any machine with the same fonts.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, time
from functools import cache
from importlib.resources import files
from pathlib import Path

import typst

from rachun.apps.documents.rendering.bill_data import BillDocument
from rachun.apps.documents.rendering.mass_print.sheet import sheet_of
from rachun.apps.documents.rendering.mass_print.text_width import DEJAVU, INTER

FONT_FOLDERS = (INTER, DEJAVU)
FAMILIES = frozenset({"Inter", "DejaVu Sans"})
_VERSION_DIGITS = 16


class FontMissing(RuntimeError):
    """A family of the product is not installed. Another one would be printed silently, on every bill of a town."""


def layout_path() -> Path:
    return Path(str(files("rachun.apps.documents.rendering"))) / "mass_print" / "bill.typ"


@cache
def layout_version() -> str:
    """The first digits of the layout's own hash, as of a template."""
    return "typst-" + hashlib.sha256(layout_path().read_bytes()).hexdigest()[:_VERSION_DIGITS]


class BillPress:
    """Holds the fonts and the layout, which are read once; keep it for as long as there is something to print.

    Raises FontMissing.
    """

    def __init__(self, *, font_folders: Sequence[str] = FONT_FOLDERS) -> None:
        found = [folder for folder in font_folders if Path(folder).is_dir()]
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(found))
        missing = FAMILIES - set(fonts.families())
        if missing:
            raise FontMissing(f"{', '.join(sorted(missing))} in {', '.join(font_folders)}")
        layout = layout_path()
        self._compiler = typst.Compiler(str(layout), root=str(layout.parent), font_paths=fonts)

    def print_bills(self, bills: Sequence[BillDocument]) -> bytes:
        """One after another, each from a page of its own. Raises TooPreciseToPrint, PaymentCodeRefused."""
        assert bills, "nothing to print"
        told = json.dumps([sheet_of(bill) for bill in bills], ensure_ascii=False)
        dated = datetime.combine(max(bill.dates.document for bill in bills), time(), tzinfo=UTC)
        content = self._compiler.compile(format="pdf", sys_inputs={"sheets": told}, timestamp=dated, pdf_tags=False)
        assert isinstance(content, bytes)
        return content
