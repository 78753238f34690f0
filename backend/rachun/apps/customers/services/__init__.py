from rachun.apps.customers.services.contacts import Contact
from rachun.apps.customers.services.open_account import add_alias, change_delivery, open_account
from rachun.apps.customers.services.register_party import PartyFacts, change_party, facts_of, register_party
from rachun.apps.customers.services.register_premise import Address, register_premise

__all__ = [
    "Address",
    "Contact",
    "PartyFacts",
    "add_alias",
    "change_delivery",
    "change_party",
    "facts_of",
    "open_account",
    "register_party",
    "register_premise",
]
