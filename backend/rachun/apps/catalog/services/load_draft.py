from typing import Any

from rachun.apps.catalog.errors import CurrencyDiffers, TariffNotValid
from rachun.apps.catalog.services.tariff_texts import field_problem
from rachun.engine.tariffs.components import TariffVersion
from rachun.engine.tariffs.parsing import parse_version
from rachun.engine.tariffs.schema import validate_tariff


def load_draft(*, body: dict[str, Any], currency: str, pointer: str) -> TariffVersion:
    """A version that is not stored. pointer: where it stands in the request.

    Raises TariffNotValid with every fault and its place, CurrencyDiffers.
    """
    if faults := validate_tariff(document=body):
        raise TariffNotValid(errors=[field_problem(fault=fault, pointer=pointer) for fault in faults])
    if body["currency"] != currency:
        raise CurrencyDiffers(currency=body["currency"], expected=currency)
    return parse_version(document=body)
