"""S-12: archives that lie, overlap, link or hide, before anything unpacks them. Names and floods: test_tables.py."""

import io
import stat
import struct
import zipfile

import pytest
from rachun.formats.archives import MAX_ENTRIES, open_checked_archive
from rachun.formats.reading import FileRefused


def archive(entries: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return out.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        open_checked_archive(data=data)
    return refused.value.code


def overlapping() -> bytes:
    """Two names for one packed content: what makes a few kilobytes into as many times as there are names."""
    data = bytearray(archive({"a.xml": b"x" * 3000, "b.xml": b"x" * 3000}))
    end = data.rindex(b"PK\x05\x06")
    [directory] = struct.unpack_from("<I", data, end + 16)
    second = data.index(b"PK\x01\x02", directory + 4)
    data[second + 42 : second + 46] = data[directory + 42 : directory + 46]
    return bytes(data)


def with_link() -> bytes:
    out = io.BytesIO()
    link = zipfile.ZipInfo("sheet.xml")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(link, "/etc/passwd")
    return out.getvalue()


def with_flag(bit: int) -> bytes:
    data = bytearray(archive({"a.xml": b"x" * 100}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= bit
    return bytes(data)


class TestAnArchive:
    def test_that_is_sound_is_opened(self) -> None:
        found = open_checked_archive(data=archive({"a.xml": b"x" * 100, "folder/b.xml": b"y" * 100}))

        assert found.namelist() == ["a.xml", "folder/b.xml"]

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (overlapping(), "archive_overlap"),
            (with_link(), "archive_name"),
            (with_flag(0x1), "archive_encrypted"),
            (archive({f"{number}.xml": b"" for number in range(MAX_ENTRIES + 1)}), "archive_entries"),
            (archive({"a.xml": b"x" * 100}, compression=zipfile.ZIP_LZMA), "broken_archive"),
            (archive({"deep/inner.XLSX": b"x"}), "archive_nested"),
            (archive({"a/../../b.xml": b"x"}), "archive_name"),
            (archive({"a.xml": b"x" * 5000})[:60], "broken_archive"),
        ],
    )
    def test_that_is_not_is_refused_by_name(self, data: bytes, code: str) -> None:
        assert refusal(data) == code

    def test_that_unpacks_to_more_than_any_file_of_people_is_refused(self) -> None:
        """Each entry packs honestly; together they are too much."""
        noise = bytes(range(256)) * 4096 * 4
        stored = archive({f"{number}.bin": noise for number in range(60)}, compression=zipfile.ZIP_STORED)

        assert refusal(stored) == "archive_too_large"
