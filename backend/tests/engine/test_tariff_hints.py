"""Every property of the one schema tells an editor what it is, in which order, and shows what may stand there."""

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from rachun.engine.tariffs.schema import tariff_schema

SCHEMA = tariff_schema()
NOT_PROPERTIES = {"if", "then", "allOf", "examples", "default"}


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """The annotations of a property: its own before those of what it refers to."""
    named = SCHEMA["$defs"][node["$ref"].rpartition("/")[2]] if "$ref" in node else {}
    return {**named, **node}


def properties(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if not isinstance(node, dict):
        return
    for name, child in node.get("properties", {}).items():
        yield f"{path}/{name}", child
        yield from properties(child, f"{path}/{name}")
    for key, child in node.items():
        if key == "$defs":
            for name, definition in child.items():
                yield from properties(definition, f"/{name}")
        elif key not in NOT_PROPERTIES and key != "properties":
            yield from properties(child, path)


ALL = dict(properties(SCHEMA))


@pytest.mark.parametrize("path", ALL)
class TestAProperty:
    def test_has_a_title_words_an_order_and_examples(self, path: str) -> None:
        told = resolved(ALL[path])

        assert [name for name in ("title", "description", "examples", "x-order") if not told.get(name)] == []
        assert told["description"] != told["title"]

    def test_has_examples_that_may_stand_there(self, path: str) -> None:
        validator = Draft202012Validator({**ALL[path], "$defs": SCHEMA["$defs"]})

        assert [example for example in resolved(ALL[path])["examples"] if not validator.is_valid(example)] == []


def test_stands_at_a_place_of_its_own() -> None:
    for kind, definition in SCHEMA["$defs"].items():
        orders = [child["x-order"] for child in definition.get("properties", {}).values()]
        assert len(set(orders)) == len(orders), kind


def test_all_kinds_are_found() -> None:
    assert {path for path in ALL if path.endswith("/posting_code")} >= {
        f"/{kind}/posting_code" for kind in SCHEMA["properties"]["components"]["items"]["properties"]["kind"]["enum"]
    }
