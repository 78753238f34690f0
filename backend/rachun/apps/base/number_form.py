"""The human number of a document, in the country's pattern."""

import re
from dataclasses import dataclass
from datetime import date

NUMBER = re.compile(r"\{number:0(\d+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberForm:
    """What stands round the digits of a number."""

    prefix: str
    digits: int
    suffix: str

    def number(self, value: int) -> str:
        return f"{self.prefix}{value:0{self.digits}d}{self.suffix}"


def number_form(*, pattern: str, branch_code: str, on: date) -> NumberForm:
    """Read `{year}-{number:06}/{branch}` for one branch and date."""
    filled = pattern.replace("{year}", f"{on:%Y}").replace("{month}", f"{on:%m}").replace("{branch}", branch_code)
    found = NUMBER.search(filled)
    assert found is not None, f"the pattern {pattern!r} has no number"
    return NumberForm(prefix=filled[: found.start()], digits=int(found[1]), suffix=filled[found.end() :])
