import io
import json
from pathlib import Path

import pytest
from rachun.formats.__main__ import main
from rachun.formats.declared_calls import shipped_profile
from rachun.formats.registry import FORMATS

from backend.tests.formats.inputs import READINGS, fixed_call


def _run(*arguments: str) -> tuple[int, list[dict[str, object]]]:
    out = io.StringIO()
    code = main(arguments=list(arguments), out=out)
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


class TestReadCommand:
    def test_prints_rows_then_errors_then_sums(self, tmp_path: Path) -> None:
        file = tmp_path / "r.csv"
        file.write_text(READINGS + "1;T1;2026-10-31;x;ACTUAL\n")

        code, lines = _run("read", "readings", str(file))

        assert code == 1
        assert lines[0]["meter_serial"] == "00012"
        assert lines[2] == {"row": 4, "field": "value", "code": "not_a_decimal", "message": "x is not a number"}
        assert lines[-1]["format"] == "readings"
        assert (lines[-1]["rows"], lines[-1]["errors"]) == (2, 1)
        assert lines[-1]["totals"]["value_sum"] == "1241.500001"

    @pytest.mark.parametrize("name", ["readings", "nothing_known"])
    def test_fails_on_a_bad_file_and_says_why(self, tmp_path: Path, name: str) -> None:
        file = tmp_path / "r.csv"
        file.write_bytes(b"")

        code, lines = _run("read", name, str(file))

        assert code == 1
        assert lines[-1]["refused"]["code"] in {"empty_file", "unknown_format"}

    def test_takes_a_profile_of_the_operator(self, tmp_path: Path) -> None:
        file, profile = tmp_path / "calls.txt", tmp_path / "p.json"
        file.write_bytes(fixed_call().encode())
        profile.write_text(json.dumps(shipped_profile(name="es11")))

        code, lines = _run("read", "calls", str(file), "--profile", str(profile), "--zone", "Europe/Sarajevo")

        assert code == 0
        assert lines[0]["started_at"] == "2026-11-03T09:15:20+00:00"

    def test_lists_every_format(self) -> None:
        code, lines = _run("list")

        assert code == 0
        assert [line["format"] for line in lines] == list(FORMATS)
