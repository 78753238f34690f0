from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import override

from rachun.apps.base.transactions import use_case
from rachun.apps.identity.models import SubscriberLogin
from rachun.apps.identity.services.activation import CODE_LIFETIME, issue_activation_code
from rachun.apps.messaging.services import Words, queue_plain_email
from rachun.apps.selfservice.selectors import Mailbox, find_mailbox

PAUSE = timedelta(minutes=1)


@use_case
def send_activation_code(*, unique_id: str, now: datetime) -> bool:
    """Send a new code to the address on file; False when there is nobody to send to, or a code went out just now."""
    login = lock_login(unique_id)
    if login is None or not login.principal.is_active or is_fresh(login=login, now=now):
        return False
    mailbox = find_mailbox(login=login)
    if mailbox is None:
        return False
    code = issue_activation_code(login=login, now=now)
    queue_plain_email(
        legal_entity_id=mailbox.account.legal_entity_id,
        branch_id=mailbox.account.branch_id,
        account_id=mailbox.account.id,
        address=mailbox.address,
        words=code_message(mailbox=mailbox, unique_id=unique_id, code=code, expires_at=now + CODE_LIFETIME),
        queued_at=now,
    )
    return True


def lock_login(unique_id: str) -> SubscriberLogin | None:
    """Two wishes at once take turns, so that one code is valid and one letter goes out."""
    logins = SubscriberLogin.objects.select_for_update(of=("self",)).select_related("principal")
    return logins.filter(unique_id=unique_id).first()


def is_fresh(*, login: SubscriberLogin, now: datetime) -> bool:
    """A code that was made less than a minute ago is on its way; a second letter would only confuse."""
    if not login.code_hash or login.code_expires_at is None:
        return False
    return now < login.code_expires_at - CODE_LIFETIME + PAUSE


def code_message(*, mailbox: Mailbox, unique_id: str, code: str, expires_at: datetime) -> Words:
    """In the language of the holder. It holds the code and no password."""
    seller = mailbox.account.legal_entity.short_name
    with override(mailbox.account.party.language):
        subject = _("Your code for the customer portal of {seller}").format(seller=seller)
        body = _(
            "Your code: {code}\n\n"
            "Enter it with your unique ID {unique_id} within {minutes} minutes and choose a password.\n"
            "If you did not ask for a code, do nothing: without it nobody can sign in.\n\n"
            "{seller}"
        ).format(code=code, unique_id=unique_id, minutes=int(CODE_LIFETIME.total_seconds() // 60), seller=seller)
    return Words(subject=subject, body=body, is_secret=True, expires_at=expires_at)
