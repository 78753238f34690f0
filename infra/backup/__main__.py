"""rachun backup take | files | list | restore | drill"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from infra.backup.drill import drill
from infra.backup.files import mirror
from infra.backup.place import NoSuchBackup, Place, place
from infra.backup.restore import BackupDamaged, FolderNotEmpty, restore
from infra.backup.server import Server
from infra.backup.take import prune, take_base
from infra.local.postgres import PostgresNotReady

REFUSALS = (NoSuchBackup, FolderNotEmpty, BackupDamaged, PostgresNotReady, subprocess.CalledProcessError, ValueError)


def main(arguments: list[str]) -> int:
    told = parser().parse_args(arguments)
    try:
        return run(told, here=place(), server=Server(database=told.database))
    except REFUSALS as refusal:
        print(refusal, file=sys.stderr)
        return 1


def run(told: argparse.Namespace, *, here: Place, server: Server) -> int:
    match told.command:
        case "take":
            return take(here=here, server=server, files=told.files, keep=told.keep)
        case "files":
            return copy_files(here=here, server=server, files=told.files)
        case "list":
            for base in here.list_bases():
                print(f"{base.name}  {base.size_bytes / 1_000_000:9.1f} MB  from {base.first_segment}")
            return 0
        case "restore":
            programs = told.programs or server.programs()
            base = restore(place=here, target=told.to, programs=programs, moment=told.time)
            print(f"{told.to} holds {base.name}. Start PostgreSQL on it: it recovers, and then it serves.")
            return 0
        case _:
            return prove(here=here, server=server, scratch=told.scratch)


def take(*, here: Place, server: Server, files: Path, keep: int) -> int:
    """The base first: files only grow, so a later mirror has whatever the base speaks of."""
    base = take_base(server=server, place=here)
    altered = mirror(source=files, target=here.files).altered
    gone = prune(place=here, keep=keep)
    words = f"{base.name}, {base.size_bytes / 1_000_000:.1f} MB; {len(gone)} old ones removed"
    words += f"; {len(altered)} files are altered, as {altered[0]}" if altered else ""
    server.record(check="backup", is_good=not altered, words=words)
    print(words)
    return 1 if altered else 0


def copy_files(*, here: Place, server: Server, files: Path) -> int:
    here.make()
    done = mirror(source=files, target=here.files)
    words = f"{done.copied} files copied, {done.known} known, {len(done.altered)} altered"
    server.record(check="files", is_good=not done.altered, words=words)
    print(words)
    return 1 if done.altered else 0


def prove(*, here: Place, server: Server, scratch: Path) -> int:
    with tempfile.TemporaryDirectory(prefix="rachun-drill-", dir=scratch) as folder:
        Path(folder).chmod(0o755)
        done = drill(place=here, scratch=Path(folder), programs=server.programs(), database=server.database)
    server.record(check="drill", is_good=not done.wrong, words=done.words())
    print(done.words())
    return 1 if done.wrong else 0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="rachun backup", description=__doc__)
    found.add_argument("--database", default="rachun")
    commands = found.add_subparsers(dest="command", required=True)
    for name in ("take", "files"):
        one = commands.add_parser(name)
        one.add_argument("--files", type=Path, default=Path("/var/lib/rachun/files"))
        one.add_argument("--keep", type=int, default=7, help="base backups that stay")
    commands.add_parser("list")
    back = commands.add_parser("restore", help="into an empty folder; nothing is started")
    back.add_argument("--to", type=Path, required=True)
    back.add_argument("--time", type=zoned, help="as 2026-11-25T14:30:00+02:00; without it, as late as possible")
    back.add_argument("--programs", type=Path, help="of PostgreSQL, when the server does not run")
    proof = commands.add_parser("drill", help="restore beside the server, check, remove")
    proof.add_argument("--scratch", type=Path, help="a folder with room for the database")
    return found


def zoned(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} has no zone: add +02:00, or Z for UTC")
    return moment


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
