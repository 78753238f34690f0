"""Reads of selfservice."""

from rachun.apps.selfservice.selectors.mailbox import Mailbox, find_mailbox
from rachun.apps.selfservice.selectors.own_accounts import AccountAtAGlance, at_a_glance, list_own_accounts

__all__ = ["AccountAtAGlance", "Mailbox", "at_a_glance", "find_mailbox", "list_own_accounts"]
