"""Reads of selfservice."""

from rachun.apps.selfservice.selectors.history import History, get_history
from rachun.apps.selfservice.selectors.mailbox import Mailbox, find_mailbox
from rachun.apps.selfservice.selectors.own_accounts import AccountAtAGlance, at_a_glance, list_own_accounts
from rachun.apps.selfservice.selectors.own_readings import (
    OwnRegister,
    get_own_register,
    list_own_registers,
    list_sent_readings,
)
from rachun.apps.selfservice.selectors.slip import find_slip

__all__ = [
    "AccountAtAGlance",
    "History",
    "Mailbox",
    "OwnRegister",
    "at_a_glance",
    "find_mailbox",
    "find_slip",
    "get_history",
    "get_own_register",
    "list_own_accounts",
    "list_own_registers",
    "list_sent_readings",
]
