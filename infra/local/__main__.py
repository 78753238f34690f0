"""python -m infra.local up | stop | status | reset | psql [ARGS] | env | run-manage ARGS"""

from __future__ import annotations

import os
import sys

from infra.local import stack
from infra.local.accounts import UnsafeFolder
from infra.local.environment import IncompleteAddresses
from infra.local.passwords import UnreadableSecrets
from infra.local.places import Places, places
from infra.local.ports import NoFreePort
from infra.local.postgres import PostgresNotReady
from infra.local.services import stack_services
from infra.local.supervisor import AlreadyRunning, Supervisor

REFUSALS = (
    AlreadyRunning,
    FileNotFoundError,
    IncompleteAddresses,
    NoFreePort,
    PostgresNotReady,
    UnreadableSecrets,
    UnsafeFolder,
    stack.NotReady,
    stack.StillRunning,
)


def main(arguments: list[str]) -> int:
    command, *rest = arguments or [""]
    try:
        return run(command, rest, here=places())
    except REFUSALS as refusal:
        print(refusal, file=sys.stderr)
        return 1


def run(command: str, rest: list[str], *, here: Places) -> int:
    match command:
        case "up":
            stack.up(places=here, say=say)
        case "stop":
            stack.stop(places=here, say=say)
        case "status":
            return 0 if stack.status(places=here, say=say) else 1
        case "reset":
            return 0 if stack.reset(places=here, say=say, is_sure=os.environ.get("YES") == "1") else 1
        case "psql":
            stack.psql(places=here, arguments=rest)
        case "env":
            stack.print_environment(places=here, say=say)
        case "run-manage":
            return stack.run_manage(places=here, arguments=rest)
        case "supervise":
            Supervisor(services=stack_services(places=here, api_port=stack.chosen_port(here)), places=here).run()
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
