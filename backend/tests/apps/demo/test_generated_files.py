"""The files of the demo: the same from the same seed, understood by the readers, true to their stories."""

import itertools
from collections import Counter
from datetime import date

import pytest
from rachun.apps.demo.generate import komunalno, komunalno_people, telekom
from rachun.apps.demo.generate.files import MONTHS, DemoFile, FileKind, month_end, next_month
from rachun.apps.demo.generate.names import bosnian_person, ukrainian_firm, ukrainian_person
from rachun.apps.demo.generate.shapes import ELECTRICITY_BY_HOUR, ELECTRICITY_BY_MONTH, high_rate_share
from rachun.formats.registry import get_format
from rachun.formats.source import Source

FORMATS = {
    (FileKind.CUSTOMERS, ""): "customers",
    (FileKind.READINGS, ""): "readings",
    (FileKind.CALLS, telekom.EXCHANGE): "calls:bgbilling",
    (FileKind.CALLS, telekom.SWITCHBOARD): "asterisk_cdr",
    (FileKind.DELIVERIES, telekom.WORKS): "delivered_services",
}


def files_of(month: date) -> list[DemoFile]:
    return [*komunalno.month_files(month=month), *telekom.month_files(month=month)]


class TestGeneratedFiles:
    def test_are_the_same_bytes_each_time(self) -> None:
        assert files_of(MONTHS[1]) == files_of(MONTHS[1])

    @pytest.mark.parametrize("month", MONTHS, ids=str)
    def test_are_read_without_an_error(self, month: date) -> None:
        for file in files_of(month):
            reader = get_format(name=FORMATS[file.kind, file.source])
            zone = "Europe/Sarajevo" if file.kind == FileKind.READINGS else "Europe/Kyiv"
            read = reader.read(Source(name=file.name, data=file.content), zone)
            assert not read.errors, (file.name, read.errors[:3])
            assert read.record_count > 0, file.name

    def test_hold_about_three_hundred_accounts(self) -> None:
        everybody = [one.external_number for one in komunalno.customers()]
        everybody += [one.external_number for one in telekom.subscribers()]

        assert len(set(everybody)) == len(everybody) == 300

    def test_do_not_change_for_those_who_were_there_when_households_are_added(self) -> None:
        few, many = komunalno.customers(), komunalno.customers(households=200)

        assert many[: komunalno.HOUSEHOLDS] == few[: komunalno.HOUSEHOLDS]

    def test_have_every_letter_of_both_languages(self) -> None:
        bosnian = " ".join(bosnian_person(number=number) for number in range(komunalno.HOUSEHOLDS))
        ukrainian = " ".join(ukrainian_person(number=number) for number in range(telekom.HOUSEHOLDS))
        ukrainian += " ".join(ukrainian_firm(number=number) for number in range(telekom.FIRMS))

        assert set("ĐŠĆŽČđšćžč") <= set(bosnian)
        assert set("ҐЇЄ") <= set(ukrainian.upper())


class TestReadings:
    def test_never_run_backwards_but_where_the_dial_rolls_over(self) -> None:
        fell = Counter[str]()
        for customer in komunalno.customers():
            ends = [customer.starts, *(next_month(month) for month in MONTHS if next_month(month) > customer.starts)]
            shown = [komunalno_people.shown_at(customer=customer, end=end) for end in ends]
            for before, after in itertools.pairwise(shown):
                fell.update(serial for serial, register in before if after[serial, register] < before[serial, register])

        assert fell == {"VM000007": 1, "EB000008": 1}

    def test_of_the_old_and_the_new_meter_meet_on_the_day_of_the_exchange(self) -> None:
        customer = komunalno_people.household(number=komunalno_people.METER_EXCHANGED)
        day = month_end(komunalno.EXCHANGE_DATE.replace(day=1))
        whole = komunalno_people.shown_at(customer=customer, end=next_month(day.replace(day=1)))

        new = {row[1]: int(row[3]) for row in komunalno.rows_on(customer=customer, day=day) if row[0] != "VM000009"}

        closing = komunalno.exchange_readings()
        assert {register: closing[register] + new[register] for register in new} == {
            register: whole[customer.energy_meter.serial, register] for register in ("VT", "MT")
        }

    def test_leave_one_household_s_water_to_an_estimate_in_august(self) -> None:
        customer = komunalno_people.household(number=komunalno_people.WATER_UNREAD)

        read = [{row[1] for row in komunalno.reading_rows(customer=customer, month=month)} for month in MONTHS]

        every = {"VT", "MT", "WATER"}
        assert read == [every, {"VT", "MT"}, every, every]


class TestShapes:
    def test_a_year_and_a_day_come_to_a_whole_but_for_rounding(self) -> None:
        assert abs(sum(ELECTRICITY_BY_MONTH) - 12_000) <= 6
        assert abs(sum(ELECTRICITY_BY_HOUR) - 1_000) <= 12

    def test_sunday_has_no_hour_of_the_higher_rate(self) -> None:
        sunday = date(2026, 7, 5)

        assert high_rate_share(start=sunday, end=date(2026, 7, 6)) == 0
