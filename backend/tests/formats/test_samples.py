"""Each sample is read a second time here by plain means (csv, regular expressions), and both must say the same."""

import csv
import io
import re
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from rachun.formats.rate_decks import join_rate_deck

from backend.tests.formats.inputs import read
from tests.samples import needs_samples, sample_bytes

pytestmark = needs_samples


def _csv(path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(sample_bytes(path).decode("utf-8"))))


class TestHouseholdSample:
    PATH = "meters/households/lcl_MAC000584_halfhourly.csv"

    def test_sums_each_month_as_plain_addition_does(self) -> None:
        by_month: dict[str, Decimal] = defaultdict(Decimal)
        for record in _csv(self.PATH):
            by_month[record["datetime"][:7]] += Decimal(record["kwhh"])

        frame = read("household_halfhourly", sample_bytes(self.PATH), zone="Europe/London").frame
        month = pl.col("started_at").dt.convert_time_zone("Europe/London").dt.strftime("%Y-%m")
        found = frame.group_by(month.alias("month")).agg(pl.col("energy_micro").sum()).rows()

        assert {name: Decimal(micro) / 1_000_000 for name, micro in found} == by_month
        assert len(by_month) == 5

    def test_tells_the_missing_day(self) -> None:
        result = read("household_halfhourly", sample_bytes(self.PATH), zone="Europe/London")

        assert result.frame.height == 5999
        assert [(e.code, e.params["missing"], e.params["value"]) for e in result.errors] == [
            ("gap", 48, "2012-06-14 00:30:00")
        ]


class TestAsteriskSample:
    def test_gives_every_call_with_its_times(self) -> None:
        zone = ZoneInfo("America/New_York")
        plain = list(csv.reader(io.StringIO(sample_bytes("cdr/asterisk/smallcdr.csv").decode())))

        result = read("asterisk_cdr", sample_bytes("cdr/asterisk/smallcdr.csv"), zone="America/New_York")

        assert result.errors == ()
        assert result.frame.height == len(plain) == 45
        for expected, call in zip(plain, result.frame.iter_rows(named=True), strict=True):
            started = datetime.fromisoformat(expected[9]).replace(tzinfo=zone)
            assert call["started_at"] == started.astimezone(UTC)
            assert (call["caller_raw"], call["called_raw"], call["duration_s"], call["billable_s"]) == (
                expected[1], expected[2], int(expected[12]), int(expected[13]),
            )  # fmt: skip
            assert call["answered"] == (expected[14] == "ANSWERED")
        assert result.totals["billable_s_sum"] == sum(int(record[13]) for record in plain)

    def test_gives_equal_keys_when_it_comes_twice(self) -> None:
        first, second = (read("asterisk_cdr", sample_bytes("cdr/asterisk/smallcdr.csv")).frame for _ in range(2))

        keys = first.select("record_key", "occurrence")
        assert keys.equals(second.select("record_key", "occurrence"))
        assert keys.n_unique() == 45


class TestExchangeSamples:
    def test_bgbilling_and_m200_tell_of_the_same_call(self) -> None:
        log = read("calls:bgbilling", sample_bytes("cdr/bgbilling_synthetic.txt")).frame.row(0, named=True)
        exchange = read("calls:m200_ex", sample_bytes("cdr/m200_ex_synthetic.txt")).frame.row(0, named=True)

        assert log["started_at"] == exchange["started_at"] == datetime(2026, 11, 3, 8, 15, 20, tzinfo=UTC)
        assert log["billable_s"] == exchange["billable_s"] == 125
        assert (log["caller_raw"], log["called_raw"]) == ("380442345678", "380321234567")
        assert (exchange["caller_raw"], exchange["called_raw"]) == ("442345678", "0321234567")
        assert exchange["disposition"] == "16"


class TestP1Samples:
    @pytest.mark.parametrize("name", ["v2_2", "v4_2", "v5", "fluvius_v171", "sagemcom_t210_d_r"])
    def test_give_every_register_that_a_search_of_the_text_finds(self, name: str) -> None:
        data = sample_bytes(f"meters/p1_dsmr/telegram_{name}.txt")
        lines = [line for line in data.decode().splitlines() if "99.97.0" not in line and "98.1.0" not in line]
        plain = re.findall(r"\((\d+(?:\.\d+)?)\*(\w+)\)", "\n".join(lines))

        result = read("dsmr_p1", data)

        found = [(row.value, row.unit) for row in result.rows if row.obis != "0-1:24.2.1" or name != "v2_2"]
        assert result.errors == ()
        assert found == [(Decimal(value), unit) for value, unit in plain]

    def test_give_the_gas_meter_behind_the_oldest_telegram(self) -> None:
        gas = read("dsmr_p1", sample_bytes("meters/p1_dsmr/telegram_v2_2.txt")).rows[-1]

        assert (gas.channel, gas.obis, gas.value, gas.unit) == (1, "0-1:24.2.1", Decimal("1.001"), "m3")
        assert gas.local_at == datetime(2016, 11, 7, 19, 0)  # noqa: DTZ001 - the clock of the meter

    def test_are_refused_when_one_digit_of_the_newest_changes(self) -> None:
        from rachun.formats.reading import FileRefused

        data = sample_bytes("meters/p1_dsmr/telegram_v5.txt").replace(b"000004.426", b"000004.427")

        with pytest.raises(FileRefused) as refused:
            read("dsmr_p1", data)
        assert (refused.value.code, refused.value.row) == ("checksum_mismatch", 40)


class TestGreenButtonSamples:
    @pytest.mark.parametrize(("name", "intervals"), [("01", 96), ("02", 96), ("1", 480)])
    def test_sum_as_the_text_does(self, name: str, intervals: int) -> None:
        data = sample_bytes(f"meters/espi_greenbutton/test_usage_data_{name}.xml")
        blocks = re.findall(r"<IntervalReading>(.*?)</IntervalReading>", data.decode(), re.DOTALL)
        plain = [int(re.search(r"<value>(\d+)</value>", block)[1]) for block in blocks]

        result = read("green_button", data)

        assert result.errors == ()
        assert [row.value for row in result.rows] == plain
        assert len(result.rows) == intervals
        assert {(row.unit, row.duration_s) for row in result.rows} == {("Wh", 900)}


class TestRateDeckSample:
    DECK, PREFIXES = "cdr/rate_decks/provider_az_rates_A-L.csv", "numbering/a2billing_prefixes_even.csv"

    def test_keeps_every_price_to_the_last_digit(self) -> None:
        plain = [(record["traffic_direction"], Decimal(record["rate"])) for record in _csv(self.DECK)]

        result = read("rate_deck", sample_bytes(self.DECK))

        assert [(row.destination, row.price) for row in result.rows] == plain

    def test_resolves_a_name_to_prefixes_or_says_it_cannot(self) -> None:
        deck, prefixes = (
            read("rate_deck", sample_bytes(self.DECK)),
            read("destination_prefixes", sample_bytes(self.PREFIXES)),
        )

        joined = join_rate_deck(deck=deck.rows, prefixes=prefixes.rows)

        priced = {row.deck_row for row in joined.rows}
        told = {error.row for error in joined.errors}
        assert priced | told == {row.row for row in deck.rows}
        assert priced & told == set()
        assert [row.price for row in joined.rows if row.prefix == "93"] == [Decimal("0.31135104")]

    @pytest.mark.parametrize(("name", "count"), [("ua_fixed_prefixes", 617), ("ua_mobile_carriers", 19)])
    def test_reads_the_ukrainian_prefixes(self, name: str, count: int) -> None:
        result = read("destination_prefixes", sample_bytes(f"numbering/{name}.csv"))

        assert len(result.rows) == count == len(_csv(f"numbering/{name}.csv"))
        assert all(row.prefix.startswith("380") for row in result.rows)
