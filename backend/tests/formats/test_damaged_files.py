"""K-11: whatever happens to a file on the way, the answer is rows, named errors or a refusal: never a crash."""

import pytest
from rachun.formats.columnar import ColumnsRead
from rachun.formats.reading import FileRefused
from rachun.formats.registry import FORMATS
from rachun.formats.templates import template_csv, template_xlsx

from backend.tests.formats.inputs import GREEN_BUTTON, READINGS, TELEGRAM, fixed_call, read, workbook_with_sheet
from backend.tests.formats.mutations import mutations
from backend.tests.formats.test_calls import ANSWERED, BG

HOUSEHOLD = "household,datetime,kwh\n" + "".join(
    f"H1,2026-10-25 {h:02d}:{m}:00,0.25\n" for h in range(24) for m in ("00", "30")
)
EXAMPLES: dict[str, bytes] = {
    "readings": READINGS.encode(),
    "customers": template_csv(format="customers"),
    "delivered_services": template_csv(format="delivered_services"),
    "rate_deck": b"direction;price\nPoland;0,0415\nBosnia;1,5\n",
    "destination_prefixes": "prefix,destination,назва\n48,Poland,Польща\n387,Bosnia,Боснія\n".encode(),
    "household_halfhourly": HOUSEHOLD.encode(),
    "dsmr_p1": TELEGRAM * 2,
    "green_button": GREEN_BUTTON,
    "asterisk_cdr": ANSWERED.encode() * 3,
    "calls:bgbilling": BG.encode() * 3,
    "calls:m200_ex": b"A2345678 442345678 C0100105 0321234567 03-11-26 10:15:20 125 16\n" * 3,
    "calls:evrokvant": fixed_call().encode() * 3,
    "calls:es11": fixed_call().encode() * 3,
}
SHEET = (
    b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b'<row r="1"><c r="A1" t="inlineStr"><is><t>prefix</t></is></c><c r="B1" t="inlineStr"><is><t>destination</t></is>'
    b'</c></row><row r="2"><c r="A2"><v>48</v></c><c r="B2" t="e"><v>#N/A</v></c></row></sheetData></worksheet>'
)


def _explains(refused: FileRefused) -> None:
    assert refused.message_en


def _survives(name: str, data: bytes) -> None:
    try:
        result = read(name, data)
    except FileRefused as refused:
        _explains(refused)
        return
    rows = result.frame.height if isinstance(result, ColumnsRead) else len(result.rows)
    assert rows <= result.record_count
    assert all(error.message_en and error.row >= 0 for error in result.errors)


class TestDamagedFile:
    def test_is_tried_for_every_format(self) -> None:
        assert set(EXAMPLES) == set(FORMATS)

    @pytest.mark.parametrize("name", sorted(EXAMPLES))
    def test_that_was_not_damaged_is_read_whole(self, name: str) -> None:
        result = read(name, EXAMPLES[name])

        assert result.record_count > 0
        assert [error for error in result.errors if error.code != "gap"] == []

    @pytest.mark.parametrize("name", sorted(EXAMPLES))
    def test_is_answered_in_order(self, name: str) -> None:
        for damaged in mutations(data=EXAMPLES[name], count=40, seed=20_261_122):
            _survives(name, damaged)

    def test_is_answered_in_order_inside_a_workbook(self) -> None:
        template = template_xlsx(format="readings")
        for damaged in mutations(data=SHEET, count=40, seed=20_261_122):
            _survives("destination_prefixes", workbook_with_sheet(damaged, template))

    @pytest.mark.long
    @pytest.mark.parametrize("name", sorted(EXAMPLES))
    def test_is_answered_in_order_five_hundred_times(self, name: str) -> None:
        for damaged in mutations(data=EXAMPLES[name], count=500, seed=11):
            _survives(name, damaged)
