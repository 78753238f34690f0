import time
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from rachun.formats.dsmr_p1 import crc16
from rachun.formats.reading import FileRefused

from backend.tests.formats.inputs import GREEN_BUTTON, TELEGRAM, codes, read


def _refusal(name: str, data: bytes | str) -> tuple[str, int | None]:
    with pytest.raises(FileRefused) as refused:
        read(name, data)
    assert str(refused.value)
    return refused.value.code, refused.value.row


class TestTelegram:
    def test_checksum_is_the_published_one(self) -> None:
        assert crc16(data=b"123456789") == 0xBB3D  # check value of CRC-16/ARC in the catalogue of CRC algorithms

    def test_states_the_meter_and_the_gas_meter_behind_it(self) -> None:
        power, gas = read("dsmr_p1", TELEGRAM).rows

        assert (power.equipment_id, power.obis, power.value, power.unit) == (
            "A0012", "1-0:1.8.1", Decimal("123.456"), "kWh",
        )  # fmt: skip
        assert power.summer_time is False
        assert (gas.equipment_id, gas.channel, gas.device_type, gas.value) == ("G0009", 1, 3, Decimal("42.007"))
        assert (gas.local_at.hour, gas.local_at.minute) == (3, 0)

    @pytest.mark.parametrize(
        ("data", "code", "row"),
        [
            (TELEGRAM.replace(b"123.456", b"123.457"), "checksum_mismatch", 10),
            (TELEGRAM[:-6], "checksum_missing", 10),
            (TELEGRAM[:60], "telegram_truncated", 1),
            (TELEGRAM + TELEGRAM[:-30], "telegram_truncated", 11),
            (b"hello\n" + TELEGRAM, "not_a_telegram", 1),
            (TELEGRAM.replace(b"XYZ5", b"X\xffZ5"), "undecodable", 1),
        ],
    )
    def test_is_refused_when_damaged(self, data: bytes, code: str, row: int) -> None:
        assert _refusal("dsmr_p1", data) == (code, row)

    def test_may_follow_another(self) -> None:
        result = read("dsmr_p1", TELEGRAM * 3)

        assert [row.telegram for row in result.rows] == [1, 1, 2, 2, 3, 3]
        assert result.totals["sum_m3"] == Decimal("126.021")


class TestGreenButton:
    def test_multiplies_by_the_power_of_ten(self) -> None:
        [row] = read("green_button", GREEN_BUTTON).rows

        assert (row.value, row.unit, row.duration_s) == (Decimal("1.500"), "Wh", 3600)
        assert row.started_at == datetime(2025, 10, 25, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("old", "new", "field", "code"),
        [
            (b"<value>1500", b"<value>15x0", "value", "not_an_integer"),
            (b"<duration>3600", b"<duration>-1", "duration", "not_an_integer"),
            (b'href="/x/ReadingType/9"/><content><ReadingType', b'href="/x/ReadingType/8"/><content><ReadingType',
             "reading_type", "missing_reference"),
        ],
    )  # fmt: skip
    def test_leaves_out_what_it_cannot_know(self, old: bytes, new: bytes, field: str, code: str) -> None:
        result = read("green_button", GREEN_BUTTON.replace(old, new))

        assert [(name, reason) for _, name, reason in codes(result)] == [(field, code)]
        assert result.rows == ()

    def test_does_not_guess_an_unknown_unit(self) -> None:
        result = read("green_button", GREEN_BUTTON.replace(b"<uom>72", b"<uom>7200"))

        assert result.rows == ()
        assert {code for _, _, code in codes(result)} == {"unknown_code", "missing_reference"}

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "xml_doctype"),
            (b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x"><a/>', "xml_doctype"),
            (b'<!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><a>&b;</a>', "xml_doctype"),
            ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a/>'.encode("utf-16"), "xml_doctype"),
            (b"<a>" * 100_000 + b"</a>" * 100_000, "xml_too_deep"),
            (b"<a><b></a>", "broken_xml"),
            (b"<a/>", "not_green_button"),
            (GREEN_BUTTON[:-40], "broken_xml"),
        ],
    )
    def test_is_refused_quickly_when_hostile_or_broken(self, data: bytes, code: str) -> None:
        begun = time.perf_counter()

        assert _refusal("green_button", data)[0] == code
        assert time.perf_counter() - begun < 1


class TestHouseholdSeries:
    HEADER = "household,datetime,kwh\n"

    def test_takes_the_hour_that_comes_twice_in_its_order(self) -> None:
        stamps = ["02:30", "03:00", "03:30", "03:00", "03:30", "04:00"]
        data = self.HEADER + "".join(f"H1,2026-10-25 {stamp}:00,0.{n}\n" for n, stamp in enumerate(stamps, start=1))

        result = read("household_halfhourly", data)

        assert result.errors == ()
        started = result.frame["started_at"].to_list()
        assert [later - earlier for earlier, later in pairwise(started)] == [started[1] - started[0]] * 5

    def test_has_no_gap_where_the_clock_leaps(self) -> None:
        data = self.HEADER + "H1,2026-03-29 02:30:00,0.1\nH1,2026-03-29 04:00:00,0.2\n"

        assert read("household_halfhourly", data).errors == ()

    def test_tells_duplicates_gaps_and_odd_minutes(self) -> None:
        data = self.HEADER + (
            "H1,2026-07-01 00:00:00,0.1\nH1,2026-07-01 00:00:00,0.1\nH1,2026-07-01 02:00:00,0.2\n"
            "H1,2026-07-01 02:10:00,0.2\nH1,2026-03-29 03:30:00,0.2\nH1,2026-07-01 02:30:00,Null\n"
        )

        result = read("household_halfhourly", data)

        wanted = ["duplicate", "off_grid", "time_missing_in_zone", "not_a_decimal"]
        assert sorted((row, code) for row, _, code in codes(result)) == sorted(
            [(4, "gap"), *zip((3, 5, 6, 7), wanted, strict=True)]
        )
        assert result.totals["energy_kwh_sum"] == Decimal("0.3")
