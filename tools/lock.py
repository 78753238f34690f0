"""Compile the requirement files: every package with its hashes, no address of any registry."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# In this order: each is compiled against the ones before it.
SETS = (("backend/requirements", "runtime"), ("device-agent/requirements", "runtime"), ("backend/requirements", "dev"))
FLAGS = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate", "--no-header", "--quiet"]


def main() -> int:
    for folder, name in SETS:
        command = [str(ROOT / ".venv/bin/uv"), "pip", "compile", *FLAGS, f"{name}.in", "-o", f"{name}.txt"]
        subprocess.run(command, cwd=ROOT / folder, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
