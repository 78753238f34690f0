from rachun.apps.agreements.services.assign_resource import assign_resource
from rachun.apps.agreements.services.change_agreement import (
    change_attribute,
    change_tariff,
    end_agreement,
    suspend_agreement,
)
from rachun.apps.agreements.services.hand_over import NewTerms, hand_over_premise, hand_over_service_point
from rachun.apps.agreements.services.open_agreement import Terms, open_agreement, register_service_point
from rachun.apps.agreements.services.sign_contract import sign_contract
from rachun.apps.agreements.services.take_customer import NewCustomer, NewMeter, take_customer

__all__ = [
    "NewCustomer",
    "NewMeter",
    "NewTerms",
    "Terms",
    "assign_resource",
    "change_attribute",
    "change_tariff",
    "end_agreement",
    "hand_over_premise",
    "hand_over_service_point",
    "open_agreement",
    "register_service_point",
    "sign_contract",
    "suspend_agreement",
    "take_customer",
]
