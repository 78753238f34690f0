import json
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from rachun.apps.documents.rendering.payment_codes import (
    EpcPayment,
    NbuEncoding,
    NbuPayment,
    NbuSettings,
    NbuVersion,
    PaymentCodeRefused,
    Symbology,
    desk_code,
    epc_code,
    nbu_code,
    nbu_payload,
    read_desk_code,
)

from tests.samples import needs_samples, sample_bytes

PAYMENT = NbuPayment(
    recipient='ТОВ "Приклад Зв\'язок"',
    account="UA223052990000026001234567890",
    recipient_code="00032129",
    purpose="Оплата за послуги зв'язку, о/р 1234567, листопад 2026",
    amount=Decimal("245.50"),
)
PAYMENT_003 = replace(
    PAYMENT,
    category="SUPP/SUPP",
    reference="1234567-2026-11",
    field_lock="FEFF",
    valid_until=datetime(2026, 12, 31, 23, 59, 0),  # noqa: DTZ001 - printed as it stands
    created_at=datetime(2026, 11, 1, 0, 0, 0),  # noqa: DTZ001
)
V002 = NbuSettings(version=NbuVersion.V002)
V002_WINDOWS = NbuSettings(version=NbuVersion.V002, encoding=NbuEncoding.WINDOWS_1251, line_ending="\r\n")
V003 = NbuSettings()


class TestNbuCode:
    @needs_samples
    @pytest.mark.parametrize(
        ("sample", "payment", "settings"),
        [
            ("nbu_002_utf8_lf", PAYMENT, V002),
            ("nbu_002_win1251_crlf", PAYMENT, V002_WINDOWS),
            ("nbu_003_utf8_lf", PAYMENT_003, V003),
        ],
    )
    def test_is_the_published_bytes(self, sample: str, payment: NbuPayment, settings: NbuSettings) -> None:
        assert nbu_payload(payment=payment, settings=settings) == sample_bytes(f"qr/{sample}.bin")
        vector = json.loads(sample_bytes("test_vectors.json"))["qr"][sample]
        assert nbu_code(payment=payment, settings=settings).content == vector["url"]

    @pytest.mark.parametrize(
        ("amount", "printed"), [("111", b"UAH111"), ("245.5", b"UAH245.5"), ("100", b"UAH100"), ("0.05", b"UAH0.05")]
    )
    def test_writes_the_shortest_amount(self, amount: str, printed: bytes) -> None:
        payload = nbu_payload(payment=replace(PAYMENT, amount=Decimal(amount)), settings=V002)

        assert payload.split(b"\n")[7] == printed

    def test_may_leave_the_amount_to_the_payer(self) -> None:
        assert nbu_payload(payment=replace(PAYMENT, amount=None), settings=V002).split(b"\n")[7] == b""

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("recipient", ""),
            ("recipient", "А" * 141),
            ("recipient", "ТОВ\nПриклад"),
            ("account", "INVALID_IBAN"),
            ("account", "BA391290079401028494"),
            ("amount", Decimal(-100)),
            ("amount", Decimal(0)),
            ("amount", Decimal("NaN")),
            ("amount", Decimal(1000000000)),
            ("amount", Decimal("1.005")),
            ("recipient_code", "12345678901"),
            ("purpose", ""),
            ("category", "SUPP/SUPPX"),
            ("reference", "1" * 36),
            ("field_lock", "FFF"),
        ],
    )
    def test_refuses_what_the_standard_cannot_hold(self, field: str, value: object) -> None:
        with pytest.raises(PaymentCodeRefused) as refusal:
            nbu_code(payment=replace(PAYMENT_003, **{field: value}), settings=V003)

        assert refusal.value.field == field

    def test_refuses_a_letter_that_the_encoding_lacks(self) -> None:
        with pytest.raises(PaymentCodeRefused, match="encoding"):
            nbu_code(payment=replace(PAYMENT, recipient="Đurđević"), settings=V002_WINDOWS)

    def test_refuses_a_link_longer_than_a_scanner_takes(self) -> None:
        with pytest.raises(PaymentCodeRefused, match="url"):
            nbu_code(payment=replace(PAYMENT_003, purpose="Ї" * 150), settings=V003)


EPC = EpcPayment(bic="BPOTBEB1", name="Red Cross", iban="BE72000000001616", amount=Decimal(10), information="Donation")


class TestEpcCode:
    @needs_samples
    def test_starts_as_the_published_example(self) -> None:
        [case] = json.loads(sample_bytes("qr/epc_cases.json"))["cases"]

        assert epc_code(payment=EPC).content.startswith(case["starts"])

    def test_puts_the_information_on_the_twelfth_line(self) -> None:
        assert epc_code(payment=EPC).content.split("\n")[11] == "Donation"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("currency", "BAM"),
            ("amount", Decimal("0.00")),
            ("amount", Decimal(1000000000)),
            ("name", "N" * 71),
            ("bic", "BPOT"),
            ("purpose", "P" * 141),
            ("information", "I" * 71),
        ],
    )
    def test_refuses_what_the_standard_cannot_hold(self, field: str, value: object) -> None:
        with pytest.raises(PaymentCodeRefused) as refusal:
            epc_code(payment=replace(EPC, **{field: value}))

        assert refusal.value.field == field


class TestDeskCode:
    def test_gives_back_the_reference_and_the_amount(self) -> None:
        code = desk_code(reference="4217732", amount_minor=7061, symbology=Symbology.CODE_128)

        payment = read_desk_code(content=code.content)

        assert (payment.reference, payment.amount_minor) == ("0004217732", 7061)

    def test_notices_any_single_wrong_digit(self) -> None:
        content = desk_code(reference="1004217732", amount_minor=7061, symbology=Symbology.QR).content
        for place, digit in enumerate(content):
            wrong = content[:place] + str((int(digit) + 1) % 10) + content[place + 1 :]
            with pytest.raises(PaymentCodeRefused):
                read_desk_code(content=wrong)

    @pytest.mark.parametrize(
        ("reference", "amount_minor"), [("12345678901", 1), ("AB12", 1), ("", 1), ("1", 0), ("1", -5), ("1", 10**8)]
    )
    def test_refuses_what_does_not_fit(self, reference: str, amount_minor: int) -> None:
        with pytest.raises(PaymentCodeRefused):
            desk_code(reference=reference, amount_minor=amount_minor, symbology=Symbology.QR)
