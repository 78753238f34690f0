"""Messages of the WebSocket, validated from the contract that the server validates from too."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

Message = dict[str, Any]
IN_PACKAGE = files("rachun_agent.session") / "agent.asyncapi.yaml"
IN_REPOSITORY = Path(__file__).resolve().parents[3] / "openapi" / "agent.asyncapi.yaml"
MESSAGE_BYTES_MAX = 256 * 1024


class BadMessage(ValueError):
    """Not what the contract allows."""


class UnknownMessage(BadMessage):
    """A type that the contract does not have, or not in this direction."""


@cache
def contract() -> dict[str, Any]:
    source = IN_PACKAGE if IN_PACKAGE.is_file() else IN_REPOSITORY
    loaded: dict[str, Any] = yaml.safe_load(source.read_text(encoding="utf-8"))
    return loaded


@cache
def _validator(kind: str) -> Draft202012Validator:
    root = {"$ref": f"#/components/schemas/{kind}", "components": contract()["components"]}
    return Draft202012Validator(root)


@cache
def types_of(operation: str) -> frozenset[str]:
    """What may travel in a direction: `agentSends` or `agentReceives`."""
    references = contract()["operations"][operation]["messages"]
    return frozenset(reference["$ref"].rpartition("/")[2] for reference in references)


def check(message: Message, *, operation: str) -> Message:
    """Raises UnknownMessage, BadMessage."""
    kind = message.get("type")
    if not isinstance(kind, str) or kind not in types_of(operation):
        raise UnknownMessage(f"type {kind!r}")
    error = next(iter(_validator(kind).iter_errors(message)), None)
    if error is not None:
        raise BadMessage(f"{kind}.{'.'.join(map(str, error.absolute_path))}: {error.message}"[:300])
    return message


def decode(text: str | bytes, *, operation: str) -> Message:
    try:
        message = json.loads(text)
    except ValueError as error:
        raise BadMessage("not JSON") from error
    if not isinstance(message, dict):
        raise BadMessage("not an object")
    return check(message, operation=operation)


def encode(message: Message, *, operation: str) -> str:
    return json.dumps(check(message, operation=operation), ensure_ascii=False)
