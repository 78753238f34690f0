"""Scans as the cashier means them: one for a code, whatever the scanner puts around it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rachun_agent.drivers.scanner.driver import SerialScanner
from rachun_agent.simulators.scanner import SimulatedScanner
from rachun_agent.transport.serial_port import SerialChannel


class Line:
    """Pieces as they arrive, each after its pause."""

    def __init__(self, *pieces: tuple[float, bytes]) -> None:
        self._pieces, self._now_s = list(pieces), 0.0

    def read(self, *, timeout_s: float) -> bytes:
        if not self._pieces or self._pieces[0][0] > timeout_s:
            self._now_s += timeout_s
            if self._pieces:
                self._pieces[0] = (self._pieces[0][0] - timeout_s, self._pieces[0][1])
            return b""
        pause_s, piece = self._pieces.pop(0)
        self._now_s += pause_s
        return piece

    def write(self, data: bytes) -> None:
        raise AssertionError("nothing is said to a scanner")

    def monotonic_s(self) -> float:
        return self._now_s

    def close(self) -> None:
        self._pieces.clear()


def texts_of(scanner: SerialScanner, *, reads: int = 40) -> list[str]:
    return [scan.text for _ in range(reads) for scan in scanner.read(timeout_s=0.5)]


class TestOnALine:
    @pytest.mark.parametrize("suffix", [b"\r", b"\n", b"\r\n", b"\t", b"\x03", b""])
    def test_any_suffix_or_none_ends_a_code(self, suffix: bytes) -> None:
        line = Line((0.1, b"1002457" + b"81" + suffix), (2.0, b"4820000000017" + suffix))

        assert texts_of(SerialScanner(line)) == ["100245781", "4820000000017"]

    def test_a_code_may_arrive_in_pieces(self) -> None:
        line = Line((0.1, b"10024"), (0.05, b"5781\r"))

        assert texts_of(SerialScanner(line)) == ["100245781"]

    def test_a_doubled_scan_is_one_and_a_later_one_is_another(self) -> None:
        line = Line((0.1, b"100245781\r100245781\r"), (0.3, b"100245781\r"), (3.0, b"100245781\r"))
        scanner = SerialScanner(line)

        assert texts_of(scanner) == ["100245781", "100245781"]
        assert scanner.doubled == 2

    def test_garbage_is_dropped_and_the_next_code_is_read(self) -> None:
        line = Line((0.1, b"\xff\xfe\x01\x80\r"), (0.5, b"1\r"), (0.5, b"100245781\r"))
        scanner = SerialScanner(line)

        assert texts_of(scanner) == ["100245781"]
        assert scanner.dropped == 2

    def test_a_slip_with_lines_inside_stays_whole(self) -> None:
        slip = "HRVHUB30\nEUR\n000000000012355\nPAJO PATAK"
        line = Line((0.1, slip.encode()), (2.0, b"100245781\r"))

        assert texts_of(SerialScanner(line)) == [slip, "100245781"]

    @given(st.lists(st.tuples(st.floats(0, 3), st.binary(max_size=1500)), max_size=6))
    def test_nothing_on_the_line_raises_or_grows_without_end(self, pieces: list[tuple[float, bytes]]) -> None:
        scanner = SerialScanner(Line(*pieces))

        texts_of(scanner)

        assert len(scanner._pending) <= SerialScanner.LENGTH_MAX


class TestOnAPort:
    @pytest.fixture
    def simulated(self) -> Iterator[SimulatedScanner]:
        scanner = SimulatedScanner()
        with scanner.port:
            yield scanner

    def test_ten_codes_a_second_arrive_in_order(self, simulated: SimulatedScanner) -> None:
        scanner = SerialScanner(SerialChannel(simulated.port.name))
        codes = [f"1002457{number:02d}" for number in range(20)]

        simulated.crackle(b"\x80\x81\x82")
        for code in codes:
            simulated.scan(code, times=2)

        assert texts_of(scanner, reads=10) == codes
