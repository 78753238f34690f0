from typing import Any

from django.utils import timezone

from rachun.apps.base.jobs import JobContext, job_handler
from rachun.apps.selfservice.services.send_code import send_activation_code


@job_handler("selfservice.send_activation_code")
def send_code(context: JobContext) -> dict[str, Any]:
    """Safe to repeat: within a minute of the first code no second one is made."""
    send_activation_code(unique_id=context.params["unique_id"], now=timezone.now())
    return {}
