"""What happens to a few customers and comes in no file: a person at the counter does it through the use cases."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from rachun.apps.agreements.models import ServiceAgreement
from rachun.apps.agreements.services.change_agreement import change_attribute, end_agreement
from rachun.apps.customers.models import Account
from rachun.apps.customers.selectors import find_account_by_alias
from rachun.apps.demo.generate import komunalno, komunalno_people, telekom
from rachun.apps.demo.generate.files import MONTHS
from rachun.apps.demo.services.enterprises import KOMUNALNO, Enterprise
from rachun.apps.identity.models import LegalEntity
from rachun.apps.metering.models import Meter
from rachun.apps.metering.services import RegisterFacts, exchange_meter, register_meter

GROWS_DATE = date(2026, 9, 10)


class StoryBroken(LookupError):
    """The customer of a story is not there."""


def tell_stories(*, enterprise: Enterprise, entity: LegalEntity, month: date, at: datetime) -> None:
    """Everything of this month that must be known before its files are loaded."""
    with transaction.atomic():
        if enterprise is KOMUNALNO:
            tell_komunalno(entity=entity, month=month, at=at)
        elif month == MONTHS[3]:
            leaver = account(entity=entity, external_number=f"{300_000 + telekom.LEAVES}")
            leave(holder=leaver, on=telekom.LEAVE_DATE, reason="Розірвання договору за заявою", at=at)


def tell_komunalno(*, entity: LegalEntity, month: date, at: datetime) -> None:
    if month == MONTHS[1]:
        change_the_meter(entity=entity, at=at)
    if month == MONTHS[2]:
        mover = account(entity=entity, external_number=f"{100_000 + komunalno_people.MOVES_OUT}")
        leave(holder=mover, on=komunalno.MOVE_OUT_DATE, reason="Iseljenje", at=at)
        former = former_holder(entity=entity)
        leave(holder=former, on=komunalno.HAND_OVER_DATE, reason="Prodaja stana", at=at)
        let_family_grow(entity=entity, at=at)


def former_holder(*, entity: LegalEntity) -> Account:
    """Whose flat changes hands in September."""
    return account(entity=entity, external_number=f"{100_000 + komunalno_people.CHANGES_HANDS}")


def account(*, entity: LegalEntity, external_number: str) -> Account:
    """Raises StoryBroken."""
    found = find_account_by_alias(legal_entity_id=entity.id, number=external_number)
    if found is None:
        raise StoryBroken(external_number)
    return found


def leave(*, holder: Account, on: date, reason: str, at: datetime) -> None:
    for agreement in ServiceAgreement.objects.filter(account=holder).order_by("number"):
        end_agreement(agreement=agreement, service_to=on, reason=reason, ended_at=at)


def let_family_grow(*, entity: LegalEntity, at: datetime) -> None:
    number = komunalno_people.FAMILY_GROWS
    holder = account(entity=entity, external_number=f"{100_000 + number}")
    members = komunalno_people.household(number=number).members + 1
    change_attribute(
        agreement=ServiceAgreement.objects.get(account=holder, service__code="waste"),
        attribute="members",
        value=Decimal(members),
        valid_from=GROWS_DATE,
        reason="Rođenje djeteta",
        changed_at=at,
    )


def change_the_meter(*, entity: LegalEntity, at: datetime) -> None:
    """The old meter is read at the end of its last day; the new one counts from nothing on the next."""
    customer = komunalno_people.household(number=komunalno_people.METER_EXCHANGED)
    old = Meter.objects.get(legal_entity=entity, serial=customer.energy_meter.serial)
    closing = {register: Decimal(value) for register, value in komunalno.exchange_readings().items()}
    registers = [RegisterFacts(code=code, unit="kWh", digits=komunalno_people.ENERGY_DIGITS) for code in closing]
    new = register_meter(
        legal_entity_id=entity.id, branch_id=old.branch_id, serial=komunalno.NEW_METER, registers=registers
    )
    exchange_meter(
        old_meter_id=old.id,
        new_meter_id=new.id,
        exchange_date=komunalno.EXCHANGE_DATE + komunalno.ONE_DAY,
        closing=closing,
        opening=dict.fromkeys(closing, Decimal(0)),
        at=at,
    )
