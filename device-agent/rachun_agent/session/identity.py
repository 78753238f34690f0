"""The agent's own key: made on this computer, never sent, readable by its user alone."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

CONTEXT = "rachun-agent-1"
KEY_MODE = 0o600


class KeyExposed(PermissionError):
    """Others may read the key: whoever did is this agent now. Enrol again."""


def load_or_make_key(path: Path) -> Ed25519PrivateKey:
    """Raises KeyExposed."""
    if not path.exists():
        key = Ed25519PrivateKey.generate()
        raw = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, KEY_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        return key
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise KeyExposed(f"{path} is readable by others")
    return Ed25519PrivateKey.from_private_bytes(path.read_bytes())


def public_text(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def sign(key: Ed25519PrivateKey, *, agent_id: str, nonce: str) -> str:
    return key.sign(_text(agent_id, nonce)).hex()


def verify(public: str, *, agent_id: str, nonce: str, signature: str) -> None:
    """For whoever plays the server. Raises cryptography's InvalidSignature."""
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
    key.verify(bytes.fromhex(signature), _text(agent_id, nonce))


def _text(agent_id: str, nonce: str) -> bytes:
    return f"{CONTEXT}\n{agent_id}\n{nonce}".encode()
