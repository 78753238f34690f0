"""Identifiers made by the application: UUID version 7, ordered by the instant they were made."""

import secrets
import time
from uuid import UUID


def uuid7() -> UUID:
    """Make a time-ordered UUID (RFC 9562): 48 bits of milliseconds, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random_bits = secrets.randbits(74)
    value = (milliseconds & 0xFFFFFFFFFFFF) << 80
    value |= 0x7 << 76
    value |= (random_bits >> 62) << 64
    value |= 0b10 << 62
    value |= random_bits & 0x3FFFFFFFFFFFFFFF
    return UUID(int=value)
