"""S-14: a picture is judged by what it is and by what it would unpack to, before anybody unpacks it."""

import struct
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rachun.apps.selfservice.errors import PhotoRefused
from rachun.apps.selfservice.services.photos import keep_photo, longest_side


def png(width: int, height: int) -> bytes:
    """A whole picture of one colour: a bomb of 50,000 × 50,000 takes 7 GB in memory and a few hundred KB here."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    packed = zlib.compress(bytes(1 + width // 8) * min(height, 2000), 9)
    chunks = ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b""))
    body = b"".join(struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c)) for k, c in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


def jpeg(width: int, height: int, *, frame: int = 0xC2) -> bytes:
    """Application data and a comment before the frame, as cameras write them."""
    start = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(10) + b"\xff\xfe\x00\x06dial"
    return (
        start + bytes((0xFF, frame)) + struct.pack(">HBHHB", 17, 8, height, width, 3) + bytes(9) + b"\xff\xda\x00\x02"
    )


def webp(width: int, height: int, *, kind: bytes) -> bytes:
    sides = {
        b"VP8X": bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"),
        b"VP8L": b"\x2f" + ((width - 1) | (height - 1) << 14).to_bytes(4, "little"),
        b"VP8 ": bytes(3) + b"\x9d\x01\x2a" + struct.pack("<HH", width, height),
    }[kind]
    return b"RIFF" + bytes(4) + b"WEBP" + kind + bytes(4) + sides


def keep(content: bytes) -> tuple[str, str]:
    return keep_photo(photo=SimpleUploadedFile("dial.jpg", content))


@pytest.fixture(autouse=True)
def _store(settings: Any, tmp_path: Any) -> None:
    settings.FILES_DIR = tmp_path


class TestAPicture:
    @pytest.mark.parametrize(
        ("content", "media_type"),
        [
            (png(4000, 3000), "image/png"),
            (jpeg(12_000, 9_000), "image/jpeg"),
            (jpeg(4000, 3000, frame=0xC0), "image/jpeg"),
            (webp(4000, 3000, kind=b"VP8X"), "image/webp"),
            (webp(4000, 3000, kind=b"VP8L"), "image/webp"),
            (webp(4000, 3000, kind=b"VP8 "), "image/webp"),
        ],
    )
    def test_of_a_camera_is_kept_as_what_it_is(self, content: bytes, media_type: str) -> None:
        assert keep(content)[1] == media_type
        assert longest_side(content=content, media_type=media_type) in {4000, 12_000}

    @pytest.mark.parametrize(
        "bomb",
        [
            png(50_000, 50_000),
            png(8, 60_000),
            jpeg(65_000, 65_000),
            jpeg(10, 65_000, frame=0xC0),
            webp(60_000, 60_000, kind=b"VP8X"),
            webp(16_000, 16_000, kind=b"VP8L"),
            webp(16_000, 10, kind=b"VP8 "),
        ],
    )
    def test_that_unpacks_to_a_flood_is_refused(self, bomb: bytes) -> None:
        with pytest.raises(PhotoRefused) as refused:
            keep(bomb)

        assert refused.value.params["side"] > refused.value.params["limit"] == 12_000

    @pytest.mark.parametrize(
        "other",
        [
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            b"<?xml version='1.0'?><svg onload='alert(1)'/>",
            b"%PDF-1.7\n",
            b"GIF89a" + bytes(20),
            b"PK\x03\x04" + bytes(30),
            b"<html>" + png(10, 10),
        ],
    )
    def test_is_nothing_that_a_browser_would_run(self, other: bytes) -> None:
        with pytest.raises(PhotoRefused):
            keep(other)

    @pytest.mark.parametrize(
        "content", [b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\x00\x00", jpeg(10, 10)[:-20], png(9, 9)[:18]]
    )
    def test_that_is_cut_off_is_looked_at_and_nothing_breaks(self, content: bytes) -> None:
        assert keep(content)[1] in {"image/jpeg", "image/png"}
