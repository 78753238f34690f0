"""The demo enterprises use every component: their own files are loaded and billed, and the bills are looked at."""

import json
from datetime import date
from typing import Any

import pytest
from django.utils import timezone
from rachun.apps.billing.models import BillRun, Charge, ParkedAccount
from rachun.apps.demo.generate.files import MONTHS
from rachun.apps.demo.services.bill import bill_month
from rachun.apps.demo.services.enterprises import ENTERPRISES, Enterprise
from rachun.apps.demo.services.load import How, load_files
from rachun.apps.demo.services.set_up import set_up
from rachun.apps.demo.services.totals import told_main_meters
from rachun.apps.identity.models import LegalEntity
from rachun.apps.identity.services.roles import load_roles
from rachun.apps.metering.models import CommonMeter
from rachun.apps.usage.models import UsageRecord
from rachun.engine.tariffs.schema import tariff_schema

pytestmark = pytest.mark.usefixtures("fresh_database")
HOUSEHOLDS = 24  # enough for every plan


def month_of(*, enterprise: Enterprise, entity: LegalEntity, month: date) -> BillRun:
    files = enterprise.generator.month_files(month=month, households=HOUSEHOLDS)
    how = How(password="", clock=timezone.now, say=lambda _told: None)
    load_files(enterprise=enterprise, entity=entity, month=month, files=files, how=how)
    return bill_month(entity=entity, month=month, clock=timezone.now, is_inline=True)


def entity_of(enterprise: Enterprise) -> LegalEntity:
    load_roles()
    return set_up(enterprise=enterprise, password="demo-password-of-tests", at=timezone.now()).entity


def charges_of(*runs: BillRun) -> list[dict[str, Any]]:
    found = Charge.objects.filter(load_key__in=[run.id for run in runs])
    rows = found.values("kind", "component", "label", "basis", "register", "gross_minor", "inputs", "posting_code")
    return [{**row, "inputs": told(row["inputs"])} for row in rows]


def told(inputs: Any) -> dict[str, Any]:
    return json.loads(inputs) if isinstance(inputs, str) else inputs


class TestTheDemo:
    def test_prices_something_by_every_kind_of_the_schema(self) -> None:
        runs = [month_of(enterprise=one, entity=entity_of(one), month=MONTHS[0]) for one in ENTERPRISES]

        charges = charges_of(*runs)
        kinds = tariff_schema()["properties"]["components"]["items"]["properties"]["kind"]["enum"]
        assert {one["kind"] for one in charges} == set(kinds)
        modes = {one["inputs"]["mode"] for one in charges if one["kind"] == "metered"}
        assert modes == {"GRADUATED", "VOLUME", "FLAT"}
        assert {one["label"] for one in charges if one["kind"] == "metered"} == {"", "FLAT"}
        assert {one["inputs"]["measure"] for one in charges if one["kind"] == "data"} == {"SUM", "PEAK"}
        assert {one["inputs"]["shared_by"] for one in charges if one["kind"] == "allowance"} == {"ACCOUNT"}
        assert any(one["inputs"].get("package_micro") for one in charges if one["kind"] == "metered")
        assert {one["inputs"].get("season") for one in charges} == {None, "low"}
        assert UsageRecord.objects.filter(covered_s__gt=0).exists()
        assert any(one["posting_code"].startswith("PAYABLE_") for one in charges)
        shares = [one for one in charges if one["component"] == "common_water"]
        assert len(shares) == 12
        assert all((one["basis"], one["register"]) == ("COMMON_SHARE", "COMMON") for one in shares)
        assert all(one["gross_minor"] > 0 for one in shares)
        methods = CommonMeter.objects.values_list("method", flat=True)
        assert sorted(methods) == sorted(CommonMeter.Method.values)
        zones = [line for run in runs for line in told_main_meters(run=run, known_until=timezone.now())]
        assert [zone.split()[0] for zone in zones] == ["Z-1", "Z-2", "Z-3", "Z-4", "Z-PUMPA"]
        assert all(zone.endswith("lost 0 (0 %)") for zone in zones[:4])
        assert "lost 0" not in zones[4]
        assert "unknown" not in zones[4]
        assert not ParkedAccount.objects.filter(run__in=runs).exists()
        waiting = UsageRecord.objects.filter(state=UsageRecord.State.SUSPENDED).values_list("reason", flat=True)
        assert set(waiting) == {"UNKNOWN_SUBSCRIBER"}
