"""Run again by test_postgres_15.py on other programs, so that nobody tests 18 while believing it is 15."""

import subprocess
from typing import Any

import pytest

from infra.local.postgres import find_postgres


@pytest.mark.real
class TestServerOfTheSuite:
    def test_is_of_the_programs_that_were_named(self, servers: Any) -> None:
        programs = find_postgres().bin_dir / "postgres"
        told = subprocess.run([programs, "--version"], capture_output=True, text=True, check=True).stdout

        with servers.connect(database="postgres") as db:
            [version] = db.execute("SHOW server_version").fetchone()

        assert version.split()[0] == told.split()[2]
