from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from rachun.apps.base.files import keep_file
from rachun.apps.base.job_runner import run_job_now
from rachun.apps.base.jobs import enqueue
from rachun.apps.base.models import Job, JobRowError
from rachun.apps.catalog.models import DestinationRate, DestinationTable
from rachun.apps.usage.models import UsageRecord, UsageSource
from tests.factories.rating import give_number, make_price_table, make_subscriber, make_telecom
from tests.factories.usage import make_source

from tests.samples import needs_samples, sample_bytes

pytestmark = pytest.mark.django_db
KOVAL = "380432550101"


def run(kind: str, **params: object) -> Job:
    with transaction.atomic():
        job = enqueue(kind, params=params)
    return run_job_now(job.id)


def load(source: UsageSource, data: bytes) -> Job:
    return run("rating.load_usage", source_id=str(source.id), name="file", sha256=keep_file(content=data))


def call(caller: str, called: str) -> str:
    return f"05.01.2026 10:00:00\t60\t{caller}\t{caller}\t{called}\t{called}\t0\t1\t0\t60"


class TestReleasingSuspendedCalls:
    def test_rates_what_was_repaired_and_leaves_the_rest(self) -> None:
        branch = make_telecom()
        table = make_price_table(legal_entity=branch.legal_entity)
        subscriber = make_subscriber(branch=branch, number=KOVAL)
        source = make_source(legal_entity=branch.legal_entity)
        lines = [call(KOVAL, "88216123456"), call("380432557777", "380671234567"), call(KOVAL, "12")]
        loaded = load(source, "\n".join(lines).encode())
        assert loaded.counts["suspended:no_rate"] == 1
        DestinationRate.objects.create(
            table=table,
            prefix="88216",
            destination="satellite",
            price_per_minute=30,
            valid_from=date(2025, 1, 1),
            recorded_at=datetime(2026, 1, 9, tzinfo=UTC),
        )
        give_number(agreement=subscriber, number="380432557777")

        released = run("rating.release_suspended", source_id=str(source.id))

        assert released.result == {"tried": 3, "released": 2, "suspended": 1}
        records = UsageRecord.objects.filter(source=source).order_by("record_no")
        assert [(record.state, record.destination, record.amount_micro) for record in records] == [
            ("RATED", "satellite", 30_000_000),
            ("RATED", "mobile", 960_000),
            ("SUSPENDED", "", None),
        ]
        assert records[0].recorded_at > records[2].recorded_at
        assert run("rating.release_suspended", source_id=str(source.id)).result["released"] == 0


class TestDeliveredServices:
    header = "account;service;item;quantity;unit;performed_on;document;record_key\n"

    def test_wait_for_the_bill_or_for_somebody_to_act(self) -> None:
        branch = make_telecom()
        agreement = make_subscriber(branch=branch, number=KOVAL)
        make_subscriber(branch=branch, number="380432550202")
        source = make_source(legal_entity=branch.legal_entity, kind="DELIVERIES", file_format="delivered_services")
        rows = [
            f"{agreement.number};PHONE;call_detail;2;pcs;2026-01-10;CD-1;",
            f"{agreement.account.number};phone;call_detail;1;pcs;2026-01-11;CD-2;",
            "99999;PHONE;call_detail;1;pcs;2026-01-10;CD-3;",
            f"{agreement.number};PHONE;something;1;pcs;2026-01-10;CD-4;",
            f"{agreement.number};PHONE;call_detail;1;hour;2026-01-10;CD-5;",
            f"{agreement.number};WATER;call_detail;1;pcs;2026-01-10;CD-6;",
        ]

        load(source, (self.header + "\n".join(rows)).encode())

        records = UsageRecord.objects.filter(source=source).order_by("record_no")
        assert [(record.state, record.reason, record.quantity_micro) for record in records] == [
            ("RATED", "", 2_000_000),
            ("RATED", "", 1_000_000),
            ("SUSPENDED", "UNKNOWN_SUBSCRIBER", 1_000_000),
            ("SUSPENDED", "NO_RATE", 1_000_000),
            ("SUSPENDED", "WRONG_UNIT", 1_000_000),
            ("SUSPENDED", "NO_AGREEMENT", 1_000_000),
        ]
        assert {record.agreement_id for record in records[:2]} == {agreement.id}
        assert run("rating.release_suspended", source_id=str(source.id)).result["released"] == 0


class TestARateDeck:
    deck = "destination,price,time_slot\nPoland,0.05,flat\nAtlantis,1,flat\n"
    prefixes = "prefix,destination\n48,Poland\n4850,Poland\n"

    def take(self, table: DestinationTable, deck: str, *, valid_from: str = "2026-02-01", dry_run: bool = False) -> Job:
        return run(
            "rating.import_rate_deck",
            table_id=str(table.id),
            name="deck.csv",
            sha256=keep_file(content=deck.encode()),
            prefixes_name="prefixes.csv",
            prefixes_sha256=keep_file(content=self.prefixes.encode()),
            valid_from=valid_from,
            first_interval_s=60,
            increment_s=1,
            connection_fee="0",
            dry_run=dry_run,
        )

    def test_prices_every_prefix_of_a_name_from_the_day_on(self) -> None:
        table = make_price_table(legal_entity=make_telecom().legal_entity)

        job = self.take(table, self.deck)

        assert (job.counts["added"], job.counts["errors"]) == (2, 1)
        [error] = JobRowError.objects.filter(job=job)
        assert (error.row_no, error.code, error.raw) == (3, "destination_unknown", "Atlantis,1,flat")
        in_force = DestinationRate.objects.filter(table=table, prefix__startswith="48", superseded_at__isnull=True)
        assert [
            (rate.prefix, str(rate.price_per_minute.normalize()), rate.valid_from, rate.valid_to)
            for rate in in_force.order_by("prefix", "valid_from")
        ] == [
            ("48", "4", date(2025, 1, 1), date(2026, 2, 1)),
            ("48", "0.05", date(2026, 2, 1), None),
            ("4850", "0.05", date(2026, 2, 1), None),
        ]

    def test_changes_nothing_the_second_time_and_nothing_when_dry(self) -> None:
        table = make_price_table(legal_entity=make_telecom().legal_entity)
        before = DestinationRate.objects.count()

        assert self.take(table, self.deck, dry_run=True).counts["added"] == 2
        assert DestinationRate.objects.count() == before
        self.take(table, self.deck)
        assert self.take(table, self.deck).counts["added"] == 0

    def test_is_refused_before_prices_that_start_later(self) -> None:
        table = make_price_table(legal_entity=make_telecom().legal_entity)
        self.take(table, self.deck)

        with transaction.atomic():
            job = self.take(table, self.deck, valid_from="2026-01-01")

        job.refresh_from_db()
        assert (job.state, job.failure.startswith("rates_already_future")) == ("FAILED", True)

    @needs_samples
    def test_of_a_real_provider_is_taken_by_name(self) -> None:
        table = make_price_table(legal_entity=make_telecom().legal_entity, prices={})
        job = run(
            "rating.import_rate_deck",
            table_id=str(table.id),
            name="deck.csv",
            sha256=keep_file(content=sample_bytes("cdr/rate_decks/provider_az_rates_A-L.csv")),
            prefixes_name="prefixes.csv",
            prefixes_sha256=keep_file(content=sample_bytes("numbering/a2billing_prefixes_even.csv")),
            valid_from="2026-01-01",
            first_interval_s=1,
            increment_s=1,
            connection_fee="0",
        )

        assert job.counts["added"] > 0
        assert job.counts["errors"] > 0
        assert DestinationRate.objects.filter(table=table, prefix="93", destination="Afghanistan").exists()


class TestARealCallFile:
    @needs_samples
    @pytest.mark.parametrize(
        ("path", "file_format"),
        [("cdr/asterisk/smallcdr.csv", "asterisk_cdr"), ("cdr/bgbilling_synthetic.txt", "calls:bgbilling")],
    )
    def test_is_accounted_for_to_the_last_line_and_taken_once(self, path: str, file_format: str) -> None:
        branch = make_telecom()
        make_price_table(legal_entity=branch.legal_entity)
        make_subscriber(branch=branch, number=KOVAL)
        source = make_source(legal_entity=branch.legal_entity, file_format=file_format)
        data = sample_bytes(path)

        first, second = load(source, data), load(source, data)

        lines = sum(1 for line in data.splitlines() if line.strip())
        assert first.counts["records"] == lines
        assert first.counts["added"] + first.counts["errors"] == lines
        assert (second.counts["added"], second.result["is_known"]) == (0, True)
        assert UsageRecord.objects.filter(source=source).count() == first.counts["added"]
