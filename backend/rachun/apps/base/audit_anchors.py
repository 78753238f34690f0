"""Where the audit's chains ended on a day, written down outside the database.

A chain names a row that was edited, but not one whose end was cut off: what is left of it holds. Whoever can cut it can
do so in the database only; the anchors lie in a file elsewhere, one line of JSON for each stream that has grown.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rachun.apps.base.audit import BrokenLink, latest_link
from rachun.apps.base.models import AuditSeal


class BadAnchors(Exception):
    """The file cannot be read; the message names the line and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """At this time (ISO 8601, UTC) the chain of the stream ended at this place with this hash."""

    at: str
    stream: str
    sequence: int
    hash: str


def read_anchors(path: Path) -> list[Anchor]:
    """In the order of writing; none when there is no file yet. Raises BadAnchors."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_anchor(line, place=f"{path}, line {number}") for number, line in enumerate(lines, start=1)]


def _anchor(line: str, *, place: str) -> Anchor:
    try:
        anchor = Anchor(**json.loads(line))
        datetime.fromisoformat(anchor.at)
    except (ValueError, TypeError) as error:
        raise BadAnchors(f"{place} is not an anchor ({error}); take the file from a backup of it") from error
    if type(anchor.sequence) is not int or not isinstance(anchor.stream, str) or not isinstance(anchor.hash, str):
        raise BadAnchors(f"{place} is not an anchor (wrong types); take the file from a backup of it")
    return anchor


def find_lost_anchor(anchors: Sequence[Anchor]) -> BrokenLink | None:
    """The first anchor whose place in the chain is gone or has another hash; None when all hold."""
    for anchor in anchors:
        seal = AuditSeal.objects.filter(stream=anchor.stream, sequence=anchor.sequence).first()
        if seal is None or seal.hash != anchor.hash:
            what = "is missing, and was there" if seal is None else "has another hash than it had"
            return BrokenLink(
                stream=anchor.stream,
                sequence=anchor.sequence,
                audit_row_id=seal.audit_row_id if seal else None,
                reason=f"the place {what} on {anchor.at}",
            )
    return None


def new_anchors(*, known: Sequence[Anchor], at: datetime) -> list[Anchor]:
    """The ends of the chains that have grown since they were written down."""
    written = {anchor.stream: anchor.sequence for anchor in known}
    streams = AuditSeal.objects.order_by("stream").values_list("stream", flat=True).distinct()
    ends = {stream: latest_link(stream=stream) for stream in streams}
    return [
        Anchor(at=at.astimezone(UTC).isoformat(timespec="seconds"), stream=stream, sequence=sequence, hash=link)
        for stream, (sequence, link) in ends.items()
        if sequence > written.get(stream, 0)
    ]


def append_anchors(path: Path, anchors: Sequence[Anchor]) -> None:
    """Only ever adds, so the file may be one that the system lets nobody change."""
    lines = "".join(f"{json.dumps(asdict(anchor), ensure_ascii=False)}\n" for anchor in anchors)
    with path.open("a", encoding="utf-8") as file:
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())
