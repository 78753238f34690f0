"""What a bare machine is given: the real steps, with programs of Debian that only write down what they were asked."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tools import bootstrap

ASKED = "asked.txt"
INSTALLED = {"gettext"}


@pytest.fixture
def debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which only gettext is installed."""
    known = " ".join(sorted(INSTALLED))
    script(
        tmp_path / "dpkg-query",
        f'for last; do :; done; case " {known} " in *" $last "*) printf installed;; *) exit 1;; esac',
    )
    script(tmp_path / "apt-get", f'echo "$DEBIAN_FRONTEND $*" >> {tmp_path / ASKED}')
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return tmp_path


def script(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def asked(machine: Path) -> list[str]:
    return (machine / ASKED).read_text().splitlines() if (machine / ASKED).exists() else []


class TestDebianPackages:
    def test_are_installed_by_root_as_far_as_they_are_missing(
        self, debian: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 0)

        bootstrap.ensure_debian_packages()

        update, install = asked(debian)
        missing = [name for name in bootstrap.named_packages() if name not in INSTALLED]
        assert update.startswith("noninteractive")
        assert update.endswith("update")
        assert install.endswith("install -y --no-install-recommends " + " ".join(missing))

    def test_are_named_to_anybody_else_who_may_go_on(
        self, debian: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 1000)

        bootstrap.ensure_debian_packages()

        assert asked(debian) == []
        assert "apt-get install libpango-1.0-0" in capsys.readouterr().err

    def test_are_left_alone_when_all_are_there(self, debian: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        script(debian / "dpkg-query", "printf installed")
        monkeypatch.setattr(os, "geteuid", lambda: 0)

        bootstrap.ensure_debian_packages()

        assert asked(debian) == []

    def test_hold_the_fonts_of_the_documents(self) -> None:
        assert {"fonts-inter", "fonts-dejavu-core"} <= set(bootstrap.named_packages())


class TestMissingVenv:
    def test_is_asked_of_apt_when_python_cannot_make_one(self, debian: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        monkeypatch.setattr(bootstrap, "VENV", debian / "venv")
        monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda _name: None)

        bootstrap.ensure_venv()

        assert asked(debian)[-1].endswith("python3-venv")
        assert (debian / "venv/bin/python").exists()

    def test_is_named_to_anybody_else(self, debian: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        monkeypatch.setattr(bootstrap, "VENV", debian / "venv")
        monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda _name: None)

        with pytest.raises(bootstrap.CannotPrepare, match="python3-venv"):
            bootstrap.ensure_venv()


class TestOldPython:
    def test_is_refused_by_name(self) -> None:
        done = subprocess.run(
            [sys.executable, "-c", "import tools.bootstrap as b; b.PYTHON_OLDEST = (9, 9); b.main()"],
            cwd=bootstrap.ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode == 1
        assert "Python 3.11 or newer is needed" in done.stderr
