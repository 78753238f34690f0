"""Secrets of this checkout: made on the first run, kept in var/secrets.json (0600), never defaulted."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from infra.local.postgres import ROLES


def _key() -> str:
    return secrets.token_urlsafe(48)


def _password() -> str:
    return secrets.token_urlsafe(24)


def _spoken_password() -> str:
    """Short enough to type from the screen, about 70 bits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(3))


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    secret_key: str = field(default_factory=_key)
    jwt_key: str = field(default_factory=_key)
    demo_password: str = field(default_factory=_spoken_password)
    role_passwords: dict[str, str] = field(default_factory=lambda: {role: _password() for role in ROLES})


class UnreadableSecrets(RuntimeError):
    """var/secrets.json is there but is not ours to guess: losing it would lose every signed token and login."""


def load_secrets(path: Path) -> Secrets:
    """Read the file, or make it; a field it does not know yet is added. Raises UnreadableSecrets."""
    try:
        known = json.loads(path.read_text())
        found = Secrets(**known)
    except FileNotFoundError:
        known, found = {}, Secrets()
    except (ValueError, TypeError) as error:
        raise UnreadableSecrets(f"{path}: {error}") from error
    if known != asdict(found):
        _write_private(path, json.dumps(asdict(found), indent=2) + "\n")
    return found


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
