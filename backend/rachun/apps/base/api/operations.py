"""One source for an operation's public name: the view's map from action (or method) to operation id.

    class BillViewSet(...):
        operations = {"list": "listBills", "retrieve": "getBill", "issue": "issueBill"}

The schema takes its operation_id from it and the permission its key.
"""

from typing import Any


def action_of(*, view: Any, method: str) -> str:
    return getattr(view, "action", None) or method.lower()


def operation_id_of(*, view: Any, method: str) -> str | None:
    """None when the view names no operation for this action: such a call is denied."""
    operations: dict[str, str] = getattr(view, "operations", {})
    return operations.get(action_of(view=view, method=method))


def handler_of(*, view: Any, method: str) -> Any:
    return getattr(view, action_of(view=view, method=method), None)
