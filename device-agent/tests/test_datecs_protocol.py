"""Frames of the classic protocol against bytes that others published (captures and the maker's manual)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rachun_agent.protocol.datecs_data import UnreadableField, minor_units, money, printable
from rachun_agent.protocol.datecs_frame import (
    FrameReader,
    NotAFrame,
    Reply,
    Request,
    Signal,
    decode_reply,
    decode_request,
    encode_reply,
    encode_request,
    next_sequence,
)
from rachun_agent.protocol.datecs_profile import load_profile, profile_keys


def octets(text: str) -> bytes:
    return bytes.fromhex(text)


CAPTURED_REQUESTS = [
    ("01 24 20 21 05 30 30 36 3A 03", Request(sequence=0x20, command=0x21)),
    ("01 25 3C 4A 58 05 30 31 30 38 03", Request(sequence=0x3C, command=0x4A, data=b"X")),
    ("01 24 3E 63 05 30 30 3C 3A 03", Request(sequence=0x3E, command=0x63)),
    ("01 25 21 5A 31 05 30 30 3D 36 03", Request(sequence=0x21, command=0x5A, data=b"1")),
    (
        "01 3C 23 31 B2 ED F2 E5 F0 ED E5 F2 20 31 31 2F 32 30 32 36 09 41 32 34 39 2E 35 30 05 30 3A 3B 36 03",
        Request(sequence=0x23, command=0x31, data="Інтернет 11/2026\tA249.50".encode("cp1251")),
    ),
    ("01 2C 25 35 09 50 33 30 30 2E 30 30 05 30 32 30 35 03", Request(sequence=0x25, command=0x35, data=b"\tP300.00")),
]
STATUS_FP550 = octets("80 80 80 85 80 BA")
CAPTURED_REPLIES = [
    (
        "01 31 3C 4A 80 80 80 85 80 BA 04 80 80 80 85 80 BA 05 30 37 33 3E 03",
        Reply(sequence=0x3C, command=0x4A, data=STATUS_FP550, status=STATUS_FP550),
    ),
    (
        "01 38 3E 63 31 30 30 30 37 37 35 35 36 2C CF C8 C1 04 80 80 80 85 80 BA 05 30 38 37 34 03",
        Reply(sequence=0x3E, command=0x63, data="100077556,ПИБ".encode("cp1251"), status=STATUS_FP550),
    ),
    (
        "01 2B 30 31 04 A0 80 89 80 86 9A 05 30 33 3D 3E 03",
        Reply(sequence=0x30, command=0x31, data=b"", status=octets("A0 80 89 80 86 9A")),
    ),
]


class TestFrames:
    @pytest.mark.parametrize(("captured", "request_"), CAPTURED_REQUESTS)
    def test_requests_are_those_captured(self, captured: str, request_: Request) -> None:
        assert encode_request(request_) == octets(captured)
        assert decode_request(octets(captured)) == request_

    @pytest.mark.parametrize(("captured", "reply"), CAPTURED_REPLIES)
    def test_replies_are_those_captured(self, captured: str, reply: Reply) -> None:
        assert decode_reply(octets(captured)) == reply
        assert encode_reply(reply) == octets(captured)

    @given(st.binary(max_size=213), st.integers(0x20, 0x7F), st.integers(0x20, 0xFF))
    def test_what_is_sent_is_what_arrives(self, data: bytes, sequence: int, command: int) -> None:
        request = Request(sequence=sequence, command=command, data=data)

        assert decode_request(encode_request(request)) == request

    @given(st.data())
    def test_one_changed_byte_is_never_taken_for_a_frame(self, data: st.DataObject) -> None:
        frame = bytearray(octets(CAPTURED_REPLIES[1][0]))
        place = data.draw(st.integers(0, len(frame) - 1))
        frame[place] ^= data.draw(st.integers(1, 255))

        with pytest.raises(NotAFrame):
            decode_reply(bytes(frame))

    def test_a_status_byte_may_look_like_a_marker(self) -> None:
        reply = Reply(sequence=0x20, command=0x4A, data=b"", status=octets("04 05 80 80 86 9A"))

        assert decode_reply(encode_reply(reply)) == reply

    def test_refuses_more_than_a_frame_holds(self) -> None:
        with pytest.raises(NotAFrame, match="214 bytes"):
            encode_request(Request(sequence=0x20, command=0x31, data=b"a" * 214))

    def test_the_sequence_wraps(self) -> None:
        assert (next_sequence(0x20), next_sequence(0x7F)) == (0x21, 0x20)


class TestReader:
    def test_finds_signals_and_frames_between_noise_in_any_cut(self) -> None:
        frame = octets(CAPTURED_REPLIES[0][0])
        stream = b"\x00\xff" + b"\x16\x16" + b"noise" + frame + b"\x15" + frame
        expected = [Signal.SYN, Signal.SYN, frame, Signal.NAK, frame]

        for size in range(1, len(stream) + 1):
            reader = FrameReader()
            pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
            assert [token for piece in pieces for token in reader.feed(piece)] == expected

    def test_tells_of_a_broken_frame_and_reads_the_next(self) -> None:
        frame = octets(CAPTURED_REPLIES[2][0])
        broken = frame[:4] + b"\x81" + frame[5:]

        assert list(FrameReader().feed(broken + frame)) == [Signal.GARBLED, frame]

    @given(st.lists(st.binary(max_size=60), max_size=10))
    def test_garbage_never_raises(self, pieces: list[bytes]) -> None:
        reader = FrameReader()

        for piece in pieces:
            assert all(isinstance(token, bytes | Signal) for token in reader.feed(piece))


class TestData:
    @pytest.mark.parametrize(("field", "minor"), [("249.50", 24950), ("0000024950", 24950), ("-5.00", -500), ("0", 0)])
    def test_reads_amounts_with_and_without_a_point(self, field: str, minor: int) -> None:
        assert minor_units(field) == minor

    @pytest.mark.parametrize("field", ["", "abc", "1.234", "12,5"])
    def test_refuses_what_is_no_amount(self, field: str) -> None:
        with pytest.raises(UnreadableField):
            minor_units(field)

    def test_writes_amounts_with_two_decimals(self) -> None:
        assert [money(minor) for minor in (0, 5, 50, 24950)] == ["0.00", "0.05", "0.50", "249.50"]

    def test_puts_a_mark_where_the_codepage_lacks_a_letter(self) -> None:
        assert printable("Ґедзь єї\tš€😀", codepage="cp1251").decode("cp1251") == "Ґедзь єї ?€?"


class TestProfiles:
    def test_reads_the_captured_status_of_an_fp550(self) -> None:
        flags = load_profile("datecs-fp2000").flags(STATUS_FP550)

        assert {"fiscalised", "rates_set", "fiscal_formatted"} <= flags
        assert not flags & {"receipt_open", "paper_out", "general_error"}

    def test_reads_paper_out_with_a_receipt_open(self) -> None:
        flags = load_profile("datecs-fp2000").flags(octets("A0 80 89 80 86 9A"))

        assert {"paper_out", "receipt_open", "general_error"} <= flags

    @pytest.mark.parametrize("key", profile_keys())
    def test_every_profile_knows_what_all_models_share(self, key: str) -> None:
        shared = {
            (0, 5),
            (0, 4),
            (0, 2),
            (0, 1),
            (0, 0),
            (1, 2),
            (1, 1),
            (1, 0),
            (2, 5),
            (2, 3),
            (2, 0),
            (4, 5),
            (4, 4),
            (4, 0),
        }

        assert shared | {(5, 3)} <= set(load_profile(key).status)
