"""The pages of a printed bill as a reader has them: text, positions of words, pixels."""

import io
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdf
from PIL import Image
from rachun.apps.documents.rendering.bill_data import BillDocument
from rachun.apps.documents.rendering.render_bill import render_bill
from tests.apps.documents.demo_bills import komunalno_bill, telekom_bill

POINTS_PER_MM = 72 / 25.4
KINDS = ("komunalno", "komunalno_credit", "telekom")
LANGUAGES = ("uk", "bs", "en")
_WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>')


@dataclass(frozen=True, kw_only=True)
class Word:
    text: str
    left_mm: float
    top_mm: float
    right_mm: float
    bottom_mm: float


@cache
def bill_of(kind: str, language: str) -> BillDocument:
    if kind == "telekom":
        return telekom_bill(language)
    if kind == "komunalno_credit":
        return komunalno_bill(language, opening="-100.00", paid="50.00")
    return komunalno_bill(language, first=kind == "komunalno_first")


@cache
def pdf_of(kind: str, language: str) -> bytes:
    return render_bill(data=bill_of(kind, language)).pdf


@cache
def text_of(kind: str, language: str) -> str:
    """All pages as one text with single spaces."""
    reader = pypdf.PdfReader(io.BytesIO(pdf_of(kind, language)))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


@cache
def words_of(kind: str, language: str) -> tuple[tuple[Word, ...], ...]:
    return words_in(pdf_of(kind, language))


def words_in(pdf: bytes) -> tuple[tuple[Word, ...], ...]:
    """The words of each page with their boxes."""
    found = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    return tuple(
        tuple(
            Word(
                text=text,
                left_mm=float(left) / POINTS_PER_MM,
                top_mm=float(top) / POINTS_PER_MM,
                right_mm=float(right) / POINTS_PER_MM,
                bottom_mm=float(bottom) / POINTS_PER_MM,
            )
            for left, top, right, bottom, text in _WORD.findall(page)
        )
        for page in found.split("<page ")[1:]
    )


def latest_page_pixels(*, pdf: bytes, dots_per_inch: int) -> Image.Image:
    pages = len(pypdf.PdfReader(io.BytesIO(pdf)).pages)
    with TemporaryDirectory() as folder:
        subprocess.run(
            ["pdftoppm", "-r", str(dots_per_inch), "-gray", "-f", str(pages), "-l", str(pages), "-png", "-",
             str(Path(folder) / "page")],
            input=pdf, capture_output=True, check=True,
        )  # fmt: skip
        [picture] = Path(folder).glob("page*.png")
        return Image.open(io.BytesIO(picture.read_bytes()))


def rows_of(words: tuple[Word, ...]) -> list[list[Word]]:
    """Words that stand on one line, left to right."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (round(word.top_mm, 0), word.left_mm)):
        if rows and round(rows[-1][0].top_mm, 0) == round(word.top_mm, 0):
            rows[-1].append(word)
        else:
            rows.append([word])
    return rows


def overlaps_of(words: tuple[Word, ...]) -> list[tuple[str, str]]:
    """Pairs of neighbouring words that are printed over each other."""
    return [
        (one.text, other.text)
        for row in rows_of(words)
        for one, other in pairwise(sorted(row, key=lambda word: word.left_mm))
        if one.right_mm - other.left_mm > 0.3
        and min(one.bottom_mm, other.bottom_mm) - max(one.top_mm, other.top_mm) > 1
    ]
