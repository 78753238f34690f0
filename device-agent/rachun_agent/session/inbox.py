"""Jobs as they arrive: in order, each once, and on disk before the server hears that we have them."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import ClassVar

from rachun_agent.exactly_once.journal import Journal, OrderAltered, StaleFence
from rachun_agent.exactly_once.model import JobOrder, Ruling
from rachun_agent.session.contract import Message

log = logging.getLogger(__name__)
STORED = "inbox/stored_up_to"


@dataclass(slots=True, kw_only=True)
class Inbox:
    journal: Journal
    registers: frozenset[str]
    _early: dict[int, Message] = field(default_factory=dict)

    EARLY_MAX: ClassVar[int] = 200

    @property
    def stored_up_to(self) -> int:
        return int(self.journal.fact(STORED) or 0)

    @property
    def has_gap(self) -> bool:
        return bool(self._early)

    def take(self, message: Message) -> None:
        """Numbers at or below the stored one are repetitions; those behind a gap wait for it to be filled."""
        stored = self.stored_up_to
        if message["sequence"] <= stored:
            return
        if len(self._early) < self.EARLY_MAX or message["sequence"] == stored + 1:
            self._early[message["sequence"]] = message
        while (following := self._early.pop(stored + 1, None)) is not None:
            self._store(following)
            stored += 1

    def forget_early(self) -> None:
        """At a new connection the server sends everything again that is not stored."""
        self._early.clear()

    def _store(self, message: Message) -> None:
        if message["type"] == "ruling":
            if not self.journal.rule(message["job_id"], Ruling(message["was"])):
                log.warning("%s does not apply to job %s", message["was"], message["job_id"])
        else:
            self._store_job(message["job"])
        self.journal.set_fact(STORED, str(message["sequence"]))

    def _store_job(self, data: Message) -> None:
        code = self._refusal(data)
        if code:
            log.warning("job %s refused: %s", data["job_id"], code)
            self.journal.post("event", {"kind": "JOB_REFUSED", "job_id": data["job_id"], "code": code})

    def _refusal(self, data: Message) -> str:
        if data["register_id"] not in self.registers:
            return "UnknownRegister"
        try:
            self.journal.receive(JobOrder.from_json(data))
        except (OrderAltered, StaleFence) as refused:
            return type(refused).__name__
        except AssertionError:
            return "SumsDisagree"
        return ""
