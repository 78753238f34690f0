"""`rachun-agent`: what a person or a service runs on the cashier's PC."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from rachun_agent.agent import AGENT_ID, Agent, NotEnrolled
from rachun_agent.exactly_once.journal import Journal
from rachun_agent.exactly_once.model import State
from rachun_agent.health import LOOPBACK
from rachun_agent.protocol.datecs_profile import load_profile
from rachun_agent.session.clock import WallClock
from rachun_agent.session.identity import KeyExposed, load_or_make_key
from rachun_agent.session.link import ServerRefused, enrol
from rachun_agent.settings import BadSettings, Settings, load_settings
from rachun_agent.simulators.datecs_register import SimulatedRegister
from rachun_agent.simulators.pty_port import PtyPort
from rachun_agent.simulators.scanner import SimulatedScanner
from rachun_agent.texts import LANGUAGES, explain

ASK_S = 5
DEFAULT_FOLDER = Path("/var/lib/rachun-agent")


def main(arguments: Sequence[str] | None = None) -> int:
    asked = parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        code: int = asked.does(asked)
    except (BadSettings, KeyExposed) as error:
        print(error, file=sys.stderr)
        return 2
    return code


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="rachun-agent", description=__doc__)
    top.add_argument(
        "--folder", type=Path, default=DEFAULT_FOLDER, help="where agent.toml, the key and the journal are"
    )
    top.add_argument("--language", choices=LANGUAGES, default="uk")
    commands = top.add_subparsers(required=True)
    taking_in = commands.add_parser("enrol", help="join this computer to the server, once")
    taking_in.add_argument("--code", required=True, help="the one-time code from the administrator")
    taking_in.set_defaults(does=do_enrol)
    commands.add_parser("run", help="work until stopped").set_defaults(does=do_run)
    commands.add_parser("status", help="how the running agent is").set_defaults(does=do_status)
    answering = commands.add_parser("answer", help="say what a person saw of a job that nobody else can judge")
    answering.add_argument("job_id")
    answering.add_argument("was", choices=("printed", "not-printed"))
    answering.set_defaults(does=do_answer)
    simulating = commands.add_parser("simulate", help="a device without a device, on a pty")
    simulating.add_argument("device", choices=("register", "scanner"))
    simulating.add_argument("--profile", default="datecs-fp2000")
    simulating.set_defaults(does=do_simulate)
    return top


def say(code: str, language: str, *, to_errors: bool = False) -> None:
    words = explain(code, language=language)
    print(words.title, words.what_to_do, file=sys.stderr if to_errors else sys.stdout)


def do_enrol(asked: argparse.Namespace) -> int:
    settings = load_settings(asked.folder)
    key = load_or_make_key(settings.key)
    journal = open_journal(settings)
    try:
        agent_id = asyncio.run(enrol(settings.server, code=asked.code, key=key, computer=socket.gethostname()[:100]))
    except ServerRefused as refused:
        say(refused.code, asked.language, to_errors=True)
        return 1
    except (OSError, TimeoutError):
        say("NotConnected", asked.language, to_errors=True)
        return 1
    journal.set_fact(AGENT_ID, agent_id)
    say("Enrolled", asked.language)
    return 0


def open_journal(settings: Settings) -> Journal:
    return Journal(settings.journal, now=WallClock().now)


def do_run(asked: argparse.Namespace) -> int:
    try:
        agent = Agent(load_settings(asked.folder))
    except NotEnrolled:
        say("NotEnrolled", asked.language, to_errors=True)
        return 2
    asyncio.run(until_stopped(agent))
    return 0


async def until_stopped(agent: Agent) -> None:
    working = asyncio.create_task(agent.run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, working.cancel)
    await asyncio.wait({working})
    if not working.cancelled():
        working.result()


def do_status(asked: argparse.Namespace) -> int:
    port = load_settings(asked.folder).health_port
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/status.json", timeout=ASK_S) as answer:
            print(json.dumps(json.load(answer), indent=2, ensure_ascii=False))
    except urllib.error.URLError:
        say("NotRunning", asked.language, to_errors=True)
        return 1
    return 0


def do_answer(asked: argparse.Namespace) -> int:
    journal = open_journal(load_settings(asked.folder))
    try:
        job = journal.get_job(asked.job_id)
    except KeyError:
        say("NoSuchJob", asked.language, to_errors=True)
        return 1
    if job.state is not State.UNKNOWN:
        say("NothingToAnswer", asked.language, to_errors=True)
        return 1
    state = State.DONE if asked.was == "printed" else State.FAILED
    journal.settle(job, state=state, evidence=job.evidence, code="" if state is State.DONE else "PersonSaidNotPrinted")
    say("Answered", asked.language)
    return 0


def do_simulate(asked: argparse.Namespace) -> int:
    if asked.device == "scanner":
        scanner = SimulatedScanner()
        with scanner.port:
            print(scanner.port.name, flush=True)
            for line in sys.stdin:
                scanner.scan(line.strip())
        return 0
    register = SimulatedRegister(load_profile(asked.profile), started_at=datetime.now())  # noqa: DTZ005 -- as its display
    with PtyPort(register.receive) as port:
        print(port.name, flush=True)
        for line in sys.stdin:  # `paper out`, `paper in`, `power`, `journal`
            print(command_register(register, line.strip()), flush=True)
    return 0


def command_register(register: SimulatedRegister, word: str) -> str:
    if word in {"paper out", "paper in"}:
        register.has_paper = word == "paper in"
    elif word == "power":
        register.power_cycle()
    elif word != "journal":
        return "paper out | paper in | power | journal"
    return "\n".join(f"{entry.number} {entry.kind} {entry.amount_minor} {entry.texts}" for entry in register.documents)


if __name__ == "__main__":
    sys.exit(main())
