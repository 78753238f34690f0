"""The commands: up, stop, status, reset. `up` ends when everything answers; the supervisor goes on without it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg

from infra.local.accounts import STATE_ROOT, remove_socket_dir
from infra.local.environment import DATABASE_NAMES, demo_environment, environment, uses_own_postgres, uses_own_valkey
from infra.local.identity import end_process, read_pid_file, wait_until
from infra.local.logs import tail
from infra.local.passwords import load_secrets
from infra.local.places import Places
from infra.local.ports import choose_port, wanted_port
from infra.local.postgres import DATABASE
from infra.local.services import Service, cluster_of, stack_services, valkey_of
from infra.local.supervisor import end_orphans, hold_lock, prepared_mark, running_supervisor

SERVICE_NAMES = (
    "desk-telekom",
    "desk-komunalno",
    "scheduler",
    "worker",
    "api",
    "valkey",
    "postgres",
)  # in the order of ending
READY_TIMEOUT_S = 120.0
Printer = Callable[[str], None]


class NotReady(RuntimeError):
    """Something did not come up; the message says what and ends with its log."""


class StillRunning(RuntimeError):
    """The data of a running stack is not removed."""


def up(*, places: Places, say: Printer) -> None:
    """Start what is not running, prepare the database, wait until the API answers, print addresses and logins."""
    places.make()
    load_secrets(places.secrets)
    with hold_lock(places.run / "up.lock", wait=True):
        if running_supervisor(places) and prepared_mark(places).exists():
            say("Rachun is already running.")
        else:
            port = start_supervisor(places=places, say=say)
            services = stack_services(places=places, api_port=port)
            wait_for([s for s in services if s.is_server], places=places)
            prepare_database(places=places, api_port=port, say=say)
            prepared_mark(places).touch()
        services = stack_services(places=places, api_port=chosen_port(places))
        wait_for(services, places=places)
    say(welcome(places))


def start_supervisor(*, places: Places, say: Printer) -> int:
    """The API's port of the running supervisor, or of a new one."""
    if running_supervisor(places):
        return chosen_port(places)
    end_orphans(places=places, names=SERVICE_NAMES)
    prepared_mark(places).unlink(missing_ok=True)
    wanted = wanted_port()
    port = choose_port(wanted)
    if port != wanted:
        say(f"Port {wanted} is taken by another program; the API uses {port}.")
    (places.run / "api-port").write_text(f"{port}\n")
    with (places.log / "supervisor.log").open("ab") as log:
        command = [sys.executable, "-m", "infra.local", "supervise"]
        process = subprocess.Popen(
            command,
            cwd=places.root,
            env={**os.environ, "RACHUN_VAR": str(places.var)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    wait_until(lambda: running_supervisor(places) is not None or process.poll() is not None, timeout_s=30.0)
    if running_supervisor(places) is None:
        raise NotReady(f"the supervisor did not start:\n{tail(places.log / 'supervisor.log')}")
    return port


def chosen_port(places: Places) -> int:
    try:
        return int((places.run / "api-port").read_text())
    except (FileNotFoundError, ValueError):
        return wanted_port()


def wait_for(services: Sequence[Service], *, places: Places) -> None:
    for service in services:
        if not wait_until(service.is_ready, timeout_s=READY_TIMEOUT_S, every_s=0.1):
            logs = [places.log / f"{name}.log" for name in (service.name, "supervisor")]
            ends = "".join(f"\nThe end of {log}:\n{tail(log)}" for log in logs)
            raise NotReady(f"{service.name} does not answer.{ends}")


def prepare_database(*, places: Places, api_port: int, say: Printer) -> None:
    """Roles, database, migrations, grants, shipped roles, and the demo when there is no legal entity yet."""
    if uses_own_postgres():
        cluster = cluster_of(places)
        cluster.create_roles(load_secrets(places.secrets).role_passwords)
        if not cluster.has_database(DATABASE):
            cluster.create_database(DATABASE)
        cluster.create_extensions(DATABASE)
    as_owner = {**environment(places=places, api_port=api_port), "RACHUN_ROLE": "owner"}
    for step in (["migrate", "--no-input"], ["grant_roles"], ["load_roles"]):
        say(f"manage.py {' '.join(step)}")
        manage(step, places=places, given=as_owner)
    if is_empty(as_owner["DATABASE_OWNER_URL"]):
        say("manage.py load_demo")
        as_worker = {**demo_environment(places=places, api_port=api_port), "RACHUN_ROLE": "worker"}
        manage(["load_demo"], places=places, given=as_worker)


def manage(arguments: Sequence[str], *, places: Places, given: dict[str, str]) -> None:
    """Raises NotReady with the command's words when it fails."""
    backend = places.root / "backend"
    command = [sys.executable, str(backend / "manage.py"), *arguments]
    done = subprocess.run(command, cwd=backend, env=given, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise NotReady(f"manage.py {' '.join(arguments)} failed ({done.returncode})")


def is_empty(owner_url: str) -> bool:
    with psycopg.connect(owner_url) as connection:
        return connection.execute("SELECT NOT EXISTS (SELECT 1 FROM identity_legalentity)").fetchone() == (True,)


def welcome(places: Places) -> str:
    base = f"http://127.0.0.1:{chosen_port(places)}"
    lines = [
        "",
        f"API        {base}/",
        f"Readiness  {base}/ready",
        f"Logs       {places.log}",
    ]
    if places.demo_logins.exists():
        lines += ["", "Demo logins:"]
        password = load_secrets(places.secrets).demo_password
        for row in json.loads(places.demo_logins.read_text()):
            lines.append(f"  {row['enterprise']:<12} {row['role']:<14} {row['login']}  {password}")
    return "\n".join([*lines, "", "`make stop` ends everything; `make status` says what runs."])


def stop(*, places: Places, say: Printer) -> None:
    """End the supervisor, which ends everything in order; then whatever a killed supervisor left."""
    found = running_supervisor(places)
    if found is not None:
        end_process(found, timeout_s=180.0)
    orphans = end_orphans(places=places, names=SERVICE_NAMES) if places.run.exists() else []
    if uses_own_postgres():
        cluster_of(places).end_orphan()
        remove_socket_dir(cluster_of(places).socket_dir)
    if uses_own_valkey():
        remove_socket_dir(valkey_of(places).socket_path.parent)
    prepared_mark(places).unlink(missing_ok=True)
    places.pid_file("supervisor").unlink(missing_ok=True)
    say("Stopped." if found or orphans else "Nothing was running.")


def status(*, places: Places, say: Printer) -> bool:
    """One line a process; True when all of them live and answer."""
    services = stack_services(places=places, api_port=chosen_port(places))
    is_whole = running_supervisor(places) is not None
    say(f"{'supervisor':<12} {'running' if is_whole else 'not running'}")
    for service in services:
        alive = read_pid_file(places.pid_file(service.name))
        answers = alive is not None and service.is_ready()
        is_whole = is_whole and answers
        state = f"{'ready' if answers else 'starting'} ({alive.pid})" if alive else "not running"
        say(f"{service.name:<12} {state}")
    return is_whole


def reset(*, places: Places, say: Printer, is_sure: bool) -> bool:
    """Remove the data of this checkout, when sure. Raises StillRunning if something survives the stop."""
    if not is_sure:
        say(f"This removes every database, file and secret under {places.var}. Say YES=1 to do it.")
        return False
    stop(places=places, say=say)
    if running_supervisor(places):
        raise StillRunning(str(places.var))
    for folder in data_folders(places):
        shutil.rmtree(folder, ignore_errors=True)
        if folder.parent.parent == STATE_ROOT:
            shutil.rmtree(folder.parent, ignore_errors=True)
    shutil.rmtree(places.var, ignore_errors=True)
    say(f"Removed {places.var}.")
    return True


def data_folders(places: Places) -> list[Path]:
    """Also those that stand in under /var/lib for a closed checkout."""
    folders = [cluster_of(places).data_dir] if uses_own_postgres() else []
    return [*folders, valkey_of(places).data_dir] if uses_own_valkey() else folders


def psql(*, places: Places, arguments: Sequence[str]) -> None:
    """Become psql as the superuser of the embedded server, or as the owner of a real one."""
    cluster = cluster_of(places)
    target = cluster.admin_dsn_of(DATABASE) if uses_own_postgres() else os.environ["DATABASE_OWNER_URL"]
    program = str(cluster.bin_dir / "psql")
    os.execv(program, [program, target, *arguments])  # noqa: S606 -- the program becomes this process


def run_manage(*, places: Places, arguments: Sequence[str]) -> int:
    """manage.py with the stack's environment; RACHUN_ROLE from outside, else the owner."""
    given = demo_environment(places=places, api_port=chosen_port(places))
    given.setdefault("RACHUN_ROLE", "owner")
    backend = places.root / "backend"
    command = [sys.executable, str(backend / "manage.py"), *arguments]
    return subprocess.run(command, cwd=backend, env=given, check=False).returncode


def print_environment(*, places: Places, say: Printer) -> None:
    given = environment(places=places, api_port=chosen_port(places))
    for name in sorted(given):
        if name in DATABASE_NAMES or name == "REDIS_URL" or name.startswith("RACHUN_"):
            say(f"export {name}={shlex.quote(given[name])}")
