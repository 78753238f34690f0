"""The catalogues of the application, as a person would read them to us over the telephone."""

import json
from functools import cache

from tests.faults.processes import REPOSITORY


@cache
def texts(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((REPOSITORY / f"frontend/src/texts/{language}.json").read_text())
    return found
