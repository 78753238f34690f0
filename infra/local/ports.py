"""A port that nobody listens on."""

from __future__ import annotations

import os
import socket

API_PORT = 8000
ATTEMPTS = 50
HOST = "127.0.0.1"


class NoFreePort(RuntimeError):
    """Fifty ports in a row are taken."""


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def wanted_port() -> int:
    return int(os.environ.get("RACHUN_API_PORT", str(API_PORT)))


def choose_port(wanted: int) -> int:
    """The wanted port, or the next free one above it."""
    for port in range(wanted, wanted + ATTEMPTS):
        if is_free(port):
            return port
    raise NoFreePort(f"ports {wanted} to {wanted + ATTEMPTS - 1} are all taken")
