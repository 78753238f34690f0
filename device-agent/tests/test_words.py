"""Every code an operator may see has words in every language; the page shows them to this computer alone."""

from __future__ import annotations

import re
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rachun_agent
from rachun_agent import errors
from rachun_agent.health import HealthPage
from rachun_agent.session.contract import contract
from rachun_agent.texts import LANGUAGES, catalogue, explain

PACKAGE = Path(rachun_agent.__file__).parent
QUALITY_STATES = {"done", "simulated", "exempt"}


def codes() -> set[str]:
    tree = {kind.__name__ for kind in vars(errors).values() if isinstance(kind, type)} - {"DeviceError", "ClassVar"}
    judge = (PACKAGE / "exactly_once/decide.py").read_text(encoding="utf-8")
    judged = set(re.findall(r'(?:why=|^ {8})"([A-Z]\w+)"', judge, re.MULTILINE))
    refused = set(contract()["components"]["schemas"]["refusal"]["properties"]["code"]["enum"])
    ordered = {"UnknownRegister", "OrderAltered", "StaleFence", "SumsDisagree", "TriedTooOften"}
    ruled = {"PersonSaidNotPrinted", "Withdrawn"}
    return tree | judged | refused | ordered | ruled


class TestWords:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_are_there_for_every_code(self, language: str) -> None:
        assert {"PaperOut", "DayWasClosed", "TotalGrewByAnother", "Superseded"} <= codes()
        assert codes() - set(catalogue(language)) == set()

    def test_are_the_same_set_in_every_language(self) -> None:
        assert len({frozenset(catalogue(language)) for language in LANGUAGES}) == 1

    @pytest.mark.parametrize("language", ["uk", "bs"])
    def test_are_translated(self, language: str) -> None:
        english = catalogue("en")
        same = [code for code, words in catalogue(language).items() if words["title"] == english[code]["title"]]

        assert same == []

    def test_say_what_to_do_about_paper(self) -> None:
        assert explain("PaperOut", language="uk").what_to_do.startswith("Вставте новий рулон")


class TestPage:
    @pytest.fixture
    def page(self) -> Iterator[HealthPage]:
        devices = [{"device_id": "till <1>", "state": "WAITING", "code": "PaperOut"}]
        report: dict[str, Any] = {"version": "1", "is_connected": False, "refused_with": "Revoked", "devices": devices}
        page = HealthPage(lambda: {**report, "open_jobs": 1, "waiting_messages": 2}, port=0)
        page.start()
        yield page
        page.stop()

    def ask(self, page: HealthPage, path: str, **headers: str) -> str:
        request = urllib.request.Request(f"http://127.0.0.1:{page.port}{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            text: str = answer.read().decode()
            return text

    @pytest.mark.parametrize(
        ("language", "words"),
        [("uk", "Закінчився папір."), ("bs", "Nestalo je papira."), ("en", "The paper has run out.")],
    )
    def test_speaks_the_operators_language(self, page: HealthPage, language: str, words: str) -> None:
        text = self.ask(page, f"/{language}")

        assert words in text
        assert "till &lt;1&gt;" in text

    @pytest.mark.parametrize("headers", [{"Host": "evil.example:80"}, {"Origin": "https://evil.example"}])
    def test_is_closed_to_web_pages_from_elsewhere(self, page: HealthPage, headers: dict[str, str]) -> None:
        with pytest.raises(urllib.error.HTTPError, match="403"):
            self.ask(page, "/status.json", **headers)


@pytest.mark.parametrize("driver", ["datecs", "scanner"])
def test_every_driver_says_what_is_proved(driver: str) -> None:
    quality = tomllib.loads((PACKAGE / f"drivers/{driver}/quality.toml").read_text(encoding="utf-8"))

    assert {rule["state"] for rule in quality["rules"].values()} <= QUALITY_STATES
    assert all(rule.get("reason" if rule["state"] == "exempt" else "by") for rule in quality["rules"].values())
    assert all(rule["state"] != "done" for rule in quality["rules"].values()) or quality["devices"]
