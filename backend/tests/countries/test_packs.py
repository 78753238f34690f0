from datetime import date
from decimal import Decimal

import pytest
from rachun.countries.loader import COUNTRIES, UnknownCountry, load_pack
from rachun.countries.pack import NoTaxRate

MARCH_2026 = date(2026, 3, 31)
POSTING_CODES_OF_THE_BILL = {
    "RECEIVABLE", "ADVANCE", "CASH", "BANK", "VAT_OUTPUT", "BILLED", "REVENUE_ELECTRICITY", "REVENUE_WATER",
    "REVENUE_WASTE", "REVENUE_PHONE", "REVENUE_INTERNET", "REVENUE_OTHER", "PAYABLE_OIE", "PAYABLE_WATER_FEE",
}  # fmt: skip


class TestTaxRate:
    @pytest.mark.parametrize(
        ("country", "category", "percent"),
        [
            ("UA", "STANDARD", Decimal(20)),
            ("UA", "REDUCED_7", Decimal(7)),
            ("UA", "REDUCED_14", Decimal(14)),
            ("UA", "EXEMPT", None),
            ("BA", "STANDARD", Decimal(17)),
            ("BA", "ZERO", Decimal(0)),
        ],
    )
    def test_is_the_one_in_force(self, country: str, category: str, percent: Decimal | None) -> None:
        assert load_pack(country).tax_rate(category=category, on=MARCH_2026).percent == percent

    def test_before_the_tax_existed_is_refused_and_not_zero(self) -> None:
        with pytest.raises(NoTaxRate):
            load_pack("BA").tax_rate(category="STANDARD", on=date(2005, 12, 31))

    def test_of_the_neutral_country_comes_from_the_enterprise(self) -> None:
        with pytest.raises(NoTaxRate):
            load_pack("NEUTRAL").tax_rate(category="STANDARD", on=MARCH_2026)


class TestLoadPack:
    @pytest.mark.parametrize("country", COUNTRIES)
    def test_maps_every_posting_code_to_an_account_of_its_own_with_three_names(self, country: str) -> None:
        accounts = load_pack(country).accounts

        assert accounts.keys() >= POSTING_CODES_OF_THE_BILL
        assert len({account.account_code for account in accounts.values()}) == len(accounts)
        assert all(set(account.names) == {"uk", "bs", "en"} for account in accounts.values())

    def test_gives_the_same_posting_codes_in_every_country(self) -> None:
        codes = [frozenset(load_pack(country).accounts) for country in COUNTRIES]

        assert len(set(codes)) == 1

    def test_knows_how_a_local_number_is_dialled(self) -> None:
        ukraine, bosnia = load_pack("UA").numbering, load_pack("BA").numbering

        assert ukraine is not None
        assert bosnia is not None
        assert (ukraine.country_code, ukraine.trunk_prefix, ukraine.national_lengths) == ("380", "0", (9,))
        assert (bosnia.country_code, bosnia.trunk_prefix, bosnia.national_lengths) == ("387", "0", (8, 9))

    def test_refuses_a_country_without_a_pack(self) -> None:
        with pytest.raises(UnknownCountry):
            load_pack("XX")
