"""Months without a reading: estimated where a rule says how, and settled by the reading that comes."""

from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from rachun.apps.agreements.models import AgreementAttribute, ServiceAgreement
from rachun.apps.billing.models import AllowanceBalance, Bill, BilledInterval, BillRun, Charge, ParkedAccount
from rachun.apps.billing.services.audit_bills import audit_bills
from rachun.apps.catalog.models import TariffVersion
from rachun.apps.customers.models import Account
from rachun.apps.metering.errors import EstimateTakenBackTwice
from rachun.apps.metering.models import Consumption, EstimationRule, Meter
from rachun.apps.metering.services import keep_billed_estimates
from tests.factories.billing import (
    FEBRUARY,
    NOW,
    POWER,
    Town,
    assigned,
    bill_month,
    calculate,
    make_account,
    make_run,
    make_town,
    take_power,
)
from tests.factories.metering import LONG_AGO, make_meter, place_meter, read_meter

pytestmark = pytest.mark.usefixtures("fresh_database")
MONTHS = [(date(2026, month, 1), date(2026, month + 1, 1)) for month in (1, 2, 3, 4)]
JANUARY_READ = {"2025-12-31": "500", "2026-01-31": "562"}  # 62 in 31 days: two a day
LATEST = {"method": "LAST_PERIODS", "periods": 2}
BLOCKS = [{"upto": "100", "price": "0.10"}, {"price": "0.20"}]


@pytest.fixture
def town() -> Town:
    return make_town()


def make_rule(town: Town, *steps: dict[str, Any], max_days: int = 100) -> EstimationRule:
    return EstimationRule.objects.create(
        legal_entity=town.entity,
        service=town.power.service,
        steps=list(steps),
        max_days=max_days,
        source_document="Rules of supply, art. 31",
        valid_from=date(2025, 1, 1),
        recorded_at=LONG_AGO,
    )


def energy(run: BillRun, account: Account) -> list[tuple[str, float, int, str]]:
    """First day, kWh, net, basis of the energy lines of the account's bill, in the order of the bill."""
    found = Charge.objects.filter(load_key=run.id, account=account, component="energy").order_by("line_no")
    return [(str(one.service_from)[5:], one.quantity_micro / 10**6, one.net_minor, one.basis) for one in found]


def billed_days(account: Account) -> list[tuple[str, str]]:
    found = BilledInterval.objects.filter(agreement__account=account, component="energy").order_by("valid_from")
    return [(str(one.valid_from)[5:], str(one.valid_to)[5:]) for one in found]


def with_blocks(town: Town) -> None:
    body = deepcopy(POWER)
    body["components"][1]["registers"][0]["blocks"] = BLOCKS
    TariffVersion.objects.create(
        plan=town.power,
        valid_from=date(2026, 1, 1),
        body=body,
        approved_by="Council",
        source_document="Gazette 2",
        recorded_at=LONG_AGO,
    )


class TestAMissingReading:
    def test_parks_the_account_where_no_rule_is(self, town: Town) -> None:
        account = take_power(town=town, readings={"2025-12-31": "500"})

        run = calculate(make_run(town=town))

        assert [one.code for one in ParkedAccount.objects.filter(run=run, account=account)] == ["MISSING_CONSUMPTION"]

    def test_is_estimated_by_the_rule_that_stands_in_the_evidence(self, town: Town) -> None:
        rule = make_rule(town, {"method": "SAME_SEASON"}, LATEST)
        account = take_power(town=town, readings=JANUARY_READ)
        bill_month(town=town)

        run = bill_month(town=town, period=FEBRUARY)

        assert energy(run, account) == [("02-01", 56, 972, "ESTIMATED")]  # 56 × 0.1735 = 9.716
        [kept] = Consumption.objects.filter(agreement__account=account)
        assert (kept.quantity, kept.basis, kept.rule_id) == (56, "ESTIMATED", rule.id)
        line = Charge.objects.get(load_key=run.id, account=account, component="energy")
        assert line.inputs["readings"] == [
            {
                "estimate": "LAST_PERIODS",
                "rule_id": str(rule.id),
                "step": 2,
                "register": "T1",
                "from": "2026-02-01",
                "to": "2026-03-01",
                "based_on": "62",
                "based_on_days": 31,
            }
        ]

    def test_is_no_longer_estimated_after_so_many_days(self, town: Town) -> None:
        make_rule(town, LATEST, max_days=40)
        account = take_power(town=town, readings=JANUARY_READ)
        bill_month(town=town)
        bill_month(town=town, period=FEBRUARY)

        run = calculate(make_run(town=town, period=MONTHS[2]))  # 28 + 31 days

        assert [one.code for one in ParkedAccount.objects.filter(run=run, account=account)] == ["MISSING_CONSUMPTION"]


class TestARule:
    def test_takes_the_same_days_a_year_earlier(self, town: Town) -> None:
        """56 in February 2025. The latest span, three a day in January 2026, would have made 84."""
        make_rule(town, {"method": "SAME_SEASON"}, LATEST)
        since = (date(2025, 1, 1), None)
        account = make_account(branch=town.branch)
        agreement = assigned(town=town, plan=town.power, account=account, service="POWER", served=since)
        meter = make_meter(branch=town.branch)
        place_meter(meter=meter, service_point=agreement.service_point, installed=since)
        readings = {"2025-01-31": "100", "2025-02-28": "156", "2025-12-31": "700", "2026-01-31": "793"}
        for day, value in readings.items():
            read_meter(meter=meter, on=day, value=value)
        bill_month(town=town)

        run = bill_month(town=town, period=FEBRUARY)

        assert energy(run, account) == [("02-01", 56, 972, "ESTIMATED")]
        line = Charge.objects.get(load_key=run.id, account=account, component="energy")
        assert [one["estimate"] for one in line.inputs["readings"]] == ["SAME_SEASON"]

    def test_takes_the_norm_of_the_members_of_each_day(self, town: Town) -> None:
        """40 a member and month: three to 14 February, two from the 15th: 40 × 3 × 14/28 + 40 × 2 × 14/28 = 100."""
        norm = {"method": "NORM_PER_MEMBER", "attribute": "members", "norms": {"T1": "40"}}
        make_rule(town, {"method": "SAME_SEASON"}, norm)
        account = take_power(town=town, readings=JANUARY_READ)
        agreement = ServiceAgreement.objects.get(account=account)
        change = date(2026, 2, 15)
        for members, start, end in (("3", date(2025, 1, 1), change), ("2", change, None)):
            AgreementAttribute.objects.create(
                agreement=agreement,
                attribute="members",
                value=Decimal(members),
                valid_from=start,
                valid_to=end,
                recorded_at=LONG_AGO,
            )
        bill_month(town=town)

        run = bill_month(town=town, period=FEBRUARY)

        assert energy(run, account) == [("02-01", 100, 1735, "ESTIMATED")]


class TestTheReadingThatComes:
    def test_settles_each_month_at_the_price_of_its_own_version(self, town: Town) -> None:
        """As below, 236 for 89 days, but February at 0.1735 and from March on 0.20.

        74.247191 × 0.1735 = 12.8819 and 56 × 0.1735 = 9.716; 82.202247 × 0.20 = 16.4404 and 62 × 0.20 = 12.40.
        """
        body = deepcopy(POWER)
        body["components"][1]["registers"][0]["blocks"] = [{"price": "0.20"}]
        TariffVersion.objects.create(
            plan=town.power,
            valid_from=date(2026, 3, 1),
            body=body,
            approved_by="Council",
            source_document="Gazette 2",
            recorded_at=LONG_AGO,
        )
        make_rule(town, LATEST)
        account = take_power(town=town, readings={**JANUARY_READ, "2026-04-30": "798"})

        *_, april = (bill_month(town=town, period=month) for month in MONTHS)

        assert energy(april, account) == [
            ("02-01", 74.247191, 1288, "MEASURED"),
            ("02-01", -56, -972, "ESTIMATED"),
            ("03-01", 82.202247, 1644, "MEASURED"),
            ("03-01", -62, -1240, "ESTIMATED"),
            ("04-01", 79.550562, 1591, "MEASURED"),
        ]

    def test_settles_the_estimated_months_at_their_own_blocks(self, town: Town) -> None:
        """January used 62. February and March were estimated at 56 and 62; in April the meter says 236 for 89 days.

        236 × 28/89 = 74.247191, × 31/89 = 82.202247, × 30/89 = 79.550562. Each month alone stays in its block of 100,
        so all is at 0.10: 7.42 + 8.22 + 7.96 = 23.60, whatever was billed in between.
        """
        with_blocks(town)
        make_rule(town, LATEST)
        account = take_power(town=town, readings={**JANUARY_READ, "2026-04-30": "798"})

        _, february, march, april = (bill_month(town=town, period=month) for month in MONTHS)

        assert [energy(run, account)[0][1] for run in (february, march)] == [56, 62]
        assert energy(april, account) == [
            ("02-01", 74.247191, 742, "MEASURED"),
            ("02-01", -56, -560, "ESTIMATED"),
            ("03-01", 82.202247, 822, "MEASURED"),
            ("03-01", -62, -620, "ESTIMATED"),
            ("04-01", 79.550562, 796, "MEASURED"),
        ]
        nets = Charge.objects.filter(account=account, component="energy").values_list("net_minor", flat=True)
        assert sum(nets) == 620 + 2360
        days = [("01-01", "02-01"), ("02-01", "03-01"), ("03-01", "04-01"), ("04-01", "05-01")]
        assert billed_days(account) == days
        assert not Consumption.objects.filter(superseded_at__isnull=True).exists()

    def test_in_mid_month_leaves_an_estimate_for_the_rest_of_it(self, town: Town) -> None:
        """56 was estimated for February; on 10 March the meter shows 38 more than on 31 January: one a day."""
        make_rule(town, {"method": "LAST_PERIODS", "periods": 1})
        account = take_power(town=town, readings={**JANUARY_READ, "2026-03-10": "600"})

        _, _, march = (bill_month(town=town, period=month) for month in MONTHS[:3])

        assert [(day, used, basis) for day, used, _net, basis in energy(march, account)] == [
            ("02-01", 28, "MEASURED"),
            ("02-01", -56, "ESTIMATED"),
            ("03-01", 31, "ESTIMATED+MEASURED"),
        ]
        [open_one] = Consumption.objects.filter(superseded_at__isnull=True)
        assert (str(open_one.valid_from), str(open_one.valid_to), open_one.quantity) == ("2026-03-11", "2026-04-01", 21)

    def test_takes_the_measured_part_of_the_month_into_its_blocks(self, town: Town) -> None:
        """January: 90 to the 10th, so 189 for the rest: 100 at 0.10 and 179 at 0.20. Used were 90 + 10 = 100."""
        with_blocks(town)
        make_rule(town, LATEST)
        account = take_power(town=town, readings={"2025-12-31": "500", "2026-01-10": "590"})
        january = bill_month(town=town)
        assert sum(line[2] for line in energy(january, account)) == 1000 + 3580
        for day in ("2026-01-31", "2026-02-28"):
            read_meter(meter=Meter.objects.get(), on=day, value="600")

        february = bill_month(town=town, period=FEBRUARY)

        both = energy(january, account) + energy(february, account)
        assert (sum(line[1] for line in both), sum(line[2] for line in both)) == (100, 1000)

    def test_waits_for_the_next_month_when_its_own_is_billed(self, town: Town) -> None:
        make_rule(town, LATEST)
        account = take_power(town=town, readings=JANUARY_READ)
        for month in MONTHS[:2]:
            bill_month(town=town, period=month)
        read_meter(meter=Meter.objects.get(), on="2026-02-28", value="570")

        again = calculate(make_run(town=town, period=FEBRUARY, kind=BillRun.Kind.SUPPLEMENTARY))

        assert not ParkedAccount.objects.filter(run=again, account=account).exists()
        assert energy(again, account) == []

    def test_settles_an_estimate_once(self, town: Town) -> None:
        make_rule(town, LATEST)
        take_power(town=town, readings={**JANUARY_READ, "2026-03-31": "600"})
        for month in MONTHS[:2]:
            bill_month(town=town, period=month)
        [estimate] = Consumption.objects.all()
        bill_month(town=town, period=MONTHS[2])

        with pytest.raises(EstimateTakenBackTwice), transaction.atomic():
            keep_billed_estimates(made=[], taken_back=[estimate.id], billed_at=NOW)

    def test_may_leave_a_credit(self, town: Town) -> None:
        """February was estimated at 56; nothing was used since January."""
        make_rule(town, LATEST)
        account = take_power(town=town, readings={**JANUARY_READ, "2026-03-31": "562"})

        _, _, march = (bill_month(town=town, period=month) for month in MONTHS[:3])

        # 4.85 - 9.72 = -4.87; tax 17 % = -0.83
        assert Bill.objects.get(run_id=march.id, account=account).gross_minor == -570


class TestAMonthUnderACap:
    def test_gives_its_cap_back_when_the_reading_says_less(self, town: Town) -> None:
        """February: 56 kWh estimated, 9.72, capped at 8.00. 30 were used in 59 days: 14.237288 and 15.762712."""
        body = deepcopy(POWER)
        lid = {"code": "lid", "kind": "cap", "of": ["energy"], "amount": "8.00", "posting_code": "REVENUE_ELECTRICITY"}
        body["components"].append(lid)
        TariffVersion.objects.create(
            plan=town.power,
            valid_from=date(2026, 1, 1),
            body=body,
            approved_by="Council",
            source_document="Gazette 2",
            recorded_at=LONG_AGO,
        )
        make_rule(town, LATEST)
        account = take_power(town=town, readings=JANUARY_READ | {"2026-03-31": "592"})

        *_, run = [bill_month(town=town, period=month) for month in MONTHS[:3]]

        caps = Charge.objects.filter(load_key=run.id, account=account, component="lid")
        assert [(one.service_from, one.net_minor) for one in caps] == [(date(2026, 2, 1), 172)]
        assert sorted(row[2] for row in energy(run, account)) == [-972, 247, 273]
        assert list(audit_bills(random_count=9, risky_count=9, seed="1").differences) == []


class TestIncludedUnitsThatLiveOn:
    def test_come_to_what_the_reading_would_have_left_of_them(self, town: Town) -> None:
        """40 kWh a month are included and live on once. February is estimated at 56; of the 38 that were used until
        31 March it has 28/59. A neighbour, read on every day with the same use, pays the same for the three months.
        """
        body = deepcopy(POWER)
        free = {"code": "free", "kind": "allowance", "of": ["energy"], "quantity": "40", "unit": "kWh"}
        body["components"].append(free | {"rollover_periods": 1, "posting_code": "REVENUE_ELECTRICITY"})
        TariffVersion.objects.create(
            plan=town.power,
            valid_from=date(2026, 1, 1),
            body=body,
            approved_by="Council",
            source_document="Gazette 2",
            recorded_at=LONG_AGO,
        )
        make_rule(town, LATEST)
        account = take_power(town=town, readings=JANUARY_READ | {"2026-03-31": "600"})
        neighbour = take_power(town=town, readings=JANUARY_READ | {"2026-02-28": "580.033898", "2026-03-31": "600"})

        runs = [bill_month(town=town, period=month) for month in MONTHS[:3]]

        assert not ParkedAccount.objects.filter(run__in=runs).exists()
        paid = [
            [Bill.objects.get(run_id=run.id, account=one).net_minor for run in runs] for one in (account, neighbour)
        ]
        assert paid[0] != paid[1]
        assert sum(paid[0]) == sum(paid[1])
        left = AllowanceBalance.objects.filter(run=runs[-1], remaining_micro__gt=0)
        both = {one.agreement.account_id: (one.granted_from, one.remaining_micro) for one in left}
        assert both[account.id] == both[neighbour.id]
        assert list(audit_bills(random_count=9, risky_count=9, seed="1").differences) == []
