"""Logins of a few subscribers, opened the way theirs are: with an activation code."""

from collections.abc import Sequence

from django.db import transaction

from rachun.apps.demo.services.bill import Clock
from rachun.apps.demo.services.enterprises import Enterprise
from rachun.apps.demo.services.stories import account
from rachun.apps.identity.models import LegalEntity, SubscriberLogin
from rachun.apps.identity.services.activation import activate_login, issue_activation_code
from rachun.apps.identity.services.principals import add_subscriber, grant_account


def open_logins(*, enterprise: Enterprise, entity: LegalEntity, password: str, clock: Clock) -> Sequence[str]:
    """The unique ids; safe to repeat."""
    opened = []
    for subscriber in enterprise.subscribers:
        holder = account(entity=entity, external_number=subscriber.external_number)
        unique_id = f"{enterprise.prefix}-{holder.number}"
        opened.append(unique_id)
        known = SubscriberLogin.objects.filter(unique_id=unique_id).first()
        if known is not None and known.activated_at is not None:
            continue
        with transaction.atomic():
            login = known or add_subscriber(unique_id=unique_id, language=enterprise.language)
            grant_account(principal=login.principal, account_id=holder.id)
            code = issue_activation_code(login=login, now=clock())
        activate_login(unique_id=unique_id, code=code, password=password, now=clock())
    return opened
