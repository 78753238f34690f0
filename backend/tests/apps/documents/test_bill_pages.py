import hashlib
import io
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest
from rachun.apps.documents.rendering.bill_data import Language
from rachun.apps.documents.rendering.formatting import Formatter
from rachun.apps.documents.rendering.render_bill import render_bill
from rachun.apps.documents.rendering.texts import Texts, load_catalogue
from tests.apps.documents.demo_bills import telekom_bill
from tests.apps.documents.pages import KINDS, LANGUAGES, bill_of, overlaps_of, pdf_of, text_of, words_in, words_of

CUT_LINE_MM = 225
PAGE_WIDTH_MM, PAGE_HEIGHT_MM, MARGIN_MM = 210, 297, 12
PDF_BYTES_MAX = 130_000
SLIP_TITLE = {"uk": "Квитанція", "bs": "Uplatnica", "en": "Payment"}
EVERY_BILL = pytest.mark.parametrize(("kind", "language"), [(kind, lang) for kind in KINDS for lang in LANGUAGES])


def plain(text: str) -> str:
    return " ".join(text.split())


@EVERY_BILL
class TestPrintedBill:
    def test_says_every_line_with_its_amounts(self, kind: str, language: str) -> None:
        bill, text = bill_of(kind, language), text_of(kind, language)
        formatter = Formatter(language=Language(language), texts=Texts(texts=load_catalogue(language)))

        for group in bill.groups:
            for line in group.lines:
                amounts = [
                    formatter.unit_price(line.unit_price),
                    formatter.money(line.net),
                    formatter.money(line.gross),
                ]
                assert line.description in text
                assert plain(formatter.quantity(line.quantity, line.unit)) in text
                assert all(plain(amount) in text for amount in amounts), line

    def test_says_what_is_due_and_by_when(self, kind: str, language: str) -> None:
        bill, text = bill_of(kind, language), text_of(kind, language)
        formatter = Formatter(language=Language(language), texts=Texts(texts=load_catalogue(language)))

        assert plain(formatter.money(abs(bill.account.total_due))) in text
        if bill.account.total_due > 0:
            assert f"{load_catalogue(language)['pay_by']} 20.04.2026" in text
        else:
            assert load_catalogue(language)["nothing_due"] in text

    def test_keeps_its_slip_below_the_cut_line_of_the_latest_page(self, kind: str, language: str) -> None:
        *earlier, latest = words_of(kind, language)
        below = [word for word in latest if word.top_mm > CUT_LINE_MM - 1]
        above = [word for word in latest if word.bottom_mm < CUT_LINE_MM]

        assert below[0].text == SLIP_TITLE[language]
        assert 226 < below[0].top_mm < 228
        assert len(above) + len(below) == len(latest)  # nothing crosses the line
        assert not any(word.text == "20.04.2026" and word.top_mm > CUT_LINE_MM for page in earlier for word in page)

    def test_stays_inside_the_margins(self, kind: str, language: str) -> None:
        for page in words_of(kind, language):
            assert min(word.left_mm for word in page) > MARGIN_MM - 0.5
            assert max(word.right_mm for word in page) < PAGE_WIDTH_MM - MARGIN_MM + 0.5
            assert max(word.bottom_mm for word in page) < PAGE_HEIGHT_MM - 9.5

    def test_prints_no_word_over_another(self, kind: str, language: str) -> None:
        assert [overlaps_of(page) for page in words_of(kind, language)] == [[] for _ in words_of(kind, language)]

    def test_names_itself_to_readers_and_stays_small(self, kind: str, language: str) -> None:
        reader = pypdf.PdfReader(io.BytesIO(pdf_of(kind, language)))

        assert reader.metadata is not None
        assert bill_of(kind, language).number in (reader.metadata.title or "")
        assert reader.trailer["/Root"]["/Lang"] == language
        assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
        assert len(pdf_of(kind, language)) < PDF_BYTES_MAX


class TestPages:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_of_a_household_are_one(self, language: str) -> None:
        assert len(words_of("komunalno", language)) == 1

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_of_a_long_bill_repeat_the_head_of_the_table_and_are_counted(self, language: str) -> None:
        texts = load_catalogue(language)
        pages = [" ".join(word.text for word in page) for page in words_of("telekom", language)]

        assert 2 <= len(pages) <= 3
        for number, page in enumerate(pages, start=1):
            counted = f"{texts['page_of_before']} {number} {texts['page_of_between']} {len(pages)}"
            assert counted in page
            assert texts["column_unit_price"] in page
        assert bill_of("telekom", language).number in pages[1]

    @pytest.mark.parametrize("destinations", [42, 43, 44])
    def test_keep_the_name_of_a_service_with_its_first_line(self, destinations: int) -> None:
        pages = words_in(render_bill(data=telekom_bill("uk", destinations=destinations)).pdf)

        texts = [[word.text for word in page] for page in pages]
        assert ["Інтернет" in page for page in texts] == ["«Домашній" in page for page in texts]

    def test_hold_the_longest_names_inside_the_slip(self) -> None:
        name = "Об’єднане водопровідно-каналізаційне господарство Ґорлівецької територіальної громади " * 2
        bill = bill_of("komunalno", "uk")
        assert bill.slip is not None
        crowded = replace(
            bill,
            seller=replace(bill.seller, name=name),
            subscriber=replace(bill.subscriber, name=name),
            slip=replace(bill.slip, payee=name, purpose=name),
        )

        *_, latest = words_in(render_bill(data=crowded).pdf)

        assert overlaps_of(latest) == []
        assert max(word.bottom_mm for word in latest) < PAGE_HEIGHT_MM - 9.5
        assert [word.text for word in latest if word.top_mm > CUT_LINE_MM].count("70,61") == 1

    def test_show_zero_and_a_dash_for_the_unknown(self) -> None:
        words = [word.text for word in words_of("komunalno", "bs")[0]]

        assert "—" in words  # November's electricity is unknown
        assert "0" in words  # November's water is zero

    def test_of_a_first_bill_compare_with_nothing(self) -> None:
        assert load_catalogue("uk")["bridge_first"] in text_of("komunalno_first", "uk")


class TestRenderBill:
    def test_gives_the_same_bytes_again(self) -> None:
        again = render_bill(data=bill_of("komunalno", "uk"))

        assert again.pdf == pdf_of("komunalno", "uk")
        assert again.sha256 == hashlib.sha256(again.pdf).hexdigest()

    def test_gives_the_same_bytes_in_another_process(self) -> None:
        program = (
            "import hashlib; from tests.apps.documents.pages import pdf_of; "
            "print(hashlib.sha256(pdf_of('komunalno', 'uk')).hexdigest())"
        )
        root = Path(__file__).resolve().parents[4]
        environment = {
            **os.environ,
            "PYTHONPATH": f"{root / 'backend'}:{root}",
            "PYTHONHASHSEED": "7",
            "TZ": "Asia/Tokyo",
        }

        other = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)

        assert other.stdout.decode().strip() == hashlib.sha256(pdf_of("komunalno", "uk")).hexdigest()
