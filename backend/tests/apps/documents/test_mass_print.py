"""What the mass print puts on paper is what the single print does: same words, same codes, same places."""

import io
from pathlib import Path

import pypdf
import pytest
import zxingcpp
from rachun.apps.documents.rendering.bill_data import BillDocument
from rachun.apps.documents.rendering.mass_print.press import BillPress, FontMissing
from rachun.apps.documents.rendering.render_bill import render_bill
from rachun.apps.documents.rendering.texts import load_catalogue
from tests.apps.documents.demo_bills import telekom_bill
from tests.apps.documents.mass_prints import (
    adjusted_bill,
    bill_of_dashes,
    bill_with_logo,
    crowded_bill,
    press,
    printed,
    words_of_file,
)
from tests.apps.documents.pages import (
    LANGUAGES,
    bill_of,
    latest_page_pixels,
    overlaps_of,
    pdf_of,
    words_in,
)

PDF_BYTES_MAX = 45_000
CUT_LINE_MM = 225
PAGE_HEIGHT_MM, PAGE_WIDTH_MM, MARGIN_MM = 297, 210, 12
EVERY_BILL = pytest.mark.parametrize(
    ("kind", "language"),
    [
        *(("komunalno", language) for language in LANGUAGES),
        ("telekom", "uk"),
        ("komunalno_credit", "bs"),
        ("komunalno_first", "en"),
    ],
)


@EVERY_BILL
class TestAPrintedBill:
    def test_says_the_same_as_the_single_print(self, kind: str, language: str) -> None:
        assert words_of_file(printed(kind, language)) == words_of_file(pdf_of(kind, language))

    def test_keeps_inside_its_page_and_prints_nothing_over_another(self, kind: str, language: str) -> None:
        pages = words_in(printed(kind, language))

        assert [overlaps_of(page) for page in pages] == [[] for _ in pages]
        assert all(
            word.left_mm > MARGIN_MM - 0.5 and word.right_mm < PAGE_WIDTH_MM - MARGIN_MM + 0.5
            for page in pages
            for word in page
        )

    def test_stays_small(self, kind: str, language: str) -> None:
        assert len(printed(kind, language)) < PDF_BYTES_MAX


class TestAMassPrint:
    @pytest.mark.parametrize("bill", [crowded_bill(), adjusted_bill(), bill_with_logo(), bill_of_dashes()])
    def test_says_what_is_long_or_rare_as_the_single_print_does(self, bill: BillDocument) -> None:
        pdf = press().print_bills([bill])

        assert words_of_file(pdf) == words_of_file(render_bill(data=bill).pdf)
        assert not any(overlaps_of(page) for page in words_in(pdf))

    def test_starts_each_bill_on_a_page_of_its_own_and_counts_its_pages(self) -> None:
        bills = [bill_of("telekom", "bs"), bill_of("komunalno", "en"), bill_of("telekom", "uk")]

        pages = words_in(press().print_bills(bills))

        ends = [sum(len(words_in(press().print_bills([bill]))) for bill in bills[: count + 1]) for count in range(3)]
        assert len(pages) == ends[-1]
        texts = [load_catalogue(bill.language.value) for bill in bills]
        counted = [" ".join(word.text for word in page) for page in pages]
        assert f"{texts[0]['page_of_before']} 1 {texts[0]['page_of_between']} 2" in counted[0]
        assert "Page 1 of 1" in counted[ends[0]]
        assert f"{texts[2]['page_of_before']} 2 {texts[2]['page_of_between']} 2" in counted[ends[1] + 1]

    def test_says_of_many_bills_what_it_says_of_each(self) -> None:
        bills = [bill_of("komunalno", "uk"), bill_of("komunalno_credit", "bs")]

        assert words_of_file(press().print_bills(bills)) == words_of_file(printed("komunalno", "uk")) + words_of_file(
            printed("komunalno_credit", "bs")
        )

    @pytest.mark.parametrize("destinations", [42, 43, 44, 45, 46])
    def test_keeps_the_name_of_a_service_with_its_first_line(self, destinations: int) -> None:
        pages = words_in(press().print_bills([telekom_bill("uk", destinations=destinations)]))

        texts = [[word.text for word in page] for page in pages]
        assert ["Інтернет" in page for page in texts] == ["«Домашній" in page for page in texts]

    def test_holds_the_longest_names_inside_the_slip(self) -> None:
        *_, latest = words_in(press().print_bills([crowded_bill()]))

        assert max(word.bottom_mm for word in latest) < PAGE_HEIGHT_MM - 9.5
        assert [word.text for word in latest if word.top_mm > CUT_LINE_MM].count("70,61") == 1

    def test_puts_the_slip_below_the_same_line_on_every_bill(self) -> None:
        tops = {
            min(word.top_mm for word in words_in(printed(kind, "bs"))[-1] if word.text == "Uplatnica")
            for kind in ("komunalno", "telekom", "komunalno_credit")
        }

        assert len(tops) == 1
        assert CUT_LINE_MM < tops.pop() < CUT_LINE_MM + 6

    def test_gives_the_same_bytes_from_another_press(self) -> None:
        pair = [bill_of("komunalno", "uk"), bill_of("telekom", "bs")]

        assert BillPress().print_bills(pair) == press().print_bills(pair)

    def test_names_itself_and_carries_the_date_of_the_bill(self) -> None:
        facts = pypdf.PdfReader(io.BytesIO(printed("komunalno", "uk"))).metadata

        assert facts is not None
        assert "2026-03-000412" in (facts.title or "")
        assert facts.creation_date is not None
        assert facts.creation_date.date() == bill_of("komunalno", "uk").dates.document

    def test_prints_with_no_font_but_its_own(self, tmp_path: Path) -> None:
        with pytest.raises(FontMissing, match="DejaVu Sans, Inter"):
            BillPress(font_folders=[str(tmp_path)])


class TestAPrintedCode:
    @pytest.mark.parametrize("dots_per_inch", [150, 300])
    @pytest.mark.parametrize(("kind", "language"), [("komunalno", "bs"), ("telekom", "uk")])
    def test_is_read_back_from_the_paper_as_the_single_print_has_it(
        self, kind: str, language: str, dots_per_inch: int
    ) -> None:
        slip = bill_of(kind, language).slip
        assert slip is not None

        read = [
            {found.text for found in zxingcpp.read_barcodes(latest_page_pixels(pdf=pdf, dots_per_inch=dots_per_inch))}
            for pdf in (printed(kind, language), pdf_of(kind, language))
        ]

        assert read == [{code.content for code in slip.codes}] * 2
