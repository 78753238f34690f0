"""The bytes of a file as they came, and its text: the declared encoding wins, a guess is made only when it is safe."""

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from rachun.formats.reading import FileRefused

MAX_FILE_BYTES = 256 * 1024 * 1024
_CODE_PAGES = ("cp1251", "cp1250", "cp866")
_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "ascii", *_CODE_PAGES)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CYRILLIC = frozenset("абвгґдеєжзиіїйклмнопрстуфхцчшщьюяыэъёАБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯЫЭЪЁ")
_LATIN = frozenset("šđčćžŠĐČĆŽ")
_SIGNS = frozenset("№«»’–—\xa0°„“”…§€")
_GUESS_BYTES = 1 << 20
_CLEAR, _DOUBTFUL = 0.97, 0.75
_FEWEST_LETTERS = 4  # less is no evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file as received. encoding: what the sender declared, or None when nobody said."""

    name: str
    data: bytes
    encoding: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSource:
    """A file too large for memory, where it is kept."""

    name: str
    path: Path
    encoding: str | None = None

    def read(self) -> Source:
        """For formats that need the file whole."""
        return Source(name=self.name, data=self.path.read_bytes(), encoding=self.encoding)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    text: str
    encoding: str


def read_text(*, source: Source) -> SourceText:
    """Decode the file strictly. Raises FileRefused naming the byte offset and line that cannot be decoded."""
    refuse_oversize(source=source)
    encoding, skipped = _choose_encoding(source)
    try:
        text = source.data[skipped:].decode(encoding)
    except UnicodeDecodeError as error:
        offset = error.start + skipped
        raise FileRefused(
            code="undecodable",
            row=_line_at(source.data, offset, encoding),
            params={"byte": f"0x{source.data[offset]:02X}", "offset": offset, "encoding": encoding},
        ) from error
    zero = text.find("\0")
    if zero >= 0:
        raise FileRefused(code="control_characters", row=text.count("\n", 0, zero) + 1, params={"offset": zero})
    if not text.strip():
        raise FileRefused(code="empty_file")
    return SourceText(text=text, encoding=encoding)


def refuse_oversize(*, source: Source) -> None:
    if not source.data:
        raise FileRefused(code="empty_file")
    if len(source.data) > MAX_FILE_BYTES:
        raise FileRefused(code="file_too_large", params={"bytes": len(source.data), "limit": MAX_FILE_BYTES})


def _choose_encoding(source: Source) -> tuple[str, int]:
    """The encoding to use and the bytes of a byte order mark to skip."""
    name, length = marked_encoding(data=source.data)
    if source.encoding is None:
        return (name, length) if name else (_guess_encoding(source.data), 0)
    declared = known_encoding(stated=source.encoding)
    if name and declared.startswith(name[:5]):
        return name, length
    return ("utf-8" if declared == "utf-8-sig" else declared), 0


def marked_encoding(*, data: bytes) -> tuple[str | None, int]:
    """What a byte order mark at the beginning says, and its length."""
    return next(((name, len(bom)) for bom, name in _BOMS if data.startswith(bom)), (None, 0))


def known_encoding(*, stated: str) -> str:
    """Raises FileRefused."""
    wanted = stated.strip().lower().replace("_", "-").replace("windows-", "cp")
    wanted = {"utf8": "utf-8", "utf16": "utf-16", "1251": "cp1251", "1250": "cp1250", "866": "cp866"}.get(
        wanted, wanted
    )
    if wanted not in _ENCODINGS:
        raise FileRefused(code="unknown_encoding", params={"encoding": stated})
    return wanted


def _line_at(data: bytes, offset: int, encoding: str) -> int:
    newline = "\n".encode(encoding if encoding.startswith("utf-16-") else "ascii")
    return data.count(newline, 0, offset) + 1


def _guess_encoding(data: bytes) -> str:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        scores = sorted(((_likeness(data[:_GUESS_BYTES], page), page) for page in _CODE_PAGES), reverse=True)
        (best, page), (second, _) = scores[:2]
        if best >= _CLEAR and second <= _DOUBTFUL:
            return page
        raise FileRefused(code="encoding_unclear", params={"candidates": ", ".join(_CODE_PAGES)}) from None
    return "utf-8"


def _likeness(data: bytes, page: str) -> float:
    """Which share of the letters beyond ASCII reads as words of our languages when decoded by this code page.

    A judgement about text only: no quantity is computed from it.
    """
    text = data.decode(page, errors="replace")
    words = [word for word in re.findall(r"[^\W\d_]+|[^\x00-\x7f]", text) if not word.isascii()]
    beyond = sum(1 for word in words for letter in word if not letter.isascii())
    if beyond < _FEWEST_LETTERS:
        return 0.0
    return sum(_good_letters(word, page) for word in words) / beyond


def _good_letters(word: str, page: str) -> int:
    if page == "cp1250":
        run = re.search(r"[^\x00-\x7f]{3,}", word)
        return 0 if run else sum(letter in _LATIN or letter in _SIGNS for letter in word)
    mixed = re.search(r"[A-HJ-Za-hj-z]", word)  # a Latin i stands for the Ukrainian one that cp866 lacks
    odd_case = re.search(r"[a-zа-яіїєґ][A-ZА-ЯІЇЄҐ]", word)
    return 0 if mixed or odd_case else sum(letter in _CYRILLIC or letter in _SIGNS for letter in word)
