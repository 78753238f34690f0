"""A serial port (or a pty, or `socket://host:port`) through pyserial."""

from __future__ import annotations

import time

import serial

from rachun_agent.errors import PortGone

READ_AT_MOST = 4096
WRITE_TIMEOUT_S = 5.0


class SerialChannel:
    """8N1 without flow control, owned by us alone: a second program on the port would steal replies."""

    def __init__(self, address: str, *, baud_rate: int = 115200) -> None:
        self.address = address
        try:
            self._port = serial.serial_for_url(
                address, do_not_open=True, baudrate=baud_rate, timeout=0, write_timeout=WRITE_TIMEOUT_S
            )
            if "://" not in address:  # a network address cannot be locked
                self._port.exclusive = True
            self._port.open()
        except (serial.SerialException, ValueError, OSError) as error:
            raise PortGone(f"{address}: {error}") from error

    def write(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except (serial.SerialException, OSError) as error:
            raise PortGone(f"{self.address}: {error}") from error

    def read(self, *, timeout_s: float) -> bytes:
        try:
            self._port.timeout = timeout_s
            first: bytes = self._port.read(1)
            if not first:
                return b""
            self._port.timeout = 0
            rest: bytes = self._port.read(READ_AT_MOST)
        except (serial.SerialException, OSError) as error:
            raise PortGone(f"{self.address}: {error}") from error
        return first + rest

    def monotonic_s(self) -> float:
        return time.monotonic()

    def close(self) -> None:
        self._port.close()
