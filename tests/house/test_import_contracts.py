"""The layers of the architecture are enforced: a planted upward import is refused by import-linter itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.import_contracts import APP_LAYERS, ROOT, TARGET, contracts, unlisted_apps

LINTER = Path(sys.executable).parent / "lint-imports"
APPS = ("base", "identity", "customers", "catalog", "ledger", "billing")
ALLOWED = {
    "apps/billing/services.py": "import rachun.apps.customers.selectors\nimport rachun.engine.rating",
    "apps/billing/models.py": "import rachun.apps.customers.models\nimport rachun.apps.base.jobs",
    "config/wiring.py": "import rachun.apps.billing.handlers",
    "engine/rating.py": "import rachun.values.money",
}
PLANTED = {
    "an app imports a higher app": ("apps/customers/services.py", "import rachun.apps.billing.models"),
    "an app imports its neighbour": ("apps/customers/services.py", "import rachun.apps.catalog.models"),
    "an app imports config": ("apps/billing/locks.py", "import rachun.config.wiring"),
    "the engine imports an app": ("engine/rating.py", "import rachun.apps.billing.models"),
    "the engine imports formats": ("engine/rating.py", "import rachun.formats.cdr"),
    "values import the engine": ("values/money.py", "import rachun.engine.rating"),
    "the engine imports Django": ("engine/rating.py", "import django.db"),
    "an import hides in a function": ("values/money.py", "def f():\n    import rachun.engine.rating"),
    "an outsider uses the locks of an app": ("apps/billing/services.py", "import rachun.apps.customers.locks"),
    "an outsider uses the api of an app": ("apps/billing/api/views.py", "import rachun.apps.customers.api.views"),
}


def plant_tree(folder: Path, files: dict[str, str]) -> Path:
    """A small backend of the same shape; returns its folder."""
    backend = folder / "backend"
    inner = ("services.py", "selectors.py", "models.py", "locks.py", "handlers.py", "jobs.py", "api/views.py")
    made = {f"apps/{app}/{name}": "" for app in APPS for name in inner}
    made |= dict.fromkeys(("config/wiring.py", "engine/rating.py", "formats/cdr.py", "countries/ua.py"), "")
    for name, text in {**made, "values/money.py": "", **files}.items():
        path = backend / "rachun" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    for package in (backend / "rachun").rglob("*"):
        if package.is_dir():
            (package / "__init__.py").touch()
    (backend / "rachun/__init__.py").touch()
    return backend


def lint_tree(backend: Path) -> subprocess.CompletedProcess[str]:
    config = backend.parent / ".importlinter"
    config.write_text(contracts(backend=backend))
    environment = {**os.environ, "PYTHONPATH": str(backend)}
    command = [str(LINTER), "--config", str(config), "--no-cache"]
    return subprocess.run(command, cwd=backend.parent, env=environment, capture_output=True, text=True, check=False)


class TestImportContracts:
    def test_let_imports_that_point_down_pass(self, tmp_path: Path) -> None:
        done = lint_tree(plant_tree(tmp_path, ALLOWED))

        assert done.returncode == 0, done.stdout + done.stderr

    @pytest.mark.parametrize(("file", "text"), PLANTED.values(), ids=PLANTED.keys())
    def test_refuse_when(self, tmp_path: Path, file: str, text: str) -> None:
        done = lint_tree(plant_tree(tmp_path, {file: text}))

        assert done.returncode == 1, done.stdout + done.stderr
        assert "BROKEN" in done.stdout

    def test_are_the_ones_the_list_makes(self) -> None:
        assert TARGET.read_text() == contracts(backend=ROOT / "backend"), "python -m tools.import_contracts"

    def test_know_every_app(self) -> None:
        assert unlisted_apps(ROOT / "backend") == []

    def test_name_each_app_once(self) -> None:
        names = [app for line in APP_LAYERS for app in line]

        assert len(names) == len(set(names))
