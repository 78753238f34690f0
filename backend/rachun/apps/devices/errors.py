"""Why the server does not take an agent, and what cannot be done with a job."""

from django.utils.translation import gettext_lazy as _

from rachun.apps.base.errors import Conflict


class AgentRevoked(Conflict):
    code = "agent_revoked"
    title = _("This computer was revoked. Enrol a new one.")


class JobSettled(Conflict):
    code = "device_job_settled"
    title = _("The register has finished this already.")


class NothingToJudge(Conflict):
    code = "device_job_not_to_judge"
    title = _("Nobody has to judge this: the register will tell by itself.")


class AgentRefused(Exception):
    """Told to the agent over its socket, which then is closed. The codes are those of the contract."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.detail = code, detail
