"""The first screen: what I owe, by when, what I paid last."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import transaction
from rachun.apps.customers.models import Account
from rachun.apps.identity.services.principals import grant_account
from rachun.apps.payments.services.record_receipt import ReceiptFacts, record_receipt
from tests.apps.identity.makers import client_of, make_subscriber
from tests.factories.billing import FEBRUARY, NOW, Town, bill_month, make_town, take_waste

pytestmark = pytest.mark.usefixtures("fresh_database")


def subscriber_of(*accounts: Account) -> Any:
    principal = make_subscriber()
    with transaction.atomic():
        for account in accounts:
            grant_account(principal=principal, account_id=account.id)
    return client_of(principal)


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
