from rachun.apps.agreements.services.change_agreement import (
    assign_resource,
    change_attribute,
    change_tariff,
    end_agreement,
    suspend_agreement,
)
from rachun.apps.agreements.services.open_agreement import Terms, open_agreement, register_service_point

__all__ = [
    "Terms",
    "assign_resource",
    "change_attribute",
    "change_tariff",
    "end_agreement",
    "open_agreement",
    "register_service_point",
    "suspend_agreement",
]
