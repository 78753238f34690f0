"""Order: party, then account."""

from uuid import UUID

from rachun.apps.customers.models import Account, Party


def lock_party(party_id: UUID) -> Party:
    return Party.objects.select_for_update().get(id=party_id)


def lock_account(account_id: UUID) -> Account:
    return Account.objects.select_for_update().get(id=account_id)
