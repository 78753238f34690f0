"""What config/wiring.py lists. Base lies below config, so it finds the list by its name in the settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Periodic:
    """Work of the scheduler: run must be safe to repeat and short; longer work enqueues a job."""

    name: str
    every_s: float
    run: Callable[[], object]


@cache
def handlers() -> Mapping[type, tuple[Callable[[Any], None], ...]]:
    found: Mapping[type, tuple[Callable[[Any], None], ...]] = import_module(settings.RACHUN_WIRING).HANDLERS
    return found


@cache
def periodic() -> tuple[Periodic, ...]:
    found: tuple[Periodic, ...] = import_module(settings.RACHUN_WIRING).PERIODIC
    return found
