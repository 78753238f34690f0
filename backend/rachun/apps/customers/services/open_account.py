from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from rachun.apps.base.audit import record_audit
from rachun.apps.base.numbering import open_series, take_first_value
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.customers.errors import AliasTaken
from rachun.apps.customers.models import Account, AccountAlias, Party
from rachun.apps.customers.services.contacts import refuse_without_email
from rachun.values.check_digit import with_check_digit

NUMBER_DIGITS = 7  # eight with the check digit: short enough for a payment slip of ten places


def open_account(
    *,
    party: Party,
    delivery: str,
    opened_date: date,
    opened_at: datetime,
    aliases: Mapping[str, str] | None = None,
) -> Account:
    """Open an account for a party for ever; its number ends with a check digit.

    aliases: number in a former system → name of that system. Raises AliasTaken, NoEmailAddress.
    """
    assert_in_transaction()
    refuse_without_email(party=party, delivery=delivery)
    account = Account.objects.create(
        legal_entity_id=party.legal_entity_id,
        branch_id=party.branch_id,
        party=party,
        delivery=delivery,
        opened_date=opened_date,
        updated_at=opened_at,
        number=free_number(legal_entity_id=party.legal_entity_id),
    )
    for number, source in (aliases or {}).items():
        add_alias(account=account, number=number, source=source)
    record_audit(
        operation="openAccount",
        object_kind="account",
        object_id=account.id,
        legal_entity_id=account.legal_entity_id,
        after={"number": account.number, "party_id": party.id, "aliases": dict(aliases or {})},
    )
    return account


def free_number(*, legal_entity_id: UUID) -> str:
    """The next number that is nobody's number in a former system either: one number leads to one account."""
    series = open_series(legal_entity_id=legal_entity_id, kind="ACCOUNT", year=0, digits=NUMBER_DIGITS)
    while True:
        _series, value = take_first_value(series_id=series.id, count=1, document_date=date.min)
        number = with_check_digit(digits=f"{value:0{NUMBER_DIGITS}d}")
        if not AccountAlias.objects.filter(legal_entity_id=legal_entity_id, number=number).exists():
            return number


def add_alias(*, account: Account, number: str, source: str) -> AccountAlias:
    """Accept a former number for this account from now on. Safe to repeat.

    Raises AliasTaken; also when it is the number of another account, for a payment must find one account.
    """
    assert_in_transaction()
    others = Account.objects.filter(legal_entity_id=account.legal_entity_id, number=number).exclude(id=account.id)
    if others.exists():
        raise AliasTaken(number=number)
    alias, _is_new = AccountAlias.objects.get_or_create(
        legal_entity_id=account.legal_entity_id, number=number, defaults={"account": account, "source": source}
    )
    if alias.account_id != account.id:
        raise AliasTaken(number=number)
    return alias


def change_delivery(*, account: Account, delivery: str, changed_at: datetime) -> Account:
    """Say how bills reach the holder. The caller has locked the row and compared its version. Raises NoEmailAddress."""
    assert_in_transaction()
    refuse_without_email(party=account.party, delivery=delivery)
    before = account.delivery
    account.delivery, account.updated_at = delivery, changed_at
    account.save(update_fields=["delivery", "updated_at"])
    record_audit(
        operation="updateAccount",
        object_kind="account",
        object_id=account.id,
        legal_entity_id=account.legal_entity_id,
        before={"delivery": before},
        after={"delivery": delivery},
    )
    return account
