"""A cash desk for each demo enterprise, and the code by which its computer joins."""

from datetime import datetime

from rachun.apps.base.transactions import use_case
from rachun.apps.devices.models import Device
from rachun.apps.devices.services.agents import create_agent, renew_agent_code
from rachun.apps.identity.models import Branch, LegalEntity
from rachun.apps.payments.models import CashDesk

CODE, NAMES = "K1", {"uk": "Каса 1", "bs": "Blagajna 1", "en": "Desk 1"}
REGISTER, SCANNER = "till", "reader"


@use_case
def prepare_desk(*, enterprise_code: str, at: datetime) -> str | None:
    """A one-time code for the computer of the enterprise's desk, which is made when it is missing.

    None when there is no such enterprise. Safe to repeat: another code, and the one before is worth nothing.
    """
    entity = LegalEntity.objects.filter(code=enterprise_code).first()
    if entity is None:
        return None
    desk = CashDesk.objects.filter(legal_entity=entity, code=CODE).select_related("register").first()
    if desk is not None and desk.register is not None:
        return renew_agent_code(agent_id=desk.register.agent_id, at=at)[1]
    branch = Branch.objects.filter(legal_entity=entity).earliest("code")
    agent, code = create_agent(branch=branch, name=NAMES.get(entity.language, NAMES["en"]), at=at)
    devices = {
        key: Device.objects.create(agent=agent, legal_entity=entity, branch=branch, key=key, kind=kind)
        for key, kind in ((REGISTER, Device.Kind.REGISTER), (SCANNER, Device.Kind.SCANNER))
    }
    CashDesk.objects.create(
        legal_entity=entity,
        branch=branch,
        code=CODE,
        name=NAMES.get(entity.language, NAMES["en"]),
        register=devices[REGISTER],
        scanner=devices[SCANNER],
        updated_at=at,
    )
    return code
