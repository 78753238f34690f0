"""Which upper app listens to which fact of a lower one. The only list; there are no signals."""

from collections.abc import Callable
from typing import Any

HANDLERS: dict[type, tuple[Callable[[Any], None], ...]] = {}
