"""What the operator reads for a code, in the operator's language. The words are data: one file a language."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LANGUAGES = ("uk", "bs", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    code: str
    title: str
    what_to_do: str


@cache
def catalogue(language: str) -> dict[str, dict[str, str]]:
    text = (files(__package__) / f"{language}.json").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = json.loads(text)
    return loaded


def explain(code: str, *, language: str) -> Explanation:
    """Raises KeyError for a code without words: tests hold the catalogues to every code there is."""
    words = catalogue(language)[code]
    return Explanation(code=code, title=words["title"], what_to_do=words["what_to_do"])
