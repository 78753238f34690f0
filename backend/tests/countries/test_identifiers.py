import json

import pytest
from rachun.countries.identifiers import CHECKS, Standing, UnknownIdentifier, check_identifier
from rachun.countries.loader import COUNTRIES, load_pack

from tests.samples import needs_samples, sample_bytes

KIND_OF_VECTORS = {
    "edrpou_valid": "EDRPOU", "edrpou_second_pass_synthetic": "EDRPOU", "edrpou_invalid": "EDRPOU",
    "rnokpp_valid_synthetic": "RNOKPP", "rnokpp_invalid": "RNOKPP", "iban_valid": "IBAN", "iban_invalid": "IBAN",
    "ba_account16_valid": "ACCOUNT_16", "jmbg_valid_synthetic": "JMBG", "jmbg_invalid": "JMBG", "jib_valid": "JIB",
    "jib_valid_synthetic": "JIB", "jib_invalid": "JIB",
}  # fmt: skip


class TestCheckIdentifier:
    @needs_samples
    @pytest.mark.parametrize("name", KIND_OF_VECTORS)
    def test_agrees_with_the_collected_vectors(self, name: str) -> None:
        values = json.loads(sample_bytes("test_vectors.json"))[name]

        standings = {check_identifier(kind=KIND_OF_VECTORS[name], value=value).standing for value in values}

        assert standings == {Standing.WARN if name.endswith("invalid") else Standing.OK}

    @pytest.mark.parametrize(
        ("kind", "value", "code"),
        [
            ("EDRPOU", "1234567", "edrpou_format"),
            ("EDRPOU", "٠٠٠٣٢١٢٩", "edrpou_format"),
            ("RNOKPP", "32946123411", "rnokpp_format"),
            ("JMBG", "3102980180000", "jmbg_date"),
            ("JIB", "5218192550009", "jib_format"),
            ("PDV", "218192550008", "pdv_checksum"),
            ("ACCOUNT_16", "1327310200123449", "account_checksum"),
            ("IBAN", "UA22", "iban_format"),
        ],
    )
    def test_says_what_is_wrong(self, kind: str, value: str, code: str) -> None:
        assert check_identifier(kind=kind, value=value).code == code

    def test_counts_no_spaces(self) -> None:
        assert check_identifier(kind="IBAN", value="BA39 1290 0794 0102 8494").standing is Standing.OK

    def test_knows_that_the_pdv_number_is_the_jib_without_its_four(self) -> None:
        assert check_identifier(kind="PDV", value="218192550009").standing is Standing.OK

    def test_refuses_a_kind_without_a_rule(self) -> None:
        with pytest.raises(UnknownIdentifier):
            check_identifier(kind="IPN_BRANCH", value="123456789")

    def test_has_a_rule_for_every_identifier_of_every_pack(self) -> None:
        assert {kind for country in COUNTRIES for kind in load_pack(country).identifiers} <= CHECKS.keys()
