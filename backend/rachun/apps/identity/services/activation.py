"""One-time codes of subscribers: ten minutes, five tries. Sending them is the business of selfservice."""

import hmac
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from rachun.apps.base.errors import Refused
from rachun.apps.base.transactions import assert_in_transaction
from rachun.apps.identity.models import SubscriberLogin
from rachun.apps.identity.services.principals import check_password_strength, set_password
from rachun.apps.identity.services.sign_in import hash_secret

CODE_DIGITS = 8
CODE_LIFETIME = timedelta(minutes=10)
CODE_TRIES_MAX = 5


class ActivationCodeWrong(Refused):
    """The same answer for a wrong, spent, expired or never issued code, and for an unknown id."""

    code = "activation_code_wrong"
    title = _("The code is wrong or has expired. Ask for a new one.")


def issue_activation_code(*, login: SubscriberLogin, now: datetime) -> str:
    """Replace whatever code there was; return the new one for sending. Only its hash is kept."""
    assert_in_transaction()
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    SubscriberLogin.objects.filter(id=login.id).update(
        code_hash=hash_code(login=login, code=code), code_expires_at=now + CODE_LIFETIME, code_tries=0
    )
    return code


def activate_login(*, unique_id: str, code: str, password: str, now: datetime) -> SubscriberLogin:
    """Spend the code and set the password. Raises ActivationCodeWrong, Invalid. A wrong try is counted and kept."""
    check_password_strength(password=password, pointer="/password")
    with transaction.atomic(durable=True):
        login = SubscriberLogin.objects.select_for_update().filter(unique_id=unique_id).first()
        is_right = login is not None and spend_try(login=login, code=code, now=now)
        if login is not None and is_right:
            set_password(principal=login.principal, password=password, now=now)
            login.code_hash, login.activated_at = "", now
            login.save(update_fields=["code_hash", "activated_at"])
    if login is None or not is_right:
        raise ActivationCodeWrong
    return login


def spend_try(*, login: SubscriberLogin, code: str, now: datetime) -> bool:
    is_open = bool(login.code_hash) and login.code_tries < CODE_TRIES_MAX
    is_open = is_open and login.code_expires_at is not None and now < login.code_expires_at
    login.code_tries += 1
    login.save(update_fields=["code_tries"])
    return is_open and hmac.compare_digest(hash_code(login=login, code=code), login.code_hash)


def hash_code(*, login: SubscriberLogin, code: str) -> str:
    """Bound to the login, so a stolen table of hashes is not one table of codes."""
    return hash_secret(f"{login.id}:{code}")
