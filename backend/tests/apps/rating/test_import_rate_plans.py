"""Tariff plans of a rating engine become tables that price as the plans did."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from rachun.apps.base.files import keep_file
from rachun.apps.base.job_runner import run_job_now
from rachun.apps.base.jobs import enqueue
from rachun.apps.catalog.models import DestinationRate, DestinationTable, TimeBand
from rachun.apps.identity.models import LegalEntity
from rachun.apps.rating.selectors.destination_tables import get_destination_tables
from rachun.apps.usage.models import UsageRecord
from rachun.engine.rating.calls import rate_calls
from tests.factories.rating import make_price_table, make_subscriber, make_telecom
from tests.factories.usage import make_source

from tests.samples import needs_samples, samples_dir

pytestmark = pytest.mark.django_db
FILES = {
    "Timings": "#Tag,Years,Months,MonthDays,WeekDays,Time\nPEAK,*any,*any,*any,1;2;3;4;5,08:00:00\n",
    "Destinations": "#Tag,Prefix\nDE,+49\nDE_MOBILE,+4915\n",
    "Rates": "R,0.2,1.2,1m,1m,0\nR,,1.2,1m,1s,1m\nCHEAP,0,0.6,60s,1s,0s\n",
    "DestinationRates": "DR,DE,R,*up,4,0,\nDR2,DE,CHEAP,*middle,2,5,*free\n",
    "RatingPlans": "RP,DR,PEAK,10\nRP,DR2,*any,10\n",
    "RatingProfiles": "t,call,*any,2026-01-01T00:00:00Z,RP,\n",
}


def write(folder: Path, **changed: str) -> Path:
    for name, text in {**FILES, **changed}.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def run(folder: Path, entity: LegalEntity, *options: str) -> str:
    out = StringIO()
    call_command("import_rate_plans", str(folder), "--legal-entity", str(entity.id), *options, stdout=out)
    return out.getvalue()


def cost(entity: LegalEntity, table: str, *, called: str, at: str, seconds: int) -> Decimal | str:
    started = datetime.fromisoformat(at).replace(tzinfo=UTC)
    calls = pl.DataFrame(
        {
            "called": [called],
            "usage_date": [started.date()],
            "billable_s": [seconds],
            "answered": [True],
            "started_at": [started],
        }
    )
    tables = get_destination_tables(legal_entity_id=entity.id, codes=[table])
    [(amount, error)] = rate_calls(calls=calls, table=tables[table]).select("amount_micro", "error").rows()
    return error or Decimal(amount).scaleb(-6)


class TestImportRatePlans:
    def test_makes_a_table_that_prices_by_band_and_rate_group(self, tmp_path: Path) -> None:
        entity = make_telecom().legal_entity

        told = run(write(tmp_path), entity)

        assert told == "1 tables: 2 rates added, 0 known, 0 ended\n"
        number = "4930123456789"
        assert cost(entity, "RP", called=number, at="2026-03-02T09:00", seconds=45) == Decimal("1.4")
        assert cost(entity, "RP", called=number, at="2026-03-02T09:00", seconds=90) == Decimal(2)
        assert cost(entity, "RP", called=number, at="2026-03-02T07:00", seconds=45) == Decimal("0.45")
        assert cost(entity, "RP", called=number, at="2026-03-01T09:00", seconds=3600) == Decimal(5)
        assert cost(entity, "RP", called="33123456789", at="2026-03-02T09:00", seconds=45) == "NO_RATE"

    def test_changes_nothing_the_second_time(self, tmp_path: Path) -> None:
        entity = make_telecom().legal_entity
        run(write(tmp_path), entity)

        assert run(tmp_path, entity) == "1 tables: 0 rates added, 2 known, 0 ended\n"
        assert DestinationRate.objects.count() == 2

    def test_ends_what_the_plan_no_longer_says(self, tmp_path: Path) -> None:
        entity = make_telecom().legal_entity
        run(write(tmp_path), entity)

        later = "t,call,*any,2026-06-01T00:00:00Z,RP,\n"
        run(write(tmp_path, RatingPlans="RP,DR,PEAK,10\n", RatingProfiles=later), entity)

        [ended] = DestinationRate.objects.filter(superseded_at__isnull=True, band="")
        assert (ended.valid_from, ended.valid_to) == (date(2026, 1, 1), date(2026, 6, 1))

    def test_names_each_wrong_row_and_keeps_nothing(self, tmp_path: Path) -> None:
        entity = make_telecom().legal_entity
        wrong = write(tmp_path, Rates=FILES["Rates"] + "X,a,1,1,1,0\n", RatingPlans="RP,DR,PEAK,10\nRP,DR9,*any,10\n")
        out = StringIO()

        with pytest.raises(CommandError, match="2 wrong rows"):
            call_command("import_rate_plans", str(wrong), "--legal-entity", str(entity.id), stdout=out)

        assert out.getvalue().splitlines() == [
            "Rates.ConnectFee row 4: a is not a number",
            "RatingPlans.DestinationRatesTag row 2: the DR9 it refers to is not in the file",
        ]
        assert not DestinationTable.objects.exists()

    def test_refuses_a_folder_without_all_six(self, tmp_path: Path) -> None:
        write(tmp_path)
        (tmp_path / "Timings.csv").unlink()

        with pytest.raises(CommandError, match=r"Timings\.csv"):
            run(tmp_path, make_telecom().legal_entity)

    @needs_samples
    @pytest.mark.parametrize("name", ["test_destinations_cacheall", "testtp", "tutorial2"])
    def test_takes_other_peoples_plans(self, name: str) -> None:
        entity = make_telecom().legal_entity
        folder = samples_dir()
        assert folder is not None

        run(folder / "cdr" / "cgrates_tariffplans" / name, entity)

        if name == "tutorial2":
            assert cost(entity, "RP_STANDARD", called="1003", at="2019-03-11T09:00", seconds=45) == Decimal("1.4")
            assert cost(entity, "RP_STANDARD", called="2001", at="2020-01-01T21:00", seconds=45) == Decimal("0.55")
            assert TimeBand.objects.filter(table__code="RP_STANDARD").count() == 5


class TestLoadingCallsOfATableWithBands:
    def test_prices_by_the_clock_of_the_table(self) -> None:
        branch = make_telecom()
        table = make_price_table(legal_entity=branch.legal_entity)
        table.bands.create(code="NIGHT", starts_at="22:00")
        DestinationTable.objects.filter(id=table.id).update(time_zone="Europe/Kyiv")
        table.rates.create(
            prefix="38067",
            destination="mobile at night",
            price_per_minute=Decimal("0.10"),
            band="NIGHT",
            valid_from=date(2025, 1, 1),
            recorded_at=datetime(2025, 1, 1, tzinfo=UTC),
        )
        make_subscriber(branch=branch, number="380432550101")
        source = make_source(legal_entity=branch.legal_entity)
        lines = [
            f"05.01.2026 {at}\t60\t380432550101\t380432550101\t380671234567\t380671234567\t0\t1\t0\t60"
            for at in ("21:59:00", "22:00:00")
        ]
        params = {"source_id": str(source.id), "name": "f", "sha256": keep_file(content="\n".join(lines).encode())}
        with transaction.atomic():
            job = enqueue("rating.load_usage", params=params)

        run_job_now(job.id)

        amounts = UsageRecord.objects.order_by("record_no").values_list("destination", "amount_micro")
        assert list(amounts) == [("mobile", 960_000), ("mobile at night", 100_000)]
