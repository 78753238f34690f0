"""S-18, S-22: no secret in the repository; every package locked by its hash."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARY = frozenset({".png", ".woff2", ".jpg", ".ico", ".ttf", ".webp", ".pdf", ".xlsx", ".keystore"})
KINDS = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "a signed token": re.compile(r"\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{20,}"),
    "a key of a cloud": re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[A-Za-z0-9_-]{35}\b"),
    "a token of a service": re.compile(
        r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|xox[abprs]-[A-Za-z0-9-]{10,}|npm_[A-Za-z0-9]{36})\b"
    ),
    "a password in an address": re.compile(
        r"\b[a-z][a-z0-9+]*://[^\s/:@\"'`{}$<>]+:(?!p(?:ass(?:word)?)?@|p%40ss|hush@)[^\s/:@\"'`{}$<>…]{3,}@[a-z0-9.-]+\.[a-z]"
    ),
    "an assigned secret": re.compile(
        r"(?i)\b(?:secret_?key|jwt_?key|api_?key|access_?key|auth_?token|smtp_password)\b\s*[:=]\s*[\"'](?=[^\"']*\d)[A-Za-z0-9+/_=-]{24,}[\"']"
    ),
}
MADE = frozenset({".git", ".venv", "var", "node_modules", "dist", "__pycache__", ".mypy_cache", ".ruff_cache"})
# Each guards nothing: its value says so, or it is the example of a test that names what it refuses.
KNOWN = frozenset({"tests/house/test_secrets.py"})
GUARDS_NOTHING = re.compile(r"(?i)tooling-only|guards-nothing|example|test[-_ ]|long-enough|0{6}")


def tracked() -> Iterator[Path]:
    for name in names_of_files():
        path = ROOT / name
        if path.suffix not in BINARY and path.is_file() and name not in KNOWN:
            yield path


def names_of_files() -> list[str]:
    """What git tracks; in a copy without git, whatever is not made by building and running."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return [name for name in listed.stdout.split("\0") if name]
    names = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return [str(name) for name in names if MADE.isdisjoint(name.parts)]


def secrets_in(text: str) -> list[str]:
    return [
        f"line {number}: {kind}"
        for number, line in enumerate(text.splitlines(), start=1)
        for kind, pattern in KINDS.items()
        if pattern.search(line) and not GUARDS_NOTHING.search(line)
    ]


class TestRepository:
    def test_holds_no_secret(self) -> None:
        found = [
            f"{path.relative_to(ROOT)} {one}"
            for path in tracked()
            for one in secrets_in(path.read_text(errors="replace"))
        ]

        assert found == []

    def test_tracks_no_file_that_holds_secrets_by_its_kind(self) -> None:
        kinds = re.compile(
            r"(^|/)(\.env|secrets\.json|id_(rsa|ed25519)|.*\.(pem|key|p12|pfx|jks|keystore|mobileprovision))$"
        )

        assert [name for name in (str(path.relative_to(ROOT)) for path in tracked()) if kinds.search(name)] == []

    @pytest.mark.parametrize(
        "planted",
        [
            "-----BEGIN RSA PRIVATE KEY-----",
            "token: eyJhbGciOiJIUzI1NiIsInR5cCI6.eyJzdWIiOiIxMjM0NTY3ODkwIiw.SflKxwRJSMeKKF2QT4fwpMeJf36POk6y",
            "aws = AKIAIOSFODNN7QQQQQQQ",
            "ghp_" + "a1B2" * 9,
            "DATABASE_URL=postgresql://rachun:Tr0ub4dor@db.rachun.net/rachun",
            'SECRET_KEY = "k3J9sLq0vXy7Zt1Bn5Mw8Rc2Pd6Fh4Gj"',
        ],
    )
    def test_would_not_keep_a_planted_one(self, planted: str) -> None:
        assert len(secrets_in(planted)) == 1


class TestLocks:
    @pytest.mark.parametrize(
        "lock", sorted(ROOT.glob("*/requirements/*.txt")), ids=lambda path: f"{path.parts[-3]}-{path.stem}"
    )
    def test_of_python_pin_every_package_by_hash(self, lock: Path) -> None:
        entries = re.split(r"\n(?=\S)", lock.read_text().replace("\\\n", " ").strip())

        packages = [entry for entry in entries if not entry.startswith("#")]
        assert len(packages) > 3
        assert [entry.split()[0] for entry in packages if "==" not in entry or "--hash=sha256:" not in entry] == []

    @pytest.mark.parametrize("lock", sorted(ROOT.glob("*/package-lock.json")), ids=lambda path: path.parent.name)
    def test_of_npm_pin_every_package_by_hash(self, lock: Path) -> None:
        packages = {name: facts for name, facts in json.loads(lock.read_text())["packages"].items() if name}

        outside = {
            name: facts for name, facts in packages.items() if not facts.get("link") and not facts.get("inBundle")
        }
        assert len(outside) > 40
        assert [name for name, facts in outside.items() if not facts.get("integrity", "").startswith("sha512-")] == []
