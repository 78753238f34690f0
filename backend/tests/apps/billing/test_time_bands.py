"""Months billed from load profiles, by the calendar of the tariff. One kWh an hour, so quantities are hours to count.

VT is 7 to 13 and 16 to 22 of standard time, Monday to Saturday without holidays: twelve hours a day.
"""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rachun.apps.agreements.models import ServiceAgreement, TariffAssignment
from rachun.apps.billing.models import Bill, BillRun, Charge, ParkedAccount
from rachun.apps.billing.reasons import reason_of
from rachun.apps.billing.selectors.explanation import get_explanation
from rachun.apps.catalog.models import TariffPlan, TariffVersion
from rachun.apps.documents.rendering.sentences import Sentences
from rachun.apps.metering.models import IntervalDay, Register
from rachun.apps.metering.services.record_intervals import places_of
from tests.factories.billing import Town, bill_month, calculate, make_account, make_plan, make_run, make_town
from tests.factories.metering import LONG_AGO, make_agreement, make_meter, place_meter, read_meter

pytestmark = pytest.mark.usefixtures("fresh_database")
MARCH, APRIL = (date(2026, 3, 1), date(2026, 4, 1)), (date(2026, 4, 1), date(2026, 5, 1))
WORKDAYS = ["MON", "TUE", "WED", "THU", "FRI", "SAT"]
HIGH = [
    {"band": "VT", "days": WORKDAYS, "from": "07:00", "to": "13:00"},
    {"band": "VT", "days": WORKDAYS, "from": "16:00", "to": "22:00"},
]
CALENDAR = {"profile": "LOAD", "clock": "STANDARD", "rules": HIGH, "otherwise": "MT"}
PRICES = {"VT": "0.20", "MT": "0.10"}


def body_of(**calendar: Any) -> dict[str, Any]:
    registers = [{"register": band, "blocks": [{"price": price}]} for band, price in PRICES.items()]
    energy: dict[str, Any] = {"code": "energy", "kind": "metered", "unit": "kWh", "registers": registers}
    return {
        "currency": "BAM",
        "vat": "ON_TOP",
        "time_bands": {**CALENDAR, **calendar},
        "components": [{**energy, "posting_code": "REVENUE_ELECTRICITY"}],
    }


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture
def plan(town: Town) -> TariffPlan:
    return make_plan(entity=town.entity, service="PROFILE", body=body_of())


def take_profile(
    town: Town, plan: TariffPlan, *, served: tuple[date, date | None] = (MARCH[0], None), multiplier: str = "1"
) -> Register:
    """The register LOAD of a meter at a new agreement."""
    agreement = make_agreement(
        branch=town.branch, account=make_account(branch=town.branch), service="PROFILE", served=served
    )
    TariffAssignment.objects.create(agreement=agreement, plan=plan, valid_from=date(2025, 1, 1), recorded_at=LONG_AGO)
    meter = make_meter(branch=town.branch, registers=("LOAD",), multiplier=multiplier)
    place_meter(meter=meter, service_point=agreement.service_point)
    return meter.registers.get()


def load(register: Register, period: tuple[date, date], *, interval_s: int = 3600, kwh_an_hour: int = 1) -> None:
    zone = ZoneInfo("Europe/Sarajevo")
    each = kwh_an_hour * 10**6 * interval_s // 3600
    days = [period[0] + timedelta(days=n) for n in range((period[1] - period[0]).days)]
    IntervalDay.objects.bulk_create(
        IntervalDay(
            register=register,
            day=day,
            interval_s=interval_s,
            quantities_micro=[each] * places_of((register.id, day, interval_s), zone),
            source="test",
            recorded_at=LONG_AGO,
        )
        for day in days
    )


def hours(run: BillRun, register: Register) -> dict[str, float]:
    agreement = agreement_of(register)
    found: dict[str, float] = {}
    for one in Charge.objects.filter(load_key=run.id, agreement=agreement).order_by("line_no"):
        found[one.register] = found.get(one.register, 0) + one.quantity_micro / 10**6
    return found


def agreement_of(register: Register) -> ServiceAgreement:
    return ServiceAgreement.objects.get(service_point__installations__meter=register.meter)


class TestABandedMonth:
    def test_has_every_hour_once_also_when_the_clock_changes(self, town: Town, plan: TariffPlan) -> None:
        """March 2026: 743 hours, 26 days that are no Sunday, no holiday among them. April: 720 hours, 26 such days less
        the holidays on Monday the 6th and Friday the 10th.
        """
        register = take_profile(town, plan)
        load(register, (MARCH[0], APRIL[1]), interval_s=900)

        march, april = bill_month(town=town, period=MARCH), bill_month(town=town, period=APRIL)

        assert hours(march, register) == {"MT": 743 - 312, "VT": 312}
        assert hours(april, register) == {"MT": 720 - 288, "VT": 288}
        bill = Bill.objects.get(run_id=march.id)
        assert bill.net_minor == 6240 + 4310
        [first, *_] = [
            one for one in get_explanation(bill=bill, language="en").derivations if one.line.register == "VT"
        ]
        assert first.agrees
        assert Sentences(language="en", currency="BAM").of(first.steps[0]).replace("\u00a0", " ") == (
            f"Load profile of meter {register.meter.serial}, register LOAD, 01.–31.03.2026: 312 h of it are band VT "
            "by standard time, which knows no summer time, in which 312 kWh were used."
        )

    def test_is_told_times_the_register_s_multiplier(self, town: Town, plan: TariffPlan) -> None:
        """Current transformers 200/5: what the meter stores, its dial and its profile, is a fortieth of what flowed."""
        register = take_profile(town, plan, multiplier="40")
        load(register, MARCH)

        run = bill_month(town=town, period=MARCH)

        assert hours(run, register) == {"MT": (743 - 312) * 40, "VT": 312 * 40}
        bill = Bill.objects.get(run_id=run.id)
        assert bill.net_minor == 6240 * 40 + 4310 * 40
        [high] = [one for one in get_explanation(bill=bill, language="en").derivations if one.line.register == "VT"]
        assert high.agrees
        assert (
            Sentences(language="en", currency="BAM")
            .of(high.steps[0])
            .replace("\u00a0", " ")
            .endswith("in which it shows 312. 312 × 40 = 12,480 kWh.")
        )

    def test_follows_the_calendar_of_each_version_and_leaves_the_dial_alone(self, town: Town, plan: TariffPlan) -> None:
        """From 16 March all hours are low. To the 15th: 12 days that are no Sunday × 12 = 144 of 360 hours."""
        TariffVersion.objects.create(
            plan=plan,
            valid_from=date(2026, 3, 16),
            body=body_of(rules=[{**HIGH[0], "days": ["HOLIDAY"]}]),
            approved_by="Council",
            source_document="Gazette 2",
            recorded_at=LONG_AGO,
        )
        register = take_profile(town, plan)
        load(register, MARCH)
        for day, value in (("2026-02-28", "0"), ("2026-03-31", "999")):
            read_meter(meter=register.meter, on=day, value=value, register="LOAD")

        run = bill_month(town=town, period=MARCH)

        assert hours(run, register) == {"MT": 743 - 144, "VT": 144}

    def test_is_parked_where_intervals_are_missing(self, town: Town, plan: TariffPlan) -> None:
        register = take_profile(town, plan)
        crossing = take_profile(town, plan, served=(MARCH[0], date(2026, 3, 20)))
        load(register, MARCH)
        hole = IntervalDay.objects.get(register=register, day=date(2026, 3, 20))
        IntervalDay.objects.filter(id=hole.id).update(superseded_at=LONG_AGO)
        IntervalDay.objects.create(
            register=register,
            day=hole.day,
            interval_s=3600,
            quantities_micro=[None, *hole.quantities_micro[1:]],
            source="test",
            recorded_at=LONG_AGO,
        )
        load(crossing, MARCH, interval_s=7200)

        run = calculate(make_run(town=town, period=MARCH))

        told = {
            one.agreement_id: reason_of(code=one.code, params=one.params)
            for one in ParkedAccount.objects.filter(run=run)
        }
        assert told[agreement_of(register).id] == (
            f"The load profile of meter {register.meter.serial}, register LOAD, lacks intervals on days: 1, "
            "first on 20.03.2026. Load them."
        )
        across = f"An interval of meter {crossing.meter.serial} at 02.03.2026 06:00 begins in one band"
        assert told[agreement_of(crossing).id].startswith(across)
