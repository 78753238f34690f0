"""A household of a small town, and somebody who is signed in as its subscriber."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from rachun.apps.customers.models import Account
from rachun.apps.identity.models import BankAccount
from rachun.apps.identity.services.principals import grant_account
from rachun.apps.metering.models import Register
from tests.apps.identity.makers import client_of, make_subscriber
from tests.factories.billing import Town, make_town, take_power


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    town: Town
    account: Account
    register: Register
    client: Any


def subscriber_of(*accounts: Account) -> Any:
    principal = make_subscriber()
    with transaction.atomic():
        for account in accounts:
            grant_account(principal=principal, account_id=account.id)
    return client_of(principal)


def make_household(*, readings: dict[str, str], town: Town | None = None) -> Household:
    """An account with a meter; readings: day (at its end) → value."""
    place = town or make_town()
    account = take_power(town=place, readings=readings)
    point = account.agreements.get().service_point
    register = Register.objects.get(meter__installations__service_point=point)
    return Household(town=place, account=account, register=register, client=subscriber_of(account))


def give_bank_account(town: Town) -> None:
    BankAccount.objects.create(legal_entity=town.entity, bank_name="Banka", iban="BA391290079401028494", currency="BAM")
