"""What can be proved of the phones' applications without a phone: Hermes bytecode of both, and native projects."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tools.clients import BIN, BuildFailed, install, say

ROOT = Path(__file__).resolve().parent.parent
MOBILE = ROOT / "mobile"
HERMES_MAGIC = bytes.fromhex("c61fbc03c103191f")
PLATFORMS = ("android", "ios")
NOT_COPIED = shutil.ignore_patterns("node_modules", "dist*", ".expo", "android", "ios")


def main() -> int:
    install(MOBILE)
    with tempfile.TemporaryDirectory() as folder:
        for platform in PLATFORMS:
            export_bundle(platform, into=Path(folder) / platform)
        make_native_projects(Path(folder) / "project")
    return 0


def export_bundle(platform: str, *, into: Path) -> None:
    """Raises BuildFailed, also when what came out is no Hermes bytecode."""
    started = time.monotonic()
    expo("export", "--platform", platform, "--output-dir", str(into), folder=MOBILE)
    bundles = list(into.rglob("*.hbc"))
    if not bundles:
        raise BuildFailed(f"{platform}: the export holds no Hermes bundle.")
    for bundle in bundles:
        with bundle.open("rb") as stream:
            if stream.read(len(HERMES_MAGIC)) != HERMES_MAGIC:
                raise BuildFailed(f"{platform}: {bundle.name} is no Hermes bytecode.")
    size = sum(bundle.stat().st_size for bundle in bundles)
    say(f"{platform}: {size / 1_000_000:.1f} MB of Hermes bytecode in {time.monotonic() - started:.0f} s")


def make_native_projects(copy: Path) -> None:
    """In a copy, because prebuild writes into the folder it is started in. Raises BuildFailed."""
    started = time.monotonic()
    shutil.copytree(MOBILE, copy, ignore=NOT_COPIED)
    (copy / "node_modules").symlink_to(MOBILE / "node_modules")
    template = MOBILE / "node_modules" / "expo-template-bare-minimum"
    packed = pack(template, into=copy.parent)
    expo("prebuild", "--no-install", "--template", str(packed), folder=copy)
    for made in ("android/app/build.gradle", "ios/Podfile"):
        if not (copy / made).exists():
            raise BuildFailed(f"expo prebuild made no {made}.")
    say(f"Native projects of Android and iOS in {time.monotonic() - started:.0f} s")


def pack(folder: Path, *, into: Path) -> Path:
    """The locked template as a file: prebuild would ask the registry for it otherwise."""
    run(["npm", "pack", str(folder), "--pack-destination", str(into)], folder=into)
    [packed] = into.glob("expo-template-bare-minimum-*.tgz")
    return packed


def expo(*words: str, folder: Path) -> None:
    run(["node", str(MOBILE / "node_modules/expo/bin/cli"), *words], folder=folder)


def run(words: list[str], *, folder: Path) -> None:
    """Raises BuildFailed."""
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    quiet = {"CI": "1", "EXPO_NO_TELEMETRY": "1", "EXPO_OFFLINE": "1", "EXPO_NO_GIT_STATUS": "1"}
    done = subprocess.run(
        words,
        cwd=folder,
        env={**os.environ, **quiet, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BuildFailed(f"{' '.join(words)} failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    sys.exit(main())
