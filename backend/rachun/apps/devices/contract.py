"""Messages of the agents' socket, validated from the contract that the agent validates from too."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

Message = dict[str, Any]
CONTRACT = Path(__file__).resolve().parents[4] / "openapi" / "agent.asyncapi.yaml"
MESSAGE_BYTES_MAX = 256 * 1024
AGENT_SENDS, AGENT_RECEIVES = "agentSends", "agentReceives"


class BadMessage(ValueError):
    """Not what the contract allows."""


class UnknownMessage(BadMessage):
    """A type that the contract does not have, or not in this direction."""


@cache
def contract() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    return loaded


@cache
def validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator(
        {"$ref": f"#/components/schemas/{kind}", "components": contract()["components"]},
    )


@cache
def types_of(operation: str) -> frozenset[str]:
    references = contract()["operations"][operation]["messages"]
    return frozenset(reference["$ref"].rpartition("/")[2] for reference in references)


def check(message: Message, *, operation: str) -> Message:
    """Raises UnknownMessage, BadMessage."""
    kind = message.get("type")
    if not isinstance(kind, str) or kind not in types_of(operation):
        raise UnknownMessage(f"type {kind!r}")
    error = next(iter(validator(kind).iter_errors(message)), None)
    if error is not None:
        raise BadMessage(f"{kind}.{'.'.join(map(str, error.absolute_path))}: {error.message}"[:300])
    return message


def decode(text: str) -> Message:
    """What an agent sent. Raises UnknownMessage, BadMessage."""
    try:
        message = json.loads(text)
    except ValueError as error:
        raise BadMessage("not JSON") from error
    if not isinstance(message, dict):
        raise BadMessage("not an object")
    return check(message, operation=AGENT_SENDS)


def encode(message: Message) -> str:
    return json.dumps(check(message, operation=AGENT_RECEIVES), ensure_ascii=False)
