"""What no bill can say is refused for one account in words, and the other accounts get their bills."""

from decimal import Decimal

import pytest
from django.utils.translation import override
from rachun.apps.billing.models import ParkedAccount
from rachun.apps.billing.reasons import reason_of
from rachun.apps.metering.models import Meter, Register
from tests.factories.billing import calculate, make_run, make_town, take_power

pytestmark = pytest.mark.django_db


SAID = {
    "en": "Reading 1000002 of meter M7, register T1, on 01.02.2026 times its multiplier is impossibly much",
    "uk": "Показ 1000002 лічильника M7, шкала T1, на 01.02.2026, помножений на коефіцієнт, неможливо великий",
    "bs": "Očitanje 1000002 brojila M7, registar T1, na dan 01.02.2026, pomnoženo konstantom, nemoguće je",
}


class TestAReadingThatItsMultiplierMakesImpossible:
    def test_parks_its_account_alone_and_says_what_to_check(self) -> None:
        """1,000,002 × 999,999.999999 is more than a million million units; the neighbour's 120 are billed."""
        town = make_town()
        spoilt = take_power(town=town, readings={"2025-12-31": "0", "2026-01-31": "1000002"})
        Register.objects.update(digits=9, multiplier=Decimal("999999.999999"))
        Meter.objects.update(serial="M7")
        neighbour = take_power(town=town, readings={"2025-12-31": "0", "2026-01-31": "120"})

        run = calculate(make_run(town=town))

        parked = ParkedAccount.objects.get(run=run)
        assert (parked.account, parked.code) == (spoilt, "USE_TOO_LARGE")
        for language, words in SAID.items():
            with override(language):
                assert reason_of(code=parked.code, params=parked.params).startswith(words)
        assert [draft.account for draft in run.drafts.all()] == [neighbour]
