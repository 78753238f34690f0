"""Each house rule finds its planted violation, lets the right way pass, and the real tree is clean."""

from __future__ import annotations

import textwrap

import pytest

from tools.house_lints import ROOT, lint, sources
from tools.house_source import Source

APP = "backend/rachun/apps/billing/"
LONG_BODY = "\n".join(["def long() -> None:", *["    print()"] * 61])
MARK = "TO" + "DO"
FOLDER = "/ho" + "me/olena/rachun"

PLANTED = [
    ("file-size", f"{APP}models.py", "a = 1\n" * 401),
    ("function-size", f"{APP}selectors.py", LONG_BODY),
    ("argument-count", f"{APP}selectors.py", "def f(*, a, b, c, d, e, f, g): ..."),
    ("module-name", f"{APP}utils.py", "a = 1"),
    ("module-name", "backend/rachun/apps/common/models.py", "a = 1"),
    ("no-float", "backend/rachun/engine/rating/zones.py", "price = float('0.1')"),
    ("no-float", f"{APP}models.py", "total = models.FloatField()"),
    ("no-float", "backend/rachun/engine/rating/zones.py", "kind = pl.Float64"),
    ("no-float", "backend/rachun/engine/rating/zones.py", "kind = np.float64"),
    ("no-clock", f"{APP}services/issue_bill.py", "at = timezone.now()"),
    ("no-clock", f"{APP}models.py", "at = models.DateTimeField(default=timezone.now)"),
    ("no-clock", "backend/rachun/engine/rating/zones.py", "at = datetime.datetime.now(tz=UTC)"),
    ("no-clock", "backend/rachun/values/periods.py", "at = date.today()"),
    ("no-clock", "backend/rachun/values/periods.py", "at = time.time()"),
    ("relative-import", f"{APP}models.py", "from .mapping import rows"),
    ("swallowed-error", f"{APP}models.py", "try:\n    go()\nexcept ValueError:\n    pass"),
    ("swallowed-error", f"{APP}models.py", "try:\n    go()\nexcept ValueError:\n    ..."),
    ("unfinished", f"{APP}models.py", f"a = 1  # {MARK}: later"),
    ("unfinished", "infra/local/stack.py", f"raise NotImplementedError('{MARK}')"),
    ("machine-path", f"{APP}models.py", f"folder = '{FOLDER}'"),
    ("machine-path", "tests/house/test_x.py", f"a = 1  # as in {FOLDER}"),
    ("silent-skip", "tests/scenarios/test_x.py", "def test_x():\n    pytest.skip()"),
    ("silent-skip", "tests/scenarios/test_x.py", "@pytest.mark.skip\ndef test_x(): ..."),
    ("silent-skip", "tests/scenarios/test_x.py", "@pytest.mark.skipif(True)\ndef test_x(): ..."),
    ("no-signals", f"{APP}models.py", "from django.db.models.signals import post_save"),
    ("no-signals", f"{APP}models.py", "from django.dispatch import receiver"),
    ("no-signals", f"{APP}models.py", "from django.db.models import signals"),
    ("save-override", f"{APP}models.py", "class Bill(Model):\n    def save(self): ..."),
    ("implicit-ordering", f"{APP}models.py", "class Bill(Model):\n    class Meta:\n        ordering = ['id']"),
    ("serializer-logic", f"{APP}api/serializers.py", "class BillIn(Serializer):\n    def create(self, data): ..."),
    (
        "serializer-logic",
        f"{APP}api/serializers.py",
        "class BillIn(serializers.ModelSerializer[Bill]):\n    def update(self, row, data): ...",
    ),
    ("string-relation", f"{APP}models.py", "account = models.ForeignKey('customers.Account', on_delete=PROTECT)"),
    ("string-relation", f"{APP}models.py", "account = models.OneToOneField(to='customers.Account', on_delete=PROTECT)"),
]
ALLOWED = [
    (f"{APP}selectors.py", "def f(*, a, b, c, d, e, f): ..."),
    (f"{APP}tasks.py", "at = timezone.now()"),
    (f"{APP}api/views.py", "at = timezone.now()"),
    (f"{APP}management/commands/demo.py", "at = timezone.now()"),
    ("backend/rachun/values/ids.py", "at = time.time_ns()"),
    ("infra/local/supervisor.py", "at = datetime.now(UTC)"),
    ("tests/scenarios/test_x.py", "def test_x(a, b, c, d, e, f, g): ..."),
    ("tests/scenarios/test_x.py", "def test_x():\n    pytest.skip('no samples here')"),
    (f"{APP}models.py", "try:\n    go()\nexcept ValueError as error:\n    raise Refused from error"),
    (f"{APP}models.py", "parent = models.ForeignKey('self', on_delete=PROTECT)"),
    (f"{APP}models.py", "class Bill(Model):\n    class Meta:\n        constraints = []"),
    (f"{APP}urls.py", "path = '/homes/1'"),
    ("infra/local/bench.py", "speed = float('0.1')"),
]


def rules_found(path: str, text: str) -> list[str]:
    return [finding.rule for finding in lint(Source(path=path, text=textwrap.dedent(text)))]


class TestHouseLints:
    @pytest.mark.parametrize(("rule", "path", "text"), PLANTED)
    def test_find_a_planted_violation(self, rule: str, path: str, text: str) -> None:
        assert rules_found(path, text) == [rule]

    @pytest.mark.parametrize(("path", "text"), ALLOWED)
    def test_let_the_right_way_pass(self, path: str, text: str) -> None:
        assert rules_found(path, text) == []

    def test_are_silenced_on_a_line_only_with_the_rule_and_a_reason(self) -> None:
        path = f"{APP}services/seal.py"

        assert rules_found(path, "at = timezone.now()  # house: no-clock -- the sealer is its own edge") == []
        assert rules_found(path, "at = timezone.now()  # house: no-clock --") == ["no-clock"]
        assert rules_found(path, "at = timezone.now()  # house: no-float -- wrong rule") == ["no-clock"]

    def test_find_nothing_in_the_tree(self) -> None:
        found = [str(finding) for source in sources(ROOT) for finding in lint(source)]

        assert found == []
