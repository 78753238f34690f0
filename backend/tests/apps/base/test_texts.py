"""Every refusal speaks the three languages."""

import pytest
from django.utils import translation
from rachun.apps.base.errors import DomainError


def every_refusal(above: type[DomainError] = DomainError) -> list[type[DomainError]]:
    below = [inner for found in above.__subclasses__() for inner in every_refusal(found)]
    return [above, *below]


class TestRefusals:
    @pytest.mark.parametrize("language", ["uk", "bs"])
    def test_have_a_text_of_their_own_in(self, language: str, servers: object) -> None:
        ours = [refusal for refusal in every_refusal() if refusal.__module__.startswith("rachun.")]

        with translation.override("en"):
            english = {refusal: str(refusal.title) for refusal in ours}
        with translation.override(language):
            untranslated = [refusal.code for refusal in ours if str(refusal.title) == english[refusal]]

        assert untranslated == []
