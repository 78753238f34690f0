import re

import pytest
from rachun.apps.documents.rendering.bill_data import Basis
from rachun.apps.documents.rendering.payment_codes import CodeKind
from rachun.apps.documents.rendering.render_bill import default_bill_template
from rachun.apps.documents.rendering.texts import TextMissing, Texts, load_catalogue

SAME_IN_BOTH = {"currency.BAM", "currency.UAH", "currency.EUR", "tax_rate.ZERO"}
WORD = re.compile(r"[A-Za-z]{3,}")


class TestCatalogue:
    @pytest.mark.parametrize("language", ["uk", "bs"])
    def test_has_the_keys_of_the_english_one_and_the_same_places_to_fill(self, language: str) -> None:
        own, english = load_catalogue(language), load_catalogue("en")

        assert own.keys() == english.keys()
        assert all(re.findall(r"{\w+}", own[key]) == re.findall(r"{\w+}", english[key]) for key in english)

    def test_of_ukrainian_has_no_latin_word(self) -> None:
        latin = {key: text for key, text in load_catalogue("uk").items() if WORD.search(re.sub(r"{\w+}", "", text))}

        assert latin == {}

    def test_of_bosnian_repeats_no_english_text(self) -> None:
        bosnian, english = load_catalogue("bs"), load_catalogue("en")
        words = {key for key, text in english.items() if WORD.search(text) and not key.startswith("unit.")}

        assert {key for key in words - SAME_IN_BOTH if bosnian[key] == english[key]} <= {"register", "column_period"}

    def test_has_every_text_that_the_template_and_the_data_ask_for(self) -> None:
        asked = set(re.findall(r"\bt\(\"([\w.]+)\"", default_bill_template()))
        asked |= {f"basis.{basis}" for basis in Basis} | {f"code.{kind}" for kind in CodeKind}

        assert {key for key in asked if not key.endswith(".")} <= load_catalogue("en").keys()

    def test_refuses_a_key_it_does_not_have(self) -> None:
        with pytest.raises(TextMissing):
            Texts(texts=load_catalogue("en")).get("no_such_text")
