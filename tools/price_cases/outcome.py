"""What came of one case: the only thing that the families of cases and the command share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`detail` says what was expected and what came, or why the case was skipped."""

    case_id: str
    verdict: Verdict
    detail: str = ""
