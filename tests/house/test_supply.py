"""S-22: what the product is made of is known, and a known fault of it is a failure; silence is not health."""

import json
import re
from pathlib import Path

from tools import audit, sbom

ROOT = Path(__file__).resolve().parents[2]


class TestBillOfMaterials:
    def test_names_every_locked_package_once_with_its_hash(self) -> None:
        found = sbom.bill_of_materials()["components"]

        names = [component["purl"] for component in found]
        assert len(names) == len(set(names)) > 500
        assert [component["purl"] for component in found if not component["hashes"]] == []
        for lock in ROOT.glob("*/requirements/*.txt"):
            pinned = re.findall(r"^([A-Za-z0-9._-]+)(?:\[.*?\])?==([^\s;\\]+)", lock.read_text(), flags=re.MULTILINE)
            wanted = {f"pkg:pypi/{re.sub(r'[-_.]+', '-', name).lower()}@{version}" for name, version in pinned}
            assert wanted - {name.replace("%2B", "+") for name in names} == set()

    def test_tells_what_runs_from_what_is_only_built_with(self) -> None:
        scopes = {component["name"]: component["scope"] for component in sbom.bill_of_materials()["components"]}

        assert (scopes["django"], scopes["mypy"]) == ("required", "excluded")


class TestAudit:
    def test_finds_a_known_fault_of_python(self) -> None:
        fault = {"id": "PYSEC-2019-217", "fix_versions": ["2.10.1"]}
        report = {
            "dependencies": [
                {"name": "jinja2", "version": "2.10", "vulns": [fault]},
                {"name": "x", "version": "1", "vulns": []},
            ]
        }

        assert audit.of_python(json.dumps(report)) == audit.Told(
            faults=("jinja2 2.10: PYSEC-2019-217, mended in 2.10.1",)
        )

    def test_finds_a_known_fault_of_npm(self) -> None:
        report = {"vulnerabilities": {"minimist": {"severity": "critical", "range": "<0.2.4"}}}

        assert audit.of_npm(json.dumps(report)).faults == ("minimist <0.2.4: critical",)

    def test_takes_no_answer_for_none(self) -> None:
        skipped = {"dependencies": [{"name": "jinja2", "skip_reason": "not found"}]}

        for told in (
            audit.of_python("Traceback"),
            audit.of_python(json.dumps(skipped)),
            audit.of_npm("{}"),
            audit.of_npm(""),
        ):
            assert told.silence

    def test_passes_only_what_was_answered_and_clean(self) -> None:
        assert audit.of_python('{"dependencies": [{"name": "x", "version": "1", "vulns": []}]}') == audit.Told()
        assert audit.of_npm('{"vulnerabilities": {}}') == audit.Told()
