"""Every sentence that the product says to people is there in Ukrainian and Bosnian, with the same places to fill."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from rachun.formats.messages import MESSAGES

PACKAGE = Path(__file__).resolve().parents[2] / "backend" / "rachun"
MARKS = {"_", "gettext", "gettext_lazy"}
PLACE = re.compile(r"{(\w+)}")
LANGUAGES = ["uk", "bs"]


def sentences_in(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        told = node.args[0]
        if name in MARKS and isinstance(told, ast.Constant) and isinstance(told.value, str):
            yield told.value


@cache
def sentences() -> dict[str, str]:
    """Every sentence of the code, with the file that says it."""
    found = {
        sentence: str(source.relative_to(PACKAGE))
        for source in sorted(PACKAGE.rglob("*.py"))
        for sentence in sentences_in(source)
    }
    return found | dict.fromkeys(MESSAGES.values(), "formats/messages.py")


@cache
def translations(language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for catalogue in sorted(PACKAGE.rglob(f"locale/{language}/LC_MESSAGES/django.po")):
        with catalogue.open("rb") as text:
            found |= {str(entry.id): str(entry.string) for entry in read_po(text) if entry.id and not entry.fuzzy}
    return found


class TestSentences:
    def test_are_found_in_the_code(self) -> None:
        assert "There is no account with this number." in sentences()

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_are_all_translated_into(self, language: str) -> None:
        known = translations(language)

        missing = {sentence: source for sentence, source in sentences().items() if not known.get(sentence)}

        assert missing == {}

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_keep_their_places_to_fill_in(self, language: str) -> None:
        known = translations(language)

        differing = [
            sentence
            for sentence in sentences()
            if known.get(sentence) and sorted(PLACE.findall(sentence)) != sorted(PLACE.findall(known[sentence]))
        ]

        assert differing == []

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_are_not_left_in_english_in(self, language: str) -> None:
        known = translations(language)

        assert [sentence for sentence in sentences() if known.get(sentence) == sentence] == []

    def test_of_ukrainian_are_written_in_cyrillic(self) -> None:
        known = translations("uk")

        assert [sentence for sentence in sentences() if not re.search(r"[а-яіїєґ]", known.get(sentence, "а"))] == []
