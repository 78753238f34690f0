from rachun.apps.catalog.events import RegistersAsked
from rachun.apps.metering.models import Register


def tell_registers(event: RegistersAsked) -> None:
    """Handler: the register codes of the enterprise's meters."""
    registers = Register.objects.filter(meter__legal_entity_id=event.legal_entity_id)
    event.found.update(registers.values_list("code", flat=True).distinct())
