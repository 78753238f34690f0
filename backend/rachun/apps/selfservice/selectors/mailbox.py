from dataclasses import dataclass
from uuid import UUID

from rachun.apps.customers.models import Account, ContactPoint
from rachun.apps.identity.models import SubscriberLogin


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """Where a subscriber is reached, and for which account."""

    account: Account
    address: str


def find_mailbox(*, login: SubscriberLogin) -> Mailbox | None:
    """The e-mail address on file of the holder whose account was granted first; None when none has one."""
    granted = login.principal.account_access.order_by("granted_at", "id").values_list("account_id", flat=True)
    account_ids: list[UUID] = list(granted)
    accounts = Account.objects.filter(id__in=account_ids).select_related("party", "legal_entity").in_bulk()
    for account_id in account_ids:
        emails = ContactPoint.objects.filter(
            party__accounts=account_id, kind=ContactPoint.Kind.EMAIL, consented_at__isnull=False
        )
        email = emails.order_by("id").first()
        if email is not None:
            return Mailbox(account=accounts[account_id], address=email.value)
    return None
