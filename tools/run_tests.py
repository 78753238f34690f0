"""What CI runs: the checks, then every suite. Both run, both must pass; the last line counts the tests."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tools.check import main as check

ROOT = Path(__file__).resolve().parent.parent
LONG = {"RACHUN_CASES_PER_OPERATION": "500"}  # of schemathesis, well-formed and malformed each


def suites(*, is_long: bool) -> list[str]:
    folders = [folder for folder in ("backend/tests", "device-agent/tests", "tests") if (ROOT / folder).exists()]
    marks = "long or not long" if is_long else "not long"
    parallel = ["-n", os.environ.get("RACHUN_TEST_PROCESSES", "2"), "--dist", "loadscope"]
    return [sys.executable, "-m", "pytest", *folders, "-m", marks, *parallel, "-q"]


def counts(last_line: str) -> tuple[int, int]:
    """(passed, failed) of pytest's own last line; an error counts as a failure."""
    found = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|error)", last_line)}
    return found.get("passed", 0), found.get("failed", 0) + found.get("error", 0)


def main(arguments: list[str]) -> int:
    check_code = check()
    is_long = "--long" in arguments
    environment = {"RACHUN_ENV": "tooling", **(LONG if is_long else {}), **os.environ}
    last_line = ""
    command = suites(is_long=is_long)
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None, "asked for a pipe"
        for line in running.stdout:
            print(line, end="", flush=True)
            last_line = line if line.strip() else last_line
    passed, failed = counts(last_line)
    if check_code:
        print("make check failed; see above.")
    print(f"{passed} passed, {failed} failed")
    return 1 if check_code or running.returncode or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
