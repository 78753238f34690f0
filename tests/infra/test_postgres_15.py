"""What must hold on the oldest PostgreSQL we support: Debian's 15. The suite itself runs on the wheel's 18."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
DEBIAN_BIN = Path("/usr/lib/postgresql/15/bin")
PATIENCE_S = 600
# Migrating, granting and loading roles happen before the first of them runs; then the refusals, one load and one month.
REFUSALS = ("tests/infra/test_server_version.py", "backend/tests/apps/ledger/test_database_refusals.py")
LOADS_AND_BILLS = (
    "backend/tests/apps/base/test_numbering.py",
    "backend/tests/apps/rating/test_load_usage.py",
    "backend/tests/apps/billing/test_bill_run.py",
)
pytestmark = [pytest.mark.real]


@pytest.fixture
def debian() -> Path:
    if not (DEBIAN_BIN / "postgres").exists():
        pytest.skip(f"PostgreSQL 15 of Debian is not installed: {DEBIAN_BIN}")
    return DEBIAN_BIN


def run_suite(*files: str, programs: Path) -> subprocess.CompletedProcess[str]:
    """A test session of its own, whose servers are made from these programs."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "RACHUN_TEST_"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "not long", *files],
        cwd=REPOSITORY,
        env={**known, "PG_BIN": str(programs)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


class TestPostgres15:
    def test_takes_the_schema_and_refuses_what_must_not_happen(self, debian: Path) -> None:
        done = run_suite(*REFUSALS, programs=debian)

        assert done.returncode == 0, done.stdout[-4000:]
        assert "skipped" not in done.stdout

    @pytest.mark.long
    def test_loads_usage_and_bills_a_month(self, debian: Path) -> None:
        done = run_suite(*LOADS_AND_BILLS, programs=debian)

        assert done.returncode == 0, done.stdout[-4000:]
