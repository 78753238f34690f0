"""The words of a document, by meaning and language: texts/<language>.json. All languages have the same keys."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType


class TextMissing(KeyError):
    """A template asked for a text that the catalogue does not have."""


class Texts:
    def __init__(self, *, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def get(self, key: str, **values: str) -> str:
        """The text of a key with its `{name}` places filled; raises TextMissing."""
        text = self._texts.get(key)
        if text is None:
            raise TextMissing(key)
        for name, value in values.items():
            text = text.replace("{" + name + "}", value)
        return text

    def find(self, key: str) -> str | None:
        return self._texts.get(key)


@cache
def load_catalogue(language: str) -> Mapping[str, str]:
    source = files("rachun.apps.documents.rendering") / "texts" / f"{language}.json"
    return MappingProxyType(json.loads(source.read_text(encoding="utf-8")))
