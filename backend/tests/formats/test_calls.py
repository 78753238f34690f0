from datetime import UTC, datetime

import pytest
from rachun.formats.call_columns import CALL_COLUMNS, together
from rachun.formats.declared_calls import (
    SHIPPED_PROFILES,
    check_profile,
    iterate_declared_calls,
    read_declared_calls,
    shipped_profile,
)
from rachun.formats.keys import number_occurrences
from rachun.formats.reading import FileRefused

from backend.tests.formats.inputs import codes, fixed_call, read, source

ANSWERED = (
    '"","100","380501112233","in","""A"" <100>","SIP/1","SIP/2","Dial","x","2026-11-03 10:00:00",'
    '"2026-11-03 10:00:05","2026-11-03 10:01:05",65,60,"ANSWERED","DOCUMENTATION","1.1",""\n'
)
BG = "03.11.2026 10:15:20\t125\t1\t380440000001\t2\t380440000002\t0\t9\t0\t130\n"


class TestAsteriskCalls:
    @pytest.mark.parametrize(
        ("old", "new", "field", "code"),
        [
            ("65,60", "65,90", "billable", "duration_mismatch"),
            ("65,60", "650,60", "duration", "duration_mismatch"),
            ("65,60", "65,x", "billable", "not_an_integer"),
            ('"ANSWERED"', '"PERHAPS"', "disposition", "unknown_code"),
            ('"2026-11-03 10:00:05"', '""', "answered_at", "required"),
            ("2026-11-03 10:00:00", "2026-13-03 10:00:00", "started_at", "not_an_instant"),
            ('"380501112233"', '""', "called", "required"),
        ],
    )
    def test_that_contradict_themselves_are_left_out(self, old: str, new: str, field: str, code: str) -> None:
        result = read("asterisk_cdr", ANSWERED + ANSWERED.replace(old, new, 1))

        assert codes(result) == [(2, field, code)]
        assert result.errors[0].message_en
        assert (result.frame.height, result.record_count) == (1, 2)

    def test_that_are_equal_are_both_kept_and_numbered(self) -> None:
        assert read("asterisk_cdr", ANSWERED * 3).frame["occurrence"].to_list() == [1, 2, 3]

    def test_that_cross_the_autumn_hour_are_kept_and_counted(self) -> None:
        line = ANSWERED.replace("2026-11-03 10:0", "2026-10-25 03:0")

        result = read("asterisk_cdr", line)

        assert result.frame["started_at"].to_list() == [datetime(2026, 10, 25, 0, 0, tzinfo=UTC)]
        assert result.totals["ambiguous_local_times"] == 1

    def test_of_another_file_are_refused_at_once(self) -> None:
        with pytest.raises(FileRefused) as refused:
            read("asterisk_cdr", "account;name\n1;2\n")
        assert (refused.value.code, refused.value.row) == ("cell_count", 1)


class TestDeclaredCalls:
    def test_of_fixed_width_are_cut_at_their_columns(self) -> None:
        result = read("calls:evrokvant", fixed_call() + fixed_call(cause="017", seconds=9))

        answered, busy = result.frame.iter_rows(named=True)
        assert list(answered) == list(CALL_COLUMNS)
        assert (answered["caller_raw"], answered["called_raw"]) == ("442345678", "0321234567")
        assert answered["started_at"] == datetime(2026, 11, 3, 8, 15, 20, tzinfo=UTC)
        assert (answered["trunk_in"], answered["trunk_out"], answered["disposition"]) == ("101", "202", "016")
        assert (answered["answered"], answered["billable_s"]) == (True, 125)
        assert (busy["answered"], busy["duration_s"], busy["billable_s"]) == (False, 9, 0)

    @pytest.mark.parametrize(
        ("line", "field", "code"),
        [
            (fixed_call()[:-5] + "\r\n", "row", "line_too_short"),
            (fixed_call(date="320126"), "started_at", "not_an_instant"),
            (fixed_call(time="1O1520"), "started_at", "not_an_instant"),
            (fixed_call(date="290326", time="033000"), "started_at", "time_missing_in_zone"),
            (fixed_call(called=""), "called", "required"),
            (fixed_call().replace("000125", "00 125"), "duration", "not_an_integer"),
        ],
    )
    def test_that_do_not_fit_are_named_by_line(self, line: str, field: str, code: str) -> None:
        result = read("calls:es11", fixed_call() + line)

        assert codes(result) == [(2, field, code)]
        assert result.errors[0].message_en

    def test_pay_for_talk_and_not_for_ringing(self) -> None:
        call = read("calls:bgbilling", BG).frame.row(0, named=True)

        assert (call["duration_s"], call["billable_s"]) == (130, 125)

    def test_keep_their_key_whatever_the_line_end(self) -> None:
        unix, windows = read("calls:bgbilling", BG).frame, read("calls:bgbilling", BG.replace("\n", "\r\n")).frame

        assert unix["record_key"].to_list() == windows["record_key"].to_list()

    def test_in_another_code_page_than_declared_are_refused(self) -> None:
        with pytest.raises(FileRefused) as refused:
            read("calls:es11", (fixed_call() + fixed_call(caller="Київ")).encode("cp1251"))
        assert (refused.value.code, refused.value.row) == ("undecodable", 2)


class TestCallProfiles:
    @pytest.mark.parametrize("name", SHIPPED_PROFILES)
    def test_shipped_ones_are_whole(self, name: str) -> None:
        assert shipped_profile(name=name)["name"] == name

    @pytest.mark.parametrize("name", ["evrokvant", "es11"])
    def test_without_a_public_layout_say_that_they_are_assumed(self, name: str) -> None:
        profile = shipped_profile(name=name)

        assert profile["status"] == "ASSUMED"
        assert "confirmed by the operator" in profile["note"]

    @pytest.mark.parametrize(
        ("change", "where"),
        [
            ({"duration_unit": "MINUTES"}, "duration_unit"),
            ({"columns": 4}, "fields/called"),
            ({"colour": "red"}, "profile"),
            ({"number_rules": [{"field": "caller", "pattern": "(", "replace": ""}]}, "number_rules/0/pattern"),
        ],
    )
    def test_that_are_wrong_are_refused_at_their_place(self, change: dict[str, object], where: str) -> None:
        with pytest.raises(FileRefused) as refused:
            check_profile(profile={**shipped_profile(name="bgbilling"), **change})
        assert (refused.value.code, refused.value.params["where"]) == ("profile_wrong", where)

    def test_of_an_operator_rewrite_numbers_and_count_begun_seconds(self) -> None:
        profile = {
            "name": "own", "status": "VERIFIED", "kind": "DELIMITED", "delimiter": ";", "columns": 5,
            "encoding": "cp1251", "zone": "Europe/Sarajevo", "skip_first": 1, "skip_last": 1,
            "date_format": "%Y-%m-%d", "time_format": "%H:%M:%S", "duration_unit": "MS",
            "number_rules": [{"field": "called", "pattern": "^0", "replace": "387"}],
            "fields": {"caller": {"column": 0}, "called": {"column": 1}, "started_date": {"column": 2},
                       "started_time": {"column": 3}, "duration": {"column": 4}},
        }  # fmt: skip
        data = "A;B;дата;час;ms\n38733;065111222;2026-07-01;12:00:00;1001\nTOTAL;1;;;\n"

        result = read_declared_calls(source=source(data.encode("cp1251")), profile=profile)

        [call] = result.frame.iter_rows(named=True)
        assert (call["called_raw"], call["duration_s"]) == ("38765111222", 2)
        assert call["started_at"] == datetime(2026, 7, 1, 10, tzinfo=UTC)


class TestAFileInParts:
    @pytest.mark.parametrize("block_bytes", [1, 70, 150, 1000])
    def test_reads_as_the_whole_file_does(self, block_bytes: int) -> None:
        lines = [BG, "\n", BG.replace("125", "1x5"), BG.replace("10:15", "10:16"), "not a call\n", BG]
        file, profile = source("".join(lines).encode()), shipped_profile(name="bgbilling")

        whole = read_declared_calls(source=file, profile=profile)
        parts = list(iterate_declared_calls(source=file, profile=profile, block_bytes=block_bytes))

        assert whole.frame["row_no"].to_list() == [1, 4, 6]
        assert [(error.row, error.code) for error in whole.errors] == [(3, "not_an_integer"), (5, "cell_count")]
        assert [error.raw for error in whole.errors] == [lines[2].strip("\n"), "not a call"]
        assert together(parts=parts).frame.equals(whole.frame)
        assert [error for part in parts for error in part.errors] == list(whole.errors)
        assert (sum(part.record_count for part in parts), whole.record_count) == (5, 5)

    def test_skips_its_ends_wherever_it_is_cut(self) -> None:
        profile = {**shipped_profile(name="bgbilling"), "skip_first": 2, "skip_last": 2}
        file = source(("HEAD\nHEAD\n" + BG * 3 + "TOTAL\nEND\n").encode())

        parts = list(iterate_declared_calls(source=file, profile=profile, block_bytes=5))

        assert [row for part in parts for row in part.frame["row_no"]] == [3, 4, 5]

    def test_names_the_place_that_cannot_be_decoded(self) -> None:
        file = source(BG.encode() * 2 + b"\xff" + BG.encode())

        with pytest.raises(FileRefused) as refused:
            list(iterate_declared_calls(source=file, profile=shipped_profile(name="bgbilling"), block_bytes=80))
        assert (refused.value.code, refused.value.row) == ("undecodable", 3)
        assert refused.value.params["offset"] == 2 * len(BG)


class TestOccurrences:
    def test_count_each_key_in_the_order_given(self) -> None:
        assert number_occurrences(keys=["a", "b", "a", "a", "b"]) == [1, 1, 2, 3, 2]
