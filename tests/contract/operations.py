"""The operations of the contract, read from the schema the code generates, with what is expected of each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from drf_spectacular.generators import SchemaGenerator

EXPECTATIONS = Path(__file__).with_name("expectations.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    id: str
    method: str
    path: str
    has_body: bool
    is_form: bool
    headers: tuple[str, ...]


@cache
def contract() -> dict[str, Any]:
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return schema


@cache
def operations() -> Mapping[str, Operation]:
    found = {}
    for path, methods in contract()["paths"].items():
        for method, operation in methods.items():
            required = [p["name"] for p in operation.get("parameters", []) if p["in"] == "header" and p.get("required")]
            found[operation["operationId"]] = Operation(
                id=operation["operationId"],
                method=method,
                path=path,
                has_body="requestBody" in operation,
                is_form="multipart/form-data" in operation.get("requestBody", {}).get("content", {}),
                headers=tuple(required),
            )
    return found


@cache
def expectations() -> Mapping[str, Mapping[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(EXPECTATIONS.read_text(encoding="utf-8"))
    return loaded


def without_entry(*, known: Collection[str], expected: Collection[str]) -> set[str]:
    """Operations nobody said anything about, and entries of operations that are gone."""
    return set(known) ^ set(expected)
