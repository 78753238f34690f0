import secrets

from rachun.apps.base.audit import record_audit
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.customers.models import Account
from rachun.apps.identity.models import SubscriberLogin
from rachun.apps.identity.selectors import find_subscriber_login
from rachun.apps.identity.services.principals import add_subscriber, grant_account
from rachun.values.check_digit import with_check_digit

UNIQUE_ID_DIGITS = 9  # ten with the check digit: short enough to type from a bill, long enough not to be guessed


def create_subscriber_login(*, account: Account) -> tuple[SubscriberLogin, bool]:
    """The login that opens the account, and whether it is new.

    A holder who has a login for another account of theirs keeps it and sees this account too. No password is made:
    the subscriber asks for a code and chooses one.
    """
    assert_in_transaction()
    known = find_subscriber_login(account_id=account.id)
    if known is not None:
        return known, False
    login = find_login_of_holder(account=account)
    is_new = login is None
    if login is None:
        login = add_subscriber(unique_id=free_unique_id(), language=account.party.language)
    grant_account(principal=login.principal, account_id=account.id)
    record_audit(
        operation="createSubscriberLogin",
        object_kind="subscriber_login",
        object_id=login.id,
        legal_entity_id=account.legal_entity_id,
        after={"unique_id": login.unique_id, "account": account.number},
    )
    return login, is_new


def find_login_of_holder(*, account: Account) -> SubscriberLogin | None:
    siblings = Account.objects.filter(party_id=account.party_id).values("id")
    logins = SubscriberLogin.objects.filter(principal__account_access__account_id__in=siblings)
    return logins.select_related("principal").order_by("id").first()


def free_unique_id() -> str:
    while True:
        unique_id = with_check_digit(digits=f"{secrets.randbelow(10**UNIQUE_ID_DIGITS):0{UNIQUE_ID_DIGITS}d}")
        if not SubscriberLogin.objects.filter(unique_id=unique_id).exists():
            return unique_id
