from rachun.apps.catalog.services.add_tariff_version import add_tariff_version
from rachun.apps.catalog.services.check_tariff_version import TariffVerdict, check_tariff_version, warnings_of
from rachun.apps.catalog.services.describe_catalog import add_destination_table, add_service, add_tariff_plan
from rachun.apps.catalog.services.load_draft import load_draft
from rachun.apps.catalog.services.set_own_tax_rate import set_own_tax_rate

__all__ = [
    "TariffVerdict",
    "add_destination_table",
    "add_service",
    "add_tariff_plan",
    "add_tariff_version",
    "check_tariff_version",
    "load_draft",
    "set_own_tax_rate",
    "warnings_of",
]
