from rachun.apps.base.jobs import enqueue
from rachun.apps.base.transactions import use_case


@use_case
def request_activation(*, unique_id: str) -> None:
    """Note the wish. Whether the id exists is looked up by the worker, so that neither answer nor time can tell."""
    enqueue("selfservice.send_activation_code", params={"unique_id": unique_id})
