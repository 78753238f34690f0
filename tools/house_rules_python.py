"""House rules that hold for any Python file: size, names, clock, floats, errors, unfinished work."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tools.house_source import Finding, Source, dotted

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
ARGUMENTS_MAX = 6
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc", "data2", "stuff"}
MONEY_FOLDERS = ("backend/rachun/values/", "backend/rachun/engine/", "backend/rachun/apps/")
CLOCK_CALLS = {"time.time", "time.time_ns"}
CLOCK_READS = {"now", "today", "utcnow", "localdate", "localtime"}
CLOCK_OWNERS = {"datetime", "date", "timezone", "dt"}
EDGE_PARTS = {"api", "tasks", "commands", "config"}
EDGE_FILES = {"tasks.py", "api.py", "views.py"}
CLOCK_EXEMPT = {
    "backend/rachun/values/ids.py": "a UUIDv7 is a clock reading by definition",
}
# Put together here so that this file does not find itself.
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")
MACHINE_PATH = re.compile(
    r"(?<![\w.])/(" + "|".join(("wo" + "rk", "ho" + "me", "Us" + "ers", "ro" + "ot")) + r")/[\w.-]"
)


def file_size(source: Source) -> Iterator[Finding]:
    if len(source.lines) > FILE_LINES_MAX:
        yield source.finding(1, "file-size", f"{len(source.lines)} lines; the cap is {FILE_LINES_MAX}")


def function_size(source: Source) -> Iterator[Finding]:
    for function in source.functions():
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        if length > FUNCTION_LINES_MAX:
            why = f"{function.name} has {length} lines; the cap is {FUNCTION_LINES_MAX}"
            yield source.finding(function.lineno, "function-size", why)


def argument_count(source: Source) -> Iterator[Finding]:
    """Past six, pass a frozen dataclass. Test functions ask for fixtures and are left alone."""
    for function in source.functions():
        given = function.args
        names = [argument.arg for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
        count = len([name for name in names if name not in {"self", "cls"}])
        if count > ARGUMENTS_MAX and not (source.is_test and function.name.startswith("test")):
            why = f"{function.name} takes {count}; past {ARGUMENTS_MAX} pass a frozen dataclass"
            yield source.finding(function.lineno, "argument-count", why)


def module_name(source: Source) -> Iterator[Finding]:
    for part in (*source.parts[:-1], source.parts[-1].removesuffix(".py")):
        if part in BANNED_NAMES:
            yield source.finding(1, "module-name", f"{part!r} says nothing about what is inside")


def no_float(source: Source) -> Iterator[Finding]:
    """Neither money nor usage is ever a binary fraction. A schema's `FloatField` would be one too."""
    if not source.path.startswith(MONEY_FOLDERS):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and dotted(node.func) == "float":
            yield source.finding(node.lineno, "no-float", "float() in code that handles money or usage")
        elif isinstance(node, ast.Attribute | ast.Name) and _is_float_type(dotted(node)):
            yield source.finding(node.lineno, "no-float", f"{dotted(node)} in code that handles money or usage")


def _is_float_type(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last in {"FloatField", "float32", "float64"} or (
        name.startswith(("pl.", "np.")) and last.startswith("Float")
    )


def no_clock(source: Source) -> Iterator[Finding]:
    """Only the edge reads the clock; everyone else is told the time."""
    if not source.is_product or source.path in CLOCK_EXEMPT or _is_edge(source):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and _reads_clock(dotted(node)):  # also uncalled, as default=timezone.now
            yield source.finding(node.lineno, "no-clock", f"{dotted(node)} below the edge; take the time as a value")


def _reads_clock(name: str) -> bool:
    owner, _, method = name.rpartition(".")
    if name in CLOCK_CALLS:
        return True
    return method in CLOCK_READS and owner.rpartition(".")[2] in CLOCK_OWNERS


def _is_edge(source: Source) -> bool:
    return bool(EDGE_PARTS.intersection(source.parts[:-1])) or source.parts[-1] in EDGE_FILES


def no_relative_import(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield source.finding(node.lineno, "relative-import", "say the whole name")


def no_swallowed_error(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler) and all(_does_nothing(statement) for statement in node.body):
            yield source.finding(node.lineno, "swallowed-error", "an error that nobody hears of")


def _does_nothing(statement: ast.stmt) -> bool:
    is_words = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Pass) or is_words


def no_unfinished_mark(source: Source) -> Iterator[Finding]:
    for line, text in (*source.comments(), *source.strings()):
        if UNFINISHED.search(text):
            yield source.finding(line, "unfinished", "finish it or file it; marks rot")


def no_machine_path(source: Source) -> Iterator[Finding]:
    for line, text in (*source.comments(), *source.strings()):
        if MACHINE_PATH.search(text):
            yield source.finding(line, "machine-path", "a folder of one machine")


def no_silent_skip(source: Source) -> Iterator[Finding]:
    for call in source.calls():
        name = dotted(call.func)
        if name == "pytest.skip" and not (call.args or _keyword(call, "reason")):
            yield source.finding(call.lineno, "silent-skip", "say why the test is skipped")
        elif name in {"pytest.mark.skip", "pytest.mark.skipif", "pytest.mark.xfail"} and not _keyword(call, "reason"):
            yield source.finding(call.lineno, "silent-skip", f"{name} needs reason=")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            for decorator in node.decorator_list:
                if dotted(decorator) in {"pytest.mark.skip", "pytest.mark.xfail"}:
                    yield source.finding(decorator.lineno, "silent-skip", f"{dotted(decorator)} needs reason=")


def _keyword(call: ast.Call, name: str) -> bool:
    return any(keyword.arg == name for keyword in call.keywords)


PYTHON_RULES = (
    file_size,
    function_size,
    argument_count,
    module_name,
    no_float,
    no_clock,
    no_relative_import,
    no_swallowed_error,
    no_unfinished_mark,
    no_machine_path,
    no_silent_skip,
)
