"""What is wrong with a tariff, and where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffFault:
    """pointer: RFC 6901. code: stable. params: what the sentence in the reader's language needs."""

    pointer: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


class TariffInvalid(ValueError):
    def __init__(self, faults: list[TariffFault]) -> None:
        super().__init__("; ".join(f"{fault.pointer}: {fault.code} {dict(fault.params)}" for fault in faults))
        self.faults = faults


def pointer_to(*parts: str | int) -> str:
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)
