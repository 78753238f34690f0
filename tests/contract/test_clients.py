"""The committed TypeScript clients, without Node: `make contract-check` generates them again and compares all of it."""

import re
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
APPLICATIONS = ("frontend", "mobile")


def operation_ids() -> set[str]:
    written = yaml.safe_load((REPOSITORY / "openapi/rachun.yaml").read_text(encoding="utf-8"))
    return {operation["operationId"] for methods in written["paths"].values() for operation in methods.values()}


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
