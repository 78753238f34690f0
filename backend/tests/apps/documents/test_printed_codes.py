from dataclasses import replace
from decimal import Decimal

import pytest
import zxingcpp
from rachun.apps.documents.rendering.bill_data import BillDocument
from rachun.apps.documents.rendering.payment_codes import (
    EpcPayment,
    NbuEncoding,
    NbuPayment,
    NbuSettings,
    NbuVersion,
    PaymentCode,
    epc_code,
    nbu_code,
)
from rachun.apps.documents.rendering.render_bill import render_bill
from tests.apps.documents.pages import LANGUAGES, bill_of, latest_page_pixels, pdf_of

NBU = NbuPayment(
    recipient="ТОВ «Ґанок»",
    account="UA223052990000026001234567890",
    recipient_code="00032129",
    purpose="За послуги зв'язку",
    amount=Decimal("245.50"),
)
EPC = EpcPayment(name="Utility Đ", iban="BE72000000001616", amount=Decimal("12.30"), reference="RF18539007547034")
WINDOWS = NbuSettings(version=NbuVersion.V002, encoding=NbuEncoding.WINDOWS_1251, line_ending="\r\n")
FURTHER_CODES = {
    "nbu_002": nbu_code(payment=NBU, settings=NbuSettings(version=NbuVersion.V002)),
    "nbu_002_windows": nbu_code(payment=NBU, settings=WINDOWS),
    "nbu_003_longest": nbu_code(payment=replace(NBU, purpose="Їжак " * 25), settings=NbuSettings()),
    "epc": epc_code(payment=EPC),
}


def read_from_paper(pdf: bytes, dots_per_inch: int) -> set[str]:
    return {found.text for found in zxingcpp.read_barcodes(latest_page_pixels(pdf=pdf, dots_per_inch=dots_per_inch))}


def with_codes(bill: BillDocument, *codes: PaymentCode) -> BillDocument:
    assert bill.slip is not None
    return replace(bill, slip=replace(bill.slip, codes=codes))


class TestPrintedCode:
    @pytest.mark.parametrize("dots_per_inch", [150, 200, 300])
    @pytest.mark.parametrize("kind", ["komunalno", "telekom"])
    def test_is_read_back_from_the_paper(self, kind: str, dots_per_inch: int) -> None:
        slip = bill_of(kind, "uk").slip
        assert slip is not None

        assert read_from_paper(pdf_of(kind, "uk"), dots_per_inch) == {code.content for code in slip.codes}

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_is_the_same_in_every_language(self, language: str) -> None:
        slip = bill_of("komunalno", "bs").slip
        assert slip is not None

        assert read_from_paper(pdf_of("komunalno", language), 200) == {code.content for code in slip.codes}

    @pytest.mark.parametrize("name", FURTHER_CODES)
    def test_of_any_standard_is_read_back(self, name: str) -> None:
        bill = with_codes(bill_of("komunalno", "bs"), FURTHER_CODES[name])

        assert read_from_paper(render_bill(data=bill).pdf, 200) == {FURTHER_CODES[name].content}

    def test_is_absent_when_there_is_nothing_to_pay(self) -> None:
        assert read_from_paper(pdf_of("komunalno_credit", "bs"), 200) == set()
