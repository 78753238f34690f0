"""A worker process: dramatiq, connected as rachun_worker."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Work on jobs until ended. SIGTERM lets the current jobs reach a safe point."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--processes", type=int, default=1)
        parser.add_argument("--threads", type=int, default=4)

    def handle(self, *_args: Any, processes: int, threads: int, **_options: Any) -> None:
        command = [sys.executable, "-m", "dramatiq", "rachun.config.broker"]
        command += ["--processes", str(processes), "--threads", str(threads)]
        environment = {**os.environ, "RACHUN_ROLE": "worker"}
        os.execve(sys.executable, command, environment)  # noqa: S606 -- the program and its arguments are ours
