"""docs/security.md says nothing that no test says."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| (S-\d\d) [^|]*\| (done|part|not yet) \| ([^|]+) \| ([^|]*)\|$", re.MULTILINE)


class TestSecurityPage:
    def test_has_a_row_for_every_rule(self) -> None:
        rules = [rule for rule, *_rest in ROW.findall((ROOT / "docs/security.md").read_text())]

        assert rules == [f"S-{number:02d}" for number in range(1, 24)]

    def test_names_tests_that_are_there(self) -> None:
        for rule, state, _words, tests in ROW.findall((ROOT / "docs/security.md").read_text()):
            named = [name for name in tests.strip().split(", ") if name]

            assert named or state == "not yet", rule
            assert [name for name in named if "def test_" not in (ROOT / name).read_text()] == [], rule
