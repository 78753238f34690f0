"""The first screen: what I owe, by when, what I paid last."""

from datetime import date

import pytest
import time_machine
from rachun.apps.customers.models import Account
from rachun.apps.identity.models import BankAccount
from rachun.apps.payments.services.record_receipt import ReceiptFacts, record_receipt
from tests.apps.identity.makers import client_of, make_operator
from tests.apps.selfservice.makers import give_bank_account, make_household, subscriber_of
from tests.factories.billing import FEBRUARY, NOW, Town, bill_month, make_town, take_waste

pytestmark = pytest.mark.usefixtures("fresh_database")


def pay(*, town: Town, account: Account, minor: int) -> None:
    facts = ReceiptFacts(
        legal_entity_id=town.entity.id,
        account_number=account.number,
        amount_minor=minor,
        currency="BAM",
        value_date=date(2026, 2, 10),
        channel="BANK",
        external_key="line 1",
    )
    record_receipt(facts=facts, recorded_by=None, recorded_at=NOW)


class TestMyAccounts:
    def test_say_what_is_owed_by_when_and_what_was_paid_last(self) -> None:
        # 4 members × 2.50 = 10.00, VAT 17 % = 1.70: 11.70 a month, due on the 20th.
        town = make_town()
        account = take_waste(town=town, members="4")
        bill_month(town=town)
        bill_month(town=town, period=FEBRUARY)
        pay(town=town, account=account, minor=1200)

        with time_machine.travel("2026-03-10T12:00:00Z"):
            [told] = subscriber_of(account).get("/api/v1/own/accounts").json()["results"]

        assert (told["balance"], told["overdue"], told["due_date"]) == ("11.40", "0.00", "2026-03-20")
        assert (told["latest_bill"]["gross"], told["latest_bill"]["due_date"]) == ("11.70", "2026-03-20")
        assert (told["latest_payment"]["amount"], told["latest_payment"]["value_date"]) == ("12.00", "2026-02-10")
        assert (told["number"], told["currency"]) == (account.number, "BAM")

    def test_say_what_is_late_apart_from_what_has_time(self) -> None:
        town = make_town()
        account = take_waste(town=town, members="4")
        bill_month(town=town)
        bill_month(town=town, period=FEBRUARY)

        with time_machine.travel("2026-03-10T12:00:00Z"):
            told = subscriber_of(account).get(f"/api/v1/own/accounts/{account.id}").json()

        assert (told["balance"], told["overdue"], told["due_date"]) == ("23.40", "11.70", "2026-02-20")

    def test_are_as_late_for_the_operator_over_all_days_that_have_passed(self) -> None:
        town = make_town()
        account = take_waste(town=town, members="4")
        bill_month(town=town)
        bill_month(town=town, period=FEBRUARY)
        operator = make_operator(entity=town.entity)

        with time_machine.travel("2026-03-20T23:30:00Z"):  # the 21st in Sarajevo
            told = client_of(operator).get(f"/api/v1/accounts/{account.id}/balance").json()

        assert (told["balance"], told["overdue"], told["overdue_since"]) == ("23.40", "23.40", "2026-02-20")

    def test_of_somebody_who_paid_too_much_have_no_day(self) -> None:
        town = make_town()
        account = take_waste(town=town, members="4")
        bill_month(town=town)
        pay(town=town, account=account, minor=2000)

        told = subscriber_of(account).get(f"/api/v1/own/accounts/{account.id}").json()

        assert (told["balance"], told["overdue"], told["due_date"]) == ("-8.30", "0.00", None)

    def test_are_all_there_for_a_holder_of_several_and_nobody_elses(self) -> None:
        town = make_town()
        mine, also_mine, theirs = (take_waste(town=town, members="1") for _ in range(3))

        subscriber = subscriber_of(mine, also_mine)
        seen = subscriber.get("/api/v1/own/accounts").json()["results"]

        assert {one["id"] for one in seen} == {str(mine.id), str(also_mine.id)}
        assert [one["latest_bill"] for one in seen] == [None, None]
        assert subscriber.get(f"/api/v1/own/accounts/{theirs.id}").status_code == 404


class TestPaying:
    def test_is_for_what_is_owed_now_and_not_for_what_the_bill_said(self) -> None:
        town = make_town()
        give_bank_account(town)
        account = take_waste(town=town, members="4")
        bill_month(town=town)
        pay(town=town, account=account, minor=500)

        slip = subscriber_of(account).get(f"/api/v1/own/accounts/{account.id}/payment-slip").json()["slip"]

        assert (slip["amount"], slip["currency"], slip["bank_account"]) == ("6.70", "BAM", "BA391290079401028494")
        assert account.number in slip["purpose"]
        [code] = slip["codes"]
        assert (code["kind"], code["symbology"], code["link"]) == ("DESK", "CODE_128", None)
        assert code["content"].startswith(f"{int(account.number):010d}00000670")
        assert code["svg"].startswith("<svg")

    def test_has_the_link_of_the_national_bank_in_ukraine(self) -> None:
        town = make_town()
        give_bank_account(town)
        town.entity.country_pack, town.entity.tax_number = "UA", "12345678"
        town.entity.save()
        BankAccount.objects.update(iban="UA213223130000026007233566001")
        account = take_waste(town=town, members="4")
        bill_month(town=town)

        slip = subscriber_of(account).get(f"/api/v1/own/accounts/{account.id}/payment-slip").json()["slip"]

        [code] = [one for one in slip["codes"] if one["kind"].startswith("NBU")]
        assert code["link"] == code["content"]
        assert code["link"].startswith("https://qr.bank.gov.ua/")

    def test_is_not_offered_to_who_owes_nothing(self) -> None:
        town = make_town()
        give_bank_account(town)
        account = take_waste(town=town, members="4")
        bill_month(town=town)
        pay(town=town, account=account, minor=1170)

        assert subscriber_of(account).get(f"/api/v1/own/accounts/{account.id}/payment-slip").json() == {"slip": None}


class TestTwoYears:
    def test_hold_every_month_from_the_first_bill_on(self) -> None:
        # 120 and 142 kWh; 4.85 + kWh × 0.1735, VAT 17 %: 25.67 × 1.17 = 30.03 and 29.49 × 1.17 = 34.50.
        home = make_household(readings={"2025-12-31": "1000", "2026-01-31": "1120", "2026-02-28": "1262"})
        bill_month(town=home.town)
        bill_month(town=home.town, period=FEBRUARY)

        told = home.client.get(f"/api/v1/own/accounts/{home.account.id}/history").json()

        assert [(row["month"], row["gross"]) for row in told["billed"]] == [
            ("2026-01-01", "30.03"),
            ("2026-02-01", "34.50"),
        ]
        [power] = told["used"]
        assert [(row["quantity"], row["is_estimated"]) for row in power["months"]] == [("120", False), ("142", False)]
        assert (power["service_code"], power["unit"]) == ("POWER", "kWh")

    def test_say_that_a_month_without_a_bill_is_unknown_and_not_zero(self) -> None:
        town = make_town()
        account = take_waste(town=town, members="4")
        bill_month(town=town)
        bill_month(town=town, period=(date(2026, 3, 1), date(2026, 4, 1)))

        told = subscriber_of(account).get(f"/api/v1/own/accounts/{account.id}/history").json()

        assert [row["gross"] for row in told["billed"]] == ["11.70", None, "11.70"]

    def test_are_empty_before_the_first_bill(self) -> None:
        home = make_household(readings={"2025-12-31": "1000"})

        told = home.client.get(f"/api/v1/own/accounts/{home.account.id}/history").json()

        assert told == {"currency": "BAM", "billed": [], "used": []}
