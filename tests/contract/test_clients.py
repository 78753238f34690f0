"""The committed TypeScript clients, without Node: `make contract-check` generates them again and compares all of it."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
APPLICATIONS = ("frontend", "mobile")


@cache
def written() -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(
        (REPOSITORY / "openapi/rachun.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
    )
    return found


def operation_ids() -> set[str]:
    return {operation["operationId"] for methods in written()["paths"].values() for operation in methods.values()}


class TestClient:
    @pytest.mark.parametrize("application", APPLICATIONS)
    def test_has_a_function_for_every_operation_and_no_other(self, application: str) -> None:
        source = (REPOSITORY / application / "src/api/sdk.gen.ts").read_text(encoding="utf-8")

        assert set(re.findall(r"^export const (\w+) = ", source, re.MULTILINE)) == operation_ids()

    def test_is_the_same_in_both_applications(self) -> None:
        frontend, mobile = (
            {path.relative_to(root): path.read_bytes() for path in sorted(root.rglob("*.ts"))}
            for root in (REPOSITORY / application / "src/api" for application in APPLICATIONS)
        )

        assert frontend == mobile


def schemas(ending: str) -> dict[str, dict[str, Any]]:
    found = written()["components"]["schemas"].items()
    return {name: schema for name, schema in found if name.endswith(ending) and "properties" in schema}


class TestContract:
    def test_lets_a_body_leave_out_what_has_a_default(self) -> None:
        asked = {
            name: {one for one in schema.get("required", ()) if "default" in schema["properties"][one]}
            for name, schema in schemas("In").items()
        }

        assert {name: told for name, told in asked.items() if told} == {}
        assert schemas("QuoteIn")["QuoteIn"]["required"] == ["period_from", "period_to"]

    def test_lets_a_change_tell_only_what_changes(self) -> None:
        patches = {name: schema for name, schema in schemas("In").items() if name.startswith("Patched")}

        assert patches
        assert [name for name, schema in patches.items() if schema.get("required")] == []

    def test_promises_every_property_of_an_answer(self) -> None:
        answers = schemas("Out")

        assert [name for name, one in answers.items() if sorted(one["properties"]) != one["required"]] == []
