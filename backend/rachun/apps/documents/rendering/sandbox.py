"""Where a utility's own template runs: it can lay out what it is given, and nothing else.

No method of any object may be called, no attribute with an underscore read, no text or number blown up.
"""

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.exceptions import SecurityError
from jinja2.runtime import LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

TEMPLATE_CHARACTERS_MAX = 200_000
OUTPUT_CHARACTERS_MAX = 5_000_000
_PLAIN_FILTERS = frozenset(
    {"default", "length", "count", "join", "upper", "lower", "first", "last", "trim", "escape", "e", "list", "sort",
     "select", "reject", "selectattr", "rejectattr", "map", "sum", "reverse"}
)  # fmt: skip


class TemplateRefused(ValueError):
    """The template is wrong, asks for something that does not exist, or reaches for something it may not have."""


class DocumentEnvironment(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(
        self, *, functions: Mapping[str, Callable[..., Any]], filters: Mapping[str, Callable[..., Any]]
    ) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        self.globals.clear()
        self.globals.update(functions)
        self._callable = tuple(functions.values())
        self.filters = {name: call for name, call in self.filters.items() if name in _PLAIN_FILTERS} | dict(filters)

    def is_safe_callable(self, obj: Any) -> bool:
        return isinstance(obj, Macro | LoopContext) or any(obj == allowed for allowed in self._callable)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002 - Jinja's signature
        raise SecurityError(f"{operator} is not for templates: amounts arrive calculated")


def fill_template(*, environment: DocumentEnvironment, template: str, values: Mapping[str, Any]) -> str:
    """The HTML of a document; raises TemplateRefused."""
    if len(template) > TEMPLATE_CHARACTERS_MAX:
        raise TemplateRefused(f"{len(template)} characters, {TEMPLATE_CHARACTERS_MAX} are allowed")
    try:
        stream = environment.from_string(template).generate(**values)
        return _join(stream)
    except (TemplateError, TypeError, KeyError, AttributeError) as error:
        raise TemplateRefused(f"{type(error).__name__}: {error}") from error


def _join(stream: Any) -> str:
    parts: list[str] = []
    written = 0
    for part in stream:
        written += len(part)
        if written > OUTPUT_CHARACTERS_MAX:
            raise TemplateRefused(f"more than {OUTPUT_CHARACTERS_MAX} characters of output")
        parts.append(part)
    return "".join(parts)
