"""What is shipped for production says the same as the product: names, roles, commands, places."""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from rachun.config.env import DATABASE_NAMES, REQUIRED, read_env

from tests.infra.production import (
    ENVIRONMENT,
    OPERATIONS,
    PRODUCTION,
    REPOSITORY,
    UNITS,
    names_read_by_the_launcher,
    names_read_by_the_product,
    services,
    shipped_environment,
    values,
)

HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "CapabilityBoundingSet": "",
    "RestrictNamespaces": "yes",
    "SystemCallArchitectures": "native",
    "UMask": None,
    "User": None,
}
EXPOSURE_MAX = 25  # of 100, as systemd-analyze counts


class TestEnvironmentReference:
    def test_names_exactly_what_the_product_reads(self) -> None:
        rows = re.findall(r"^\| `([A-Z_]+)` \| (\w+)", OPERATIONS.read_text(), flags=re.MULTILINE)

        assert {name for name, _needed in rows} == names_read_by_the_product() | names_read_by_the_launcher()
        needed = {name for name, is_needed in rows if is_needed == "yes"}
        assert needed == {*REQUIRED, *DATABASE_NAMES.values()}

    @pytest.mark.parametrize("role", DATABASE_NAMES)
    def test_files_make_a_whole_environment_for_each_role(self, role: str) -> None:
        told = shipped_environment("common", role)

        env = read_env(environ={**told, "RACHUN_ROLE": role})

        assert env.database.user == f"rachun_{role}"
        assert env.database.host == "/run/postgresql"
        assert set(told) <= names_read_by_the_product()

    def test_files_hold_no_secret(self) -> None:
        for file in ENVIRONMENT.glob("*.env"):
            assert re.findall(r"^\w*(?:KEY|TOKEN|PASSWORD|DSN)=.+$", file.read_text(), flags=re.MULTILINE) == []
            assert re.findall(r"://\w+:\w+@", file.read_text()) == []


class TestUnits:
    @pytest.mark.parametrize("unit", services(), ids=lambda unit: unit.name)
    def test_are_closed_in(self, unit: Path) -> None:
        for key, wanted in HARDENED.items():
            found = values(unit, key)
            assert len(found) == 1, f"{unit.name}: {key}"
            assert wanted is None or found == [wanted], f"{unit.name}: {key}"

    @pytest.mark.parametrize("unit", services(), ids=lambda unit: unit.name)
    def test_run_a_command_that_is_there_as_an_account_that_is_made(self, unit: Path) -> None:
        accounts = re.findall(r"^u (\S+)", (PRODUCTION / "accounts/sysusers.conf").read_text(), flags=re.MULTILINE)
        places = re.findall(r"^d (\S+)", (PRODUCTION / "accounts/tmpfiles.conf").read_text(), flags=re.MULTILINE)
        [command] = values(unit, "ExecStart")
        program, word, *_rest = command.split()

        here = REPOSITORY.joinpath(*Path(program).parts[4:])
        assert os.access(here, os.X_OK)
        assert re.search(rf"^  {word}\)$", here.read_text(), flags=re.MULTILINE)
        assert values(unit, "User")[0] in [*accounts, "postgres"]
        assert [
            folder for line in values(unit, "ReadWritePaths") for folder in line.split() if folder not in places
        ] == []

    @pytest.mark.parametrize("unit", services(), ids=lambda unit: unit.name)
    def test_are_told_of_one_role_only(self, unit: Path) -> None:
        """The address of the owner's role lies with nothing that runs all day."""
        files = [Path(file).name for file in values(unit, "EnvironmentFile")]
        [account] = values(unit, "User")

        assert all((ENVIRONMENT / file).exists() for file in files)
        assert sorted(files) == ([] if account == "postgres" else sorted(["common.env", f"{account[7:]}.env"]))

    def test_are_all_of_the_target(self) -> None:
        [wanted] = values(UNITS / "rachun.target", "Wants")
        long_lived = {unit.name for unit in services() if values(unit, "Type") == ["exec"]}

        assert {re.sub(r"@\d+", "@", name) for name in wanted.split()} == long_lived

    def test_are_understood_by_systemd(self, tmp_path: Path) -> None:
        if shutil.which("systemd-analyze") is None:
            pytest.skip("systemd-analyze is not installed")
        units = copied_units(tmp_path)

        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *map(str, units)],
            capture_output=True,
            text=True,
            check=False,
        )

        told = [line for line in done.stderr.splitlines() if "rachun" in line]
        assert (told, done.returncode) == ([], 0)

    @pytest.mark.parametrize("unit", services(), ids=lambda unit: unit.name)
    def test_expose_little(self, unit: Path, tmp_path: Path) -> None:
        if shutil.which("systemd-analyze") is None:
            pytest.skip("systemd-analyze is not installed")
        copied_units(tmp_path)
        name = tmp_path / unit.name.replace("@.", "@8001.")

        done = subprocess.run(
            ["systemd-analyze", "security", "--offline=yes", f"--threshold={EXPOSURE_MAX}", "--no-pager", str(name)],
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode == 0, done.stdout[-300:] + done.stderr


def copied_units(folder: Path) -> list[Path]:
    """The units with the programs of this checkout in the place of those of a release."""
    copies = []
    for unit in [*services(), *UNITS.glob("*.timer"), *UNITS.glob("*.target")]:
        copy = folder / unit.name.replace("@.", "@8001.")
        copy.write_text(re.sub(r"/opt/rachun/(current|next)", str(REPOSITORY), unit.read_text()))
        if "@" in unit.name:
            shutil.copy(copy, folder / "rachun-api@8002.service")
        copies.append(copy)
    return copies


class TestAccounts:
    def test_are_understood_by_systemd(self, tmp_path: Path) -> None:
        if shutil.which("systemd-sysusers") is None or os.geteuid() != 0:
            pytest.skip(
                "systemd-sysusers is not installed, or this is not root: accounts of another root cannot be made"
            )
        etc = tmp_path / "etc"
        etc.mkdir()
        (etc / "passwd").write_text("postgres:x:103:103::/:/bin/sh\n")
        (etc / "group").write_text("postgres:x:103:\nredis:x:104:\n")

        root = f"--root={tmp_path}"
        subprocess.run(["systemd-sysusers", root, str(PRODUCTION / "accounts/sysusers.conf")], check=True)
        subprocess.run(["systemd-tmpfiles", "--create", root, str(PRODUCTION / "accounts/tmpfiles.conf")], check=True)

        groups = dict(re.findall(r"^(\w[\w-]*):[^:]*:\d+:(.*)$", (etc / "group").read_text(), flags=re.MULTILINE))
        assert set(groups["redis"].split(",")) == {"rachun-app", "rachun-worker"}
        assert oct((tmp_path / "var/lib/rachun/files").stat().st_mode) == oct(0o42770)
        assert oct((tmp_path / "etc/rachun").stat().st_mode) == oct(0o40700)


class TestLauncher:
    def run(self, *words: str, role: str = "app", **more: str) -> subprocess.CompletedProcess[str]:
        told = {**shipped_environment("common", role), "RACHUN_ROLE": role, "PATH": os.defpath, **more}
        return subprocess.run(
            [PRODUCTION / "rachun", *words], env=told, capture_output=True, text=True, timeout=60, check=False
        )

    def test_passes_the_check_of_a_deployment(self) -> None:
        """S-21: with exactly what is shipped, Django finds nothing to warn of."""
        done = self.run("manage", "check", "--deploy", "--fail-level", "WARNING")

        assert (done.returncode, done.stdout) == (0, "System check identified no issues (1 silenced).\n"), done.stderr

    def test_finds_the_check_wanting_when_something_is(self) -> None:
        done = self.run("manage", "check", "--deploy", "--fail-level", "WARNING", RACHUN_DEBUG="true")

        assert done.returncode == 1
        assert "security.W018" in done.stderr

    def test_says_what_is_missing_and_starts_nothing(self) -> None:
        done = self.run("manage", "check", RACHUN_JWT_KEY="")

        assert done.returncode != 0
        assert "RACHUN_JWT_KEY is missing" in done.stderr

    def test_tells_its_words_when_it_does_not_know_one(self) -> None:
        done = self.run("dance")

        assert done.returncode == 2
        assert done.stderr.startswith("rachun api PORT")


@pytest.fixture
def open_path() -> Iterator[Path]:
    """A folder that every account may enter, unlike those that pytest makes."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


class TestAdmin:
    def test_gives_a_command_the_role_and_the_account_and_runs_no_line_of_the_files(self, open_path: Path) -> None:
        if os.geteuid() != 0:
            pytest.skip("only root becomes another account")
        told = shipped_environment("common", "worker")
        trap = open_path / "trap"
        text = (
            "".join(f"{name}={value}\n" for name, value in told.items()) + f"SENTRY_DSN=$(touch {trap})\n# a word\n\n"
        )
        (open_path / "common.env").write_text(text)
        shutil.copy(ENVIRONMENT / "worker.env", open_path)
        release = open_path / "release/infra/production"
        release.mkdir(parents=True)
        (release / "rachun").write_text('#!/bin/sh\nid -un; echo "$RACHUN_ROLE $DATABASE_WORKER_URL $SENTRY_DSN $*"\n')
        for path in open_path.rglob("*"):
            path.chmod(0o755)
        given = {"RACHUN_ETC": open_path, "RACHUN_RELEASE": open_path / "release", "RACHUN_ACCOUNT": "nobody"}

        done = subprocess.run(
            [PRODUCTION / "rachun-admin", "worker", "check_invariants", "--record"],
            env={"PATH": os.environ["PATH"], **{name: str(value) for name, value in given.items()}},
            capture_output=True,
            text=True,
            check=True,
        )

        account, words = done.stdout.splitlines()
        assert account == pwd.getpwnam("nobody").pw_name
        assert words == f"worker {told['DATABASE_WORKER_URL']} $(touch {trap}) manage check_invariants --record"
        assert not trap.exists()


class TestContainer:
    def test_runs_the_same_programs_and_never_as_root(self) -> None:
        text = (PRODUCTION / "container/Containerfile").read_text()
        stages = re.split(r"^FROM ", text, flags=re.MULTILINE)

        assert len(stages) > 2
        assert re.findall(r"^USER (.+)$", stages[-1], flags=re.MULTILINE)[-1] not in {"root", "0"}
        assert 'ENTRYPOINT ["/opt/rachun/infra/production/rachun"]' in stages[-1]
        for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", text, flags=re.MULTILINE):
            assert [name for name in sources.split() if not (REPOSITORY / name).exists()] == []

    def test_tells_each_service_of_its_role_only(self) -> None:
        told = yaml.safe_load((PRODUCTION / "container/compose.yaml").read_text())

        for name, role in (("api", "app"), ("worker", "worker"), ("scheduler", "worker"), ("migrate", "owner")):
            named = set(told["services"][name]["environment"])
            assert named & set(DATABASE_NAMES.values()) == {DATABASE_NAMES[role]}, name
            assert named <= names_read_by_the_product() | names_read_by_the_launcher(), name
            assert set(REQUIRED) <= named, name
