"""The computer of a demo cash desk: the real agent, with a simulated register and scanner on ptys.

python -m infra.local.desk ENTERPRISE FOLDER API_PORT

A file named `no-paper` in the folder takes the paper out of the register (`make paper-out`, `make paper-in`); lines
written to `scans` in it are what the scanner reads.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

from rachun_agent import cli
from rachun_agent.agent import AGENT_ID
from rachun_agent.protocol.datecs_profile import load_profile
from rachun_agent.settings import load_settings
from rachun_agent.simulators.datecs_register import SimulatedRegister
from rachun_agent.simulators.pty_port import PtyPort
from rachun_agent.simulators.scanner import SimulatedScanner

from infra.local.ports import HOST
from infra.local.services import answers

ROOT = Path(__file__).resolve().parent.parent.parent
LOOK_EVERY_S = 0.3
AGAIN_S = 5.0
NO_PAPER, SCANS = "no-paper", "scans"


def main(arguments: list[str]) -> int:
    enterprise, folder, port = arguments[0], Path(arguments[1]), int(arguments[2])
    folder.mkdir(parents=True, exist_ok=True)
    register = SimulatedRegister(
        load_profile("datecs-fp2000"),
        serial_number=f"DEMO-{enterprise[:8]}",
        started_at=datetime.now(),  # noqa: DTZ005 -- what the display of a register shows
    )
    scanner = SimulatedScanner()
    with PtyPort(register.receive) as till, scanner.port:
        write_settings(folder, port=port, till=till.name, reader=scanner.port.name)
        threading.Thread(target=lambda: follow(folder, register=register, scanner=scanner), daemon=True).start()
        while not answers(f"http://{HOST}:{port}/ready"):
            time.sleep(LOOK_EVERY_S)
        while not is_enrolled(folder):
            enrol(folder, enterprise=enterprise)
        ended_with: int = cli.main(["--folder", str(folder), "run"])
    return ended_with


def write_settings(folder: Path, *, port: int, till: str, reader: str) -> None:
    lines = [f'server = "ws://{HOST}:{port}/agent/v1"', "health_port = 0"]
    for name, kind, path in (("till", "register", till), ("reader", "scanner", reader)):
        lines += ["[[device]]", f'id = "{name}"', f'kind = "{kind}"', f'port = "{path}"']
    (folder / "agent.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def is_enrolled(folder: Path) -> bool:
    journal = cli.open_journal(load_settings(folder))
    try:
        return journal.fact(AGENT_ID) is not None
    finally:
        journal.close()


def enrol(folder: Path, *, enterprise: str) -> None:
    """With a code of the server's, as an administrator would give one; later again when there is no demo yet."""
    command = [sys.executable, str(ROOT / "backend/manage.py"), "demo_desk", enterprise]
    told = subprocess.run(command, cwd=ROOT / "backend", capture_output=True, text=True, check=False)
    code = told.stdout.strip()
    if not code or cli.main(["--folder", str(folder), "enrol", "--code", code]) != 0:
        print(told.stderr, file=sys.stderr, flush=True)
        time.sleep(AGAIN_S)


def follow(folder: Path, *, register: SimulatedRegister, scanner: SimulatedScanner) -> None:
    """What a person does to the devices, through files."""
    scans = folder / SCANS
    while True:
        register.has_paper = not (folder / NO_PAPER).exists()
        if scans.exists():
            lines = scans.read_text(encoding="utf-8").split()
            scans.unlink()
            for line in lines:
                scanner.scan(line)
        time.sleep(LOOK_EVERY_S)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
