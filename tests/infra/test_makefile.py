"""The targets that people type."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.samples import samples_dir

REPOSITORY = Path(__file__).resolve().parents[2]
MAKEFILE = (REPOSITORY / "Makefile").read_text()
PHONY = re.search(r"^\.PHONY: (.*?)\n\n", MAKEFILE, flags=re.MULTILINE | re.DOTALL)
SAMPLES = [
    ("asterisk_cdr", "cdr/asterisk/smallcdr.csv"),
    ("calls:bgbilling", "cdr/bgbilling_synthetic.txt"),
    ("calls:m200_ex", "cdr/m200_ex_synthetic.txt"),
    ("dsmr_p1", "meters/p1_dsmr/telegram_v5.txt"),
    ("green_button", "meters/espi_greenbutton/test_usage_data_01.xml"),
    ("rate_deck", "cdr/rate_decks/provider_az_rates_A-L.csv"),
    ("destination_prefixes", "numbering/a2billing_prefixes_even.csv"),
    ("household_halfhourly", "meters/households/lcl_MAC000584_halfhourly.csv"),
]


def make(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *words], cwd=REPOSITORY, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


class TestHelp:
    def test_names_every_target(self) -> None:
        assert PHONY is not None
        targets = PHONY.group(1).replace("\\", " ").split()

        told = make("help").stdout

        assert {line.split()[1] for line in told.splitlines()} == set(targets)
        assert {"run", "stop", "test", "check", "demo", "bench", "read-file"} <= set(targets)


class TestReadFile:
    def test_asks_for_what_is_missing(self) -> None:
        assert "FORMAT=… FILE=…" in make("read-file").stderr

    def test_lists_the_formats(self) -> None:
        listed = {json.loads(line)["format"] for line in make("read-file", "FORMAT=?").stdout.splitlines()}

        assert {name for name, _file in SAMPLES} <= listed

    def test_names_the_reason_of_a_refused_file(self, tmp_path: Path) -> None:
        (tmp_path / "calls.csv").write_bytes(b"\x00\x01 not a call")

        done = make("read-file", "FORMAT=asterisk_cdr", f"FILE={tmp_path / 'calls.csv'}")

        last = json.loads(done.stdout.splitlines()[-1])
        assert done.returncode != 0
        assert last.get("errors") or last.get("refused")

    @pytest.mark.parametrize(("name", "file"), SAMPLES)
    def test_ends_with_counts_and_totals(self, name: str, file: str) -> None:
        samples = samples_dir()
        if samples is None:
            pytest.skip("the samples are not there: RACHUN_SAMPLES is not set and ../shared/samples does not exist")

        last = json.loads(make("read-file", f"FORMAT={name}", f"FILE={samples / file}").stdout.splitlines()[-1])

        assert last["format"] == name
        assert last["rows"] > 0
        assert "totals" in last
