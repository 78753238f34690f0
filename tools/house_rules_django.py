"""House rules about Django: nothing happens behind the reader's back."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tools.house_source import Finding, Source, dotted

RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField"}
SIGNAL_MODULES = ("django.dispatch", "django.db.models.signals", "django.core.signals", "django.test.signals")


def no_signals(source: Source) -> Iterator[Finding]:
    if not source.is_product:
        return
    for node in ast.walk(source.tree):
        if (isinstance(node, ast.ImportFrom) and _is_signal_import(node)) or (
            isinstance(node, ast.Import) and any(name.name.startswith(SIGNAL_MODULES) for name in node.names)
        ):
            yield source.finding(node.lineno, "no-signals", "what must reach upward is an event in config/wiring.py")


def _is_signal_import(node: ast.ImportFrom) -> bool:
    module = node.module or ""
    names = {name.name for name in node.names}
    return module.startswith(SIGNAL_MODULES) or (module.startswith("django") and "signals" in names)


def no_save_override(source: Source) -> Iterator[Finding]:
    if not source.is_product:
        return
    for kind in source.classes():
        for item in kind.body:
            if isinstance(item, ast.FunctionDef) and item.name == "save":
                yield source.finding(
                    item.lineno, "save-override", f"{kind.name}.save hides a use case; write a service"
                )


def no_implicit_ordering(source: Source) -> Iterator[Finding]:
    if not source.is_product:
        return
    for kind in source.classes():
        for item in kind.body if kind.name == "Meta" else ():
            if "ordering" in _assigned(item):
                yield source.finding(item.lineno, "implicit-ordering", "each query says its order")


def no_logic_in_serializer(source: Source) -> Iterator[Finding]:
    if not source.is_product:
        return
    for kind in source.classes():
        if not any(dotted(base).endswith("Serializer") for base in map(_plain, kind.bases)):
            continue
        for item in kind.body:
            if isinstance(item, ast.FunctionDef) and item.name in {"create", "update", "save"}:
                why = f"{kind.name}.{item.name}: translate, call one service, translate back"
                yield source.finding(item.lineno, "serializer-logic", why)


def no_string_relation(source: Source) -> Iterator[Finding]:
    """A string target would hide the arrow from the import contracts. `settings.AUTH_USER_MODEL` is no string."""
    if not source.is_product:
        return
    for call in source.calls():
        if dotted(call.func).rpartition(".")[2] not in RELATIONS:
            continue
        targets = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg == "to")]
        for target in targets:
            if isinstance(target, ast.Constant) and isinstance(target.value, str) and "." in target.value:
                why = f"{target.value!r} hides the arrow; import the class"
                yield source.finding(call.lineno, "string-relation", why)


def _assigned(item: ast.stmt) -> set[str]:
    if isinstance(item, ast.Assign):
        return {target.id for target in item.targets if isinstance(target, ast.Name)}
    if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
        return {item.target.id}
    return set()


def _plain(base: ast.expr) -> ast.expr:
    """`ModelSerializer[Bill]` → `ModelSerializer`."""
    return base.value if isinstance(base, ast.Subscript) else base


DJANGO_RULES = (no_signals, no_save_override, no_implicit_ordering, no_logic_in_serializer, no_string_relation)
