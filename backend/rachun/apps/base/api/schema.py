"""What the contract says about every operation, so that no view has to repeat it."""

from collections import defaultdict
from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from rachun.apps.base.api.operations import handler_of, operation_id_of
from rachun.apps.base.api.problems import PROBLEM_JSON
from rachun.apps.base.api.serializers import ProblemOut
from rachun.apps.base.errors import DomainError

IDEMPOTENCY_KEY = OpenApiParameter(
    name="Idempotency-Key",
    type={"type": "string", "minLength": 8, "maxLength": 255, "pattern": "^[A-Za-z0-9._:-]+$"},
    location=OpenApiParameter.HEADER,
    required=True,
    description="Made by the client, one per intent. The same key with the same request gets the same answer.",
)
IF_MATCH = OpenApiParameter(
    name="If-Match",
    type={"type": "string", "pattern": '^"[A-Za-z0-9_-]+"$'},
    location=OpenApiParameter.HEADER,
    required=True,
    description="The ETag of the version that was read.",
)


def problems(*errors: type[DomainError]) -> dict[Any, OpenApiResponse]:
    """Declare refusals for extend_schema(responses=…); codes of one status share one answer."""
    codes: dict[int, list[str]] = defaultdict(list)
    for error in errors:
        codes[error.status].append(error.code)
    return {
        (status, PROBLEM_JSON): OpenApiResponse(ProblemOut, description=", ".join(sorted(set(found))))
        for status, found in codes.items()
    }


class ContractSchema(AutoSchema):
    """Operation ids from the view's map; the refusals any operation may answer with; marked headers."""

    def get_operation_id(self) -> str:
        named = operation_id_of(view=self.view, method=self.method)
        assert named is not None, f"{type(self.view).__name__} names no operation for {self.method}"
        return named

    def get_override_parameters(self) -> list[Any]:
        handler = handler_of(view=self.view, method=self.method)
        return [
            *super().get_override_parameters(),
            *([IDEMPOTENCY_KEY] if getattr(handler, "is_idempotent", False) else []),
            *([IF_MATCH] if getattr(handler, "needs_if_match", False) else []),
        ]

    def _get_serializer_name(self, serializer: Any, direction: Any, bypass_extensions: bool = False) -> str:
        """XIn says already that it goes in, so the generator's own suffix is dropped."""
        name: str = super()._get_serializer_name(serializer, direction, bypass_extensions)
        return name.removesuffix("Request") if name.endswith("InRequest") else name

    def usual_refusals(self) -> dict[str, str]:
        handler = handler_of(view=self.view, method=self.method)
        found = {"400": "invalid_request", "429": "too_many_requests", "503": "unavailable"}
        found["401"] = "not_authenticated"
        if self.view.permission_classes:
            found["403"] = "forbidden"
        names_objects = "{" in self.path or (self.method != "GET" and self.view.permission_classes)
        if names_objects:  # in the address or in the body
            found["404"] = "not_found"
        if self.method in {"POST", "PUT", "PATCH"}:
            found |= {"413": "too_large", "415": "unsupported_media_type"}
        if getattr(handler, "is_idempotent", False):
            found |= {"409": "idempotency_in_flight", "422": "idempotency_key_reused"}
        if getattr(handler, "needs_if_match", False):
            found |= {"412": "precondition_failed", "428": "precondition_required"}
        return found

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        for status, code in sorted(self.usual_refusals().items()):
            if status in bodies:
                described = bodies[status].get("description", "")
                bodies[status]["description"] = f"{described}, {code}".removeprefix(", ")
            else:
                response = OpenApiResponse(ProblemOut, description=code)
                bodies[status] = self._get_response_for_code(response, status, [PROBLEM_JSON], direction)  # type: ignore[no-untyped-call]
        return dict(sorted(bodies.items()))


def complete_components(result: dict[str, Any], **_generator: Any) -> dict[str, Any]:
    """Answers hold every property, and objects hold nothing else: true by In and Out, stated here for the clients.

    A body needs what has no default: its serializer says that itself.
    """
    for name, schema in result.get("components", {}).get("schemas", {}).items():
        if schema.get("type") != "object" or "properties" not in schema:
            continue
        schema.setdefault("additionalProperties", False)
        if not name.endswith("In"):
            schema["required"] = sorted(schema["properties"])
    return result
