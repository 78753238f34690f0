"""Calls of a month and the files in which exchanges send them."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from rachun.apps.demo.generate.files import dice, month_end
from rachun.apps.demo.generate.numbering import as_dialled, dialled

HOURS = range(7, 23)  # nobody calls in the hour that comes twice in autumn
SHORTEST_S, LONGEST_S = 4, 2_400
UNANSWERED_OF_100 = 12


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Call:
    """started: local clock. talked_s is 0 when nobody answered."""

    started: datetime
    caller: str
    called: str
    rang_s: int
    talked_s: int


def calls_of(*, caller: str, month: date, count: int, subscribers: int) -> list[Call]:
    roll = dice("calls", caller, month.year, month.month)
    return [one_call(caller=caller, month=month, roll=roll, subscribers=subscribers) for _ in range(count)]


def one_call(*, caller: str, month: date, roll: Random, subscribers: int) -> Call:
    called = dialled(roll=roll, subscribers=subscribers)
    return call_to(caller=caller, called=called, month=month, roll=roll)


def call_to(*, caller: str, called: str, month: date, roll: Random) -> Call:
    day = month + timedelta(days=roll.randrange(month_end(month).day))
    at = datetime(day.year, day.month, day.day, roll.choice(HOURS), roll.randrange(60), roll.randrange(60))  # noqa: DTZ001 -- the exchange writes its local clock
    is_answered = roll.randrange(100) >= UNANSWERED_OF_100
    longest = min(LONGEST_S, roll.choice((40, 120, 300, 700, LONGEST_S)))
    talked = roll.randint(SHORTEST_S, longest) if is_answered else 0
    return Call(started=at, caller=caller, called=called, rang_s=roll.randint(3, 40), talked_s=talked)


def bgbilling_file(*, calls: Iterable[Call]) -> bytes:
    """Time, seconds paid, A, A in E.164, B, B in E.164, ports, category, seconds of the whole connection."""
    lines = []
    for call in calls:
        started = call.started.strftime("%d.%m.%Y %H:%M:%S")
        whole = call.rang_s + call.talked_s
        cells = (
            *(started, call.talked_s, call.caller[-6:], call.caller, as_dialled(number=call.called), call.called),
            *("0", "0100105", "0", whole),
        )
        lines.append("\t".join(map(str, cells)) + "\n")
    return "".join(lines).encode()


def asterisk_file(*, calls: Sequence[Call]) -> bytes:
    """Master.csv of an Asterisk that sends the national form of a number."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    for position, call in enumerate(calls):
        writer.writerow(asterisk_cells(call=call, position=position))
    return out.getvalue().encode()


def asterisk_cells(*, call: Call, position: int) -> list[str | int]:
    src, dst = as_dialled(number=call.caller), as_dialled(number=call.called)
    answered = call.started + timedelta(seconds=call.rang_s)
    ended = answered + timedelta(seconds=call.talked_s)
    unique = f"{call.started:%Y%m%d%H%M%S}.{position}"
    return [
        *("", src, dst, "from-internal", f'"{src}" <{src}>'),
        *(f"PJSIP/{src}-{position:08x}", f"PJSIP/carrier-{position:08x}", "Dial", f"PJSIP/{dst}@carrier"),
        *(clock(call.started), clock(answered) if call.talked_s else "", clock(ended)),
        *(call.rang_s + call.talked_s, call.talked_s, "ANSWERED" if call.talked_s else "NO ANSWER"),
        *("DOCUMENTATION", unique, ""),
    ]


def clock(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%d %H:%M:%S")
