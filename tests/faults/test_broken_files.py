"""K-11: damaged files through the jobs that import them: taken and told row by row, or refused with nothing taken.

That the readers themselves answer in order, backend/tests/formats/test_damaged_files.py shows for every format.
"""

import resource
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import models
from rachun.apps.agreements.models import ServiceAgreement
from rachun.apps.base.files import keep_file
from rachun.apps.base.job_runner import run_claimed_job
from rachun.apps.base.models import Job
from rachun.apps.catalog.models import DestinationRate
from rachun.apps.customers.models import Account, Party
from rachun.apps.metering.models import HeldReading, IntervalDay, Meter, Reading
from rachun.apps.usage.models import UsageBatch, UsageKey, UsageRecord
from rachun.formats.templates import template_csv
from tests.factories.billing import Town, make_town, take_power
from tests.factories.rating import make_price_table, make_subscriber, make_telecom
from tests.factories.usage import make_source

from backend.tests.formats.inputs import GREEN_BUTTON, TELEGRAM
from backend.tests.formats.mutations import mutations
from backend.tests.formats.test_calls import ANSWERED, BG
from tests.faults.conftest import Place

pytestmark = [pytest.mark.real]
FEW, MANY, SEED = 20, 500, 20_261_125
GROWTH_KIB = 512 * 1024
PHONE = "380440000001"
FILLED: tuple[type[models.Model], ...] = (
    Account, Party, ServiceAgreement, Reading, HeldReading, IntervalDay, UsageBatch, UsageKey, UsageRecord,
    DestinationRate,
)  # fmt: skip
DECK = b"direction;price\nPoland;0,0415\nBosnia;1,5\n"
PREFIXES = "prefix,destination,назва\n48,Poland,Польща\n387,Bosnia,Боснія\n".encode()
METER = "00012"
READINGS = "meter_serial;register;read_date;value;kind\n"
READINGS += f"{METER};T1;2026-10-31;1234,5;ACTUAL\n{METER};T1;2026-11-30;1300;ACTUAL\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    kind: str
    example: bytes
    params: dict[str, Any]
    town: Town


@pytest.fixture(scope="module")
def imports(place: Place) -> dict[str, Import]:
    """By format: the job that takes it and a file that it takes whole."""
    town, telecom = make_town(), make_telecom()
    take_power(town=town, readings={"2026-09-30": "1000"})
    Meter.objects.update(serial=METER)
    prices = make_price_table(legal_entity=telecom.legal_entity)
    make_subscriber(branch=telecom, number=PHONE)

    def usage(example: bytes, *, file_format: str, kind: str = "CALLS") -> Import:
        source = make_source(legal_entity=telecom.legal_entity, file_format=file_format, kind=kind, area_code="44")
        return Import(kind="rating.load_usage", example=example, params={"source_id": str(source.id)}, town=town)

    def meters(example: bytes, *, file_format: str) -> Import:
        return Import(kind="metering.import_readings", example=example, params={"format": file_format}, town=town)

    deck = {
        "table_id": str(prices.id),
        "prefixes_name": "prefixes.csv",
        "prefixes_sha256": keep_file(content=PREFIXES),
        "valid_from": date(2026, 1, 1).isoformat(),
        "first_interval_s": 60,
        "increment_s": 60,
        "connection_fee": "0",
    }
    return {
        "calls:bgbilling": usage(BG.encode() * 3, file_format="calls:bgbilling"),
        "asterisk_cdr": usage(ANSWERED.encode() * 3, file_format="asterisk_cdr"),
        "delivered_services": usage(
            template_csv(format="delivered_services"), file_format="delivered_services", kind="DELIVERIES"
        ),
        "readings": meters(READINGS.encode(), file_format="readings"),
        "dsmr_p1": meters(TELEGRAM * 2, file_format="dsmr_p1"),
        "green_button": meters(GREEN_BUTTON, file_format="green_button"),
        "customers": Import(
            kind="agreements.import_customers", example=template_csv(format="customers"), params={}, town=town
        ),
        "rate_deck": Import(kind="rating.import_rate_deck", example=DECK, params=deck, town=town),
    }


FORMATS = [
    "asterisk_cdr", "calls:bgbilling", "customers", "delivered_services", "dsmr_p1", "green_button", "rate_deck",
    "readings",
]  # fmt: skip


def kept() -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in FILLED}


def taken(told: Import, content: bytes) -> Job:
    params = {**told.params, "name": "damaged.csv", "sha256": keep_file(content=content)}
    job = Job.objects.create(kind=told.kind, params=params, legal_entity_id=told.town.entity.id)
    run_claimed_job(job_id=job.id)
    job.refresh_from_db()
    return job


def try_them(told: Import, *, count: int) -> None:
    for number, damaged in enumerate(mutations(data=told.example, count=count, seed=SEED)):
        before = kept()
        job = taken(told, damaged)
        if job.state == Job.State.DONE:
            assert_adds_up(job)
            continue
        assert job.state == Job.State.FAILED, number
        assert job.failure.startswith("file_not_understood(reason="), (number, job.failure, damaged)
        assert kept() == before, (number, damaged)


def assert_adds_up(job: Job) -> None:
    """No record vanishes: taken, known, left out by rule, or an error that names row and code."""
    told = [(error.row_no, error.code) for error in job.row_errors.all()]
    assert len({row for row, _code in told}) <= job.counts["errors"]
    assert all(code for _row, code in told)
    accounted = sum(job.counts.get(name, 0) for name in ("added", "known", "errors", "superseded", "ignored", "held"))
    assert accounted >= job.counts["records"] or job.kind == "rating.import_rate_deck"


class TestDamagedFile:
    def test_is_tried_through_every_import(self, imports: dict[str, Import]) -> None:
        assert sorted(imports) == FORMATS

    @pytest.mark.parametrize("name", FORMATS)
    def test_is_told_or_refused_whole(self, imports: dict[str, Import], name: str) -> None:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

        try_them(imports[name], count=FEW)

        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GROWTH_KIB

    @pytest.mark.long
    @pytest.mark.parametrize("name", FORMATS)
    def test_is_told_or_refused_whole_five_hundred_times(self, imports: dict[str, Import], name: str) -> None:
        try_them(imports[name], count=MANY)

    def test_leaves_sound_books(self, imports: dict[str, Import]) -> None:
        call_command("check_invariants", stdout=StringIO())
