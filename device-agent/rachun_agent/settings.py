"""`agent.toml` in the agent's folder: where the server is and what hangs on which port."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rachun_agent.drivers.datecs.driver import Operator
from rachun_agent.protocol.datecs_profile import profile_keys

KINDS = ("register", "scanner")
HEALTH_PORT = 8741


class BadSettings(ValueError):
    """Names the file, the place and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSettings:
    device_id: str
    kind: str
    port: str
    baud_rate: int = 115200
    profile: str = "datecs-fp2000"
    operator: Operator = field(default_factory=Operator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    folder: Path
    server: str
    devices: tuple[DeviceSettings, ...]
    health_port: int = HEALTH_PORT

    @property
    def journal(self) -> Path:
        return self.folder / "journal.sqlite3"

    @property
    def key(self) -> Path:
        return self.folder / "agent.key"


def load_settings(folder: Path) -> Settings:
    """Raises BadSettings."""
    path = folder / "agent.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadSettings(f"{path} is not there; the README shows one to start from") from error
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"{path}: {error}") from error
    server = data.get("server", "")
    if not _is_safe(server):
        raise BadSettings(f"{path}: server must begin with wss:// (ws:// only to this computer itself)")
    devices = tuple(_device(path, number, entry) for number, entry in enumerate(data.get("device", []), start=1))
    if len({device.device_id for device in devices}) < len(devices):
        raise BadSettings(f"{path}: two devices have the same id")
    return Settings(folder=folder, server=server, devices=devices, health_port=data.get("health_port", HEALTH_PORT))


def _is_safe(server: str) -> bool:
    return server.startswith(("wss://", "ws://127.0.0.1", "ws://localhost"))


def _device(path: Path, number: int, entry: dict[str, Any]) -> DeviceSettings:
    where = f"{path}: device {number}"
    try:
        operator = Operator(**entry.pop("operator", {}))
        device = DeviceSettings(device_id=entry.pop("id"), operator=operator, **entry)
    except KeyError as error:
        raise BadSettings(f"{where} lacks {error}") from error
    except TypeError as error:
        raise BadSettings(f"{where} has a field we do not know or lacks one: {error}") from error
    if device.kind not in KINDS:
        raise BadSettings(f"{where}: kind is one of {', '.join(KINDS)}")
    if device.profile not in profile_keys():
        raise BadSettings(f"{where}: profile is one of {', '.join(profile_keys())}")
    return device
