"""What the product is made of: every locked package of Python and npm, as a CycloneDX bill of materials.

Read from the locks alone, so it needs no registry and says the same on every machine. `make sbom` writes var/sbom.json.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "var" / "sbom.json"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")
HASHED = re.compile(r"--hash=sha256:([0-9a-f]{64})")
Component = dict[str, Any]


def main() -> int:
    TARGET.parent.mkdir(exist_ok=True)
    found = bill_of_materials()
    TARGET.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    print(f"{len(found['components'])} packages: {TARGET.relative_to(ROOT)}")
    return 0


def bill_of_materials() -> dict[str, Any]:
    found: dict[str, Component] = {}
    for component in [*python_components(), *npm_components()]:
        known = found.setdefault(component["bom-ref"], component)
        if component["scope"] == "required":
            known["scope"] = "required"  # what one part needs only to be built may run in another
    product = {"type": "application", "name": "rachun", "bom-ref": "rachun"}
    components = [found[ref] for ref in sorted(found)]
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "metadata": {"component": product}} | {
        "components": components
    }


def python_components() -> Iterator[Component]:
    for lock in sorted(ROOT.glob("*/requirements/*.txt")):
        entries = re.split(r"\n(?=\S)", lock.read_text().replace("\\\n", " ").strip())
        for entry in entries:
            if named := PINNED.match(entry):
                name, version = re.sub(r"[-_.]+", "-", named[1]).lower(), named[2]
                hashes = [{"alg": "SHA-256", "content": digest} for digest in HASHED.findall(entry)]
                yield component(
                    kind="pypi", name=name, version=version, hashes=hashes, is_built_with=lock.stem == "dev"
                )


def npm_components() -> Iterator[Component]:
    for lock in sorted(ROOT.glob("*/package-lock.json")):
        for path, facts in json.loads(lock.read_text())["packages"].items():
            if not path or facts.get("link") or "version" not in facts:
                continue
            name = facts.get("name") or path.rpartition("node_modules/")[2]
            digest = base64.b64decode(facts.get("integrity", "").removeprefix("sha512-")).hex()
            hashes = [{"alg": "SHA-512", "content": digest}] if digest else []
            made = component(
                kind="npm", name=name, version=facts["version"], hashes=hashes, is_built_with=facts.get("dev", False)
            )
            if isinstance(facts.get("license"), str):
                made["licenses"] = [{"expression": facts["license"]}]
            yield made


def component(*, kind: str, name: str, version: str, hashes: list[dict[str, str]], is_built_with: bool) -> Component:
    address = f"pkg:{kind}/{quote(name, safe='/')}@{quote(version)}"
    return {
        "type": "library",
        "bom-ref": address,
        "name": name,
        "version": version,
        "purl": address,
        "scope": "excluded" if is_built_with else "required",
        "hashes": hashes,
    }


if __name__ == "__main__":
    sys.exit(main())
