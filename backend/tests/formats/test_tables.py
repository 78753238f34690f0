import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from rachun.formats.csv_out import write_csv, write_xlsx
from rachun.formats.reading import FileRefused
from rachun.formats.source import read_text
from rachun.formats.templates import TEMPLATES, template_csv, template_xlsx

from backend.tests.formats.inputs import READINGS, codes, read, source, workbook_with_sheet


def _refusal(name: str, data: bytes | str, *, encoding: str | None = None) -> tuple[str, int | None]:
    with pytest.raises(FileRefused) as refused:
        read(name, data, encoding=encoding)
    assert str(refused.value)
    return refused.value.code, refused.value.row


class TestReadings:
    def test_open_the_next_day_when_only_the_day_is_given(self) -> None:
        frame = read("readings", READINGS).frame

        # 24:00 of 31 October in Kyiv, after the clock went back on the 25th, is 22:00 UTC.
        assert frame["read_at"].to_list() == [datetime(2026, 10, 31, 22, tzinfo=UTC)] * 2
        assert frame["value_micro"].to_list() == [1_234_500_000, 7_000_001]
        assert frame["meter_serial"].to_list() == ["00012", "00013"]

    @pytest.mark.parametrize(
        ("line", "field", "code"),
        [
            ("1;T1;2026-10-31;1.234,5;ACTUAL", "value", "not_a_decimal"),
            ("1;T1;2026-10-31;1e3;ACTUAL", "value", "not_a_decimal"),
            ("1;T1;2026-10-31;٣;ACTUAL", "value", "not_a_decimal"),
            ("1;T1;2026-10-31;1.0000001;ACTUAL", "value", "too_precise"),
            ("1;T1;2026-10-31;1234567890123;ACTUAL", "value", "number_too_large"),
            ("1;T1;2026-10-31;-1;ACTUAL", "value", "negative"),
            ("1;T1;2026-02-30;1;ACTUAL", "read_date", "not_a_date"),
            ("1;T1;10/31/2026;1;ACTUAL", "read_date", "not_a_date"),
            ("1;T1;;1;ACTUAL", "read_at", "one_of"),
            ("1;T1;2026-10-31;1;GUESSED", "kind", "unknown_choice"),
            (";T1;2026-10-31;1;ACTUAL", "meter_serial", "required"),
            ("1;T1;2026-10-31;1;ACTUAL;more", "row", "cell_count"),
        ],
    )
    def test_leave_out_a_row_they_do_not_understand_and_name_it(self, line: str, field: str, code: str) -> None:
        result = read("readings", READINGS + line + "\n")

        assert codes(result) == [(4, field, code)]
        assert result.errors[0].message_en
        assert (result.frame.height, result.record_count) == (2, 3)

    @pytest.mark.parametrize(
        ("written", "code"),
        [("2026-10-25 03:30", "time_twice_in_zone"), ("2026-03-29 03:30", "time_missing_in_zone")],
    )
    def test_do_not_guess_around_a_clock_change(self, written: str, code: str) -> None:
        result = read("readings", f"meter_serial;register;read_at;value;kind\n1;T1;{written};1;ACTUAL\n")

        assert codes(result) == [(2, "read_at", code)]

    def test_take_an_offset_as_it_stands(self) -> None:
        data = "meter_serial;register;read_at;value;kind\n1;T1;2026-10-25T03:30+02:00;1;ACTUAL\n"

        assert read("readings", data).frame["read_at"].to_list() == [datetime(2026, 10, 25, 1, 30, tzinfo=UTC)]

    def test_number_equal_rows_so_that_the_file_may_come_again(self) -> None:
        doubled = READINGS + READINGS.splitlines()[1] + "\n"

        first, second = read("readings", doubled).frame, read("readings", doubled).frame

        assert first["occurrence"].to_list() == [1, 1, 2]
        assert first["record_key"].to_list() == second["record_key"].to_list()


class TestEncoding:
    UKRAINIAN = (
        "номер лічильника;шкала;дата;показ;вид\nКИЇВ-0001;T1;2026-10-31;5;контролер\nЄвген-2;T1;2026-10-31;6;факт\n"
    )
    BOSNIAN = "broj brojila;registar;datum;stanje;vrsta\nŠANTIĆ ČAPLJINA-ŽEPČE;T1;2026-10-31;5;kupac\n"

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "cp866"])
    def test_of_a_ukrainian_table_is_found(self, encoding: str) -> None:
        text = self.UKRAINIAN if encoding != "cp866" else self.UKRAINIAN.replace("і", "i")  # cp866 has no Ukrainian і
        data = text.encode(encoding)

        assert read_text(source=source(data)).text == text

    def test_of_a_bosnian_table_is_found(self) -> None:
        frame = read("readings", self.BOSNIAN.encode("cp1250")).frame

        assert frame["meter_serial"].to_list() == ["ŠANTIĆ ČAPLJINA-ŽEPČE"]

    def test_declared_wins_and_the_byte_that_breaks_it_is_named(self) -> None:
        with pytest.raises(FileRefused) as refused:
            read("readings", READINGS.replace("00013", "Б").encode("cp1251"), encoding="utf-8")

        assert (refused.value.code, refused.value.row) == ("undecodable", 3)
        assert refused.value.params["offset"] == READINGS.index("00013")

    def test_is_not_guessed_from_too_little(self) -> None:
        assert _refusal("readings", READINGS.encode() + b"\x81\x90\x98;")[0] == "encoding_unclear"


class TestFileAsAWhole:
    @pytest.mark.parametrize(
        ("data", "code", "row"),
        [
            ("", "empty_file", None),
            ("\n\n", "empty_file", None),
            ("meter_serial;value\n1;2\n", "column_missing", 1),
            (READINGS.replace("kind", "value"), "column_twice", 1),
            (READINGS.replace("kind", "kind;colour"), "column_unknown", 1),
            (READINGS + '"open;T1', "broken_quoting", 4),
            (READINGS.encode() + b"a\0b", "control_characters", 4),
            (b"PK\x03\x04 and no more", "broken_archive", None),
        ],
    )
    def test_is_refused_with_line_and_reason(self, data: bytes | str, code: str, row: int | None) -> None:
        assert _refusal("readings", data) == (code, row)

    @pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
    def test_is_parted_by_whatever_parts_its_header(self, delimiter: str) -> None:
        data = READINGS.replace("1 234,5", "1234.5").replace(";", delimiter)

        assert read("readings", data).frame["value_micro"].to_list() == [1_234_500_000, 7_000_001]


class TestWorkbooks:
    @staticmethod
    def _zip(name: str, content: bytes) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
        return out.getvalue()

    def test_are_read_as_the_same_rows_as_text(self) -> None:
        rows = [line.split(";") for line in READINGS.splitlines()]

        book, text = read("readings", write_xlsx(sheets={"a": rows})), read("readings", READINGS)

        assert book.frame.equals(text.frame)

    def test_that_unpack_to_a_flood_are_refused(self) -> None:
        flood = self._zip("xl/worksheets/sheet1.xml", bytes(60 * 1024 * 1024))

        assert _refusal("readings", flood)[0] == "archive_ratio"

    def test_that_lie_about_their_size_are_refused(self) -> None:
        honest = self._zip("xl/worksheets/sheet1.xml", b"x" * 5000)
        size, lie = (5000).to_bytes(4, "little"), (50).to_bytes(4, "little")

        assert _refusal("readings", honest.replace(size, lie))[0] == "broken_archive"

    @pytest.mark.parametrize("name", ["../../x", "/etc/x", "C:\\x"])
    def test_with_names_that_leave_the_folder_are_refused(self, name: str) -> None:
        assert _refusal("readings", self._zip(name, b"x"))[0] == "archive_name"

    def test_within_workbooks_are_refused(self) -> None:
        assert _refusal("readings", self._zip("inner.zip", b"x"))[0] == "archive_nested"

    def test_with_one_cell_at_the_far_corner_are_refused(self) -> None:
        sheet = (
            b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
            b'<c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
        )

        assert _refusal("readings", workbook_with_sheet(sheet, template_xlsx(format="readings")))[0] == "too_many_rows"

    def test_with_a_serial_number_longer_than_a_number_holds_are_told(self) -> None:
        sheet = (
            b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
            b'<c r="A1" t="inlineStr"><is><t>prefix</t></is></c><c r="B1" t="inlineStr"><is><t>destination</t></is></c>'
            b'</row><row r="2"><c r="A2"><v>1234567890123456789</v></c><c r="B2"><v>5</v></c></row>'
            b"</sheetData></worksheet>"
        )

        result = read("destination_prefixes", workbook_with_sheet(sheet, template_xlsx(format="readings")))

        assert codes(result) == [(2, "prefix", "digits_lost")]


class TestTemplates:
    @pytest.mark.parametrize("name", sorted(TEMPLATES))
    @pytest.mark.parametrize("make", [template_csv, template_xlsx])
    def test_read_back_as_their_one_example(self, name: str, make: object) -> None:
        result = read(name, make(format=name))

        assert result.errors == ()
        assert (result.record_count, result.totals["rows"]) == (1, 1)


class TestSpreadsheetOutput:
    def test_never_runs_a_name_as_a_formula_and_gives_it_back(self) -> None:
        header = ["account", "service", "item", "quantity", "unit", "performed_on"]
        item = '=HYPERLINK("http://example.com")'
        row = ["1", "S", item, Decimal("-2.50"), "m3", date(2026, 10, 1)]

        written = write_csv(header=header, rows=[row])

        assert "'=HYPERLINK" in written.decode("utf-8-sig")
        assert ";-2.50;" in written.decode("utf-8-sig")
        again = read("delivered_services", written)
        assert [(service.item, service.quantity_micro) for service in again.rows] == [(item, -2_500_000)]
