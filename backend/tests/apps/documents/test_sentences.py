"""Every step of a derivation has a sentence in every language, with the same places to fill."""

import re
from pathlib import Path
from typing import Any

import pytest
from rachun.apps.documents.rendering.sentences import COUNTED, Sentences, load_sentences
from rachun.apps.metering.models import CommonMeter
from rachun.engine.explain import registry
from rachun.engine.explain.bridge import Effect
from rachun.engine.explain.facts import Amount, Exact, Percent, Quantity, Step

PLACE = re.compile(r"{(\w+)}")
FOLDER = Path(str(registry.__file__)).parent
LANGUAGES = ["uk", "bs", "en"]


def asked_for() -> set[str]:
    found = {code for source in FOLDER.glob("*.py") for code in re.findall(r'code="([A-Z_]+)"', source.read_text())}
    return found | {"READINGS_ESTIMATED", "READINGS_THROUGH_ZERO_ESTIMATED", "ROUNDED_HALF_UP", "ROUNDED_HALF_EVEN"}


def flat(said: dict[str, Any], *, groups: tuple[str, ...]) -> dict[str, str]:
    return {f"{group}.{key}": text for group in groups for key, text in said[group].items()}


class TestSentences:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_are_there_for_every_step_and_effect(self, language: str) -> None:
        said = load_sentences(language)

        assert asked_for() <= set(said["steps"])
        assert {effect.value for effect in Effect} == set(said["effects"])
        assert {"ESTIMATE_SAME_SEASON", "ESTIMATE_LAST_PERIODS", "ESTIMATE_NORM_PER_MEMBER"} <= set(said["steps"])
        assert {f"PROFILE_{clock}{end}" for clock in ("CIVIL", "STANDARD") for end in ("", "_TIMES")} <= set(
            said["steps"]
        )
        sharing = set(CommonMeter.Method.values) - {CommonMeter.Method.LOSS}  # a network's loss is nobody's line
        assert {f"COMMON_SHARE_{method}" for method in sharing} <= set(said["steps"])

    @pytest.mark.parametrize("language", ["uk", "bs"])
    def test_have_the_places_of_the_english_ones(self, language: str) -> None:
        groups = ("steps", "parts", "document")
        own, english = (flat(dict(load_sentences(name)), groups=groups) for name in (language, "en"))

        assert own.keys() == english.keys()
        differing = [key for key in own if set(PLACE.findall(own[key])) != set(PLACE.findall(english[key]))]
        assert differing == []

    def test_take_the_plural_form_of_their_number(self) -> None:
        ukrainian, bosnian = (Sentences(language=name, currency="UAH") for name in ("uk", "bs"))

        told = [ukrainian.counted("days", n).replace("\u00a0", " ") for n in (1, 2, 5, 11, 21, 22, 31)]

        assert told == ["1 день", "2 дні", "5 днів", "11 днів", "21 день", "22 дні", "31 день"]
        assert [bosnian.counted("calls", n).replace("\u00a0", " ") for n in (1, 3, 5, 21)] == [
            "1 poziv",
            "3 poziva",
            "5 poziva",
            "21 poziv",
        ]
        assert set(COUNTED.values()) == set(load_sentences("uk")["plural"])

    def test_print_what_is_exact_and_say_when_more_follows(self) -> None:
        english = Sentences(language="en", currency="BAM")

        assert english.exact(Exact(num=875, den=10)).replace("\u00a0", " ") == "0.875 KM"
        assert english.exact(Exact(num=-1000 * 22, den=31)).replace("\u00a0", " ") == "−7.096774… KM"
        step = Step(
            code="PERCENT_OF",
            facts={
                "percent": Percent(micro=7_500_000),
                "components": ("energy",),
                "base": Amount(minor=123456),
                "exact": Exact(num=9259200, den=1000),
            },
        )
        assert english.of(step).replace("\u00a0", " ") == (
            "7.5 % of the lines energy, which come to 1,234.56 KM: 92.592 KM."
        )
        assert english.quantity(Quantity(micro=1_500_000, unit="kWh")).replace("\u00a0", " ") == "1.5 kWh"
