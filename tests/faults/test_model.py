"""Whatever people do, in whatever order: balances and bills are those of a model that fits on one screen.

The model knows nothing of the product: integers of pfennigs, prices chosen so that a tax of 17 % needs no rounding.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from io import StringIO
from itertools import cycle
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from rachun.apps.base.audit import seal_audit_rows
from rachun.apps.billing.models import Bill, BillRun
from rachun.apps.billing.services.approve_run import approve_run
from rachun.apps.billing.services.cancel_run import cancel_run
from rachun.apps.customers.models import Account
from rachun.apps.ledger.selectors.balances import get_trial_balance, list_account_balances
from rachun.apps.metering.models import Meter
from rachun.apps.payments.models import Receipt
from rachun.apps.payments.services.record_receipt import ReceiptFacts, ReceiptKeyReused, record_receipt
from tests.factories.billing import NOW, Town, assigned, calculate, issue, make_plan, make_run, make_town, set_members
from tests.factories.metering import LONG_AGO, make_account, make_meter, place_meter, read_meter

from tests.faults.conftest import Place

pytestmark = [pytest.mark.real]
PER_MEMBER, PER_POINT, PER_KWH = 100, 200, 100  # net, in pfennigs
WASTE: dict[str, Any] = {
    "currency": "BAM",
    "vat": "ON_TOP",
    "components": [
        {"code": "waste", "kind": "per_attribute", "attribute": "members", "price": "1.00",
         "posting_code": "REVENUE_WASTE"},
    ],
}  # fmt: skip
POWER: dict[str, Any] = {
    "currency": "BAM",
    "vat": "ON_TOP",
    "components": [
        {"code": "point_fee", "kind": "fixed", "price": "2.00", "posting_code": "REVENUE_ELECTRICITY"},
        {"code": "energy", "kind": "metered", "unit": "kWh",
         "registers": [{"register": "T1", "blocks": [{"price": "1.00"}]}], "posting_code": "REVENUE_ELECTRICITY"},
    ],
}  # fmt: skip


def with_tax(net: int) -> int:
    assert net * 117 % 100 == 0, "the prices were chosen for that"
    return net * 117 // 100


@dataclass(slots=True, kw_only=True)
class Household:
    """The model of an account. counter: what the meter shows; None without one."""

    members: int
    counter: int | None = None
    used: int = 0
    bills: list[int] = field(default_factory=list)
    openings: list[int] = field(default_factory=list)
    paid: list[int] = field(default_factory=list)

    @property
    def balance(self) -> int:
        return sum(self.bills) - sum(self.paid)

    def use(self, kwh: int) -> None:
        assert self.counter is not None, "only a meter counts"
        self.counter, self.used = self.counter + kwh, kwh

    def bill(self) -> None:
        net = PER_MEMBER * self.members
        if self.counter is not None:
            net += PER_POINT + PER_KWH * self.used
        self.openings.append(self.balance)
        self.bills.append(with_tax(net))


class Enterprise(RuleBasedStateMachine):
    accounts: Bundle[Account] = Bundle("accounts")

    @initialize()
    def found(self) -> None:
        town = make_town()
        self.town = Town(
            entity=town.entity,
            branch=town.branch,
            waste=make_plan(entity=town.entity, service="WASTE2", body=WASTE),
            power=make_plan(entity=town.entity, service="POWER2", body=POWER),
        )
        self.households: dict[Account, Household] = {}
        self.meters: dict[Account, Meter] = {}
        self.slips: list[ReceiptFacts] = []
        self.billed_months = 0

    @property
    def period(self) -> tuple[date, date]:
        """The month that is to be billed next."""
        year, month = divmod(self.billed_months, 12)
        following, next_month = divmod(self.billed_months + 1, 12)
        return date(2026 + year, month + 1, 1), date(2026 + following, next_month + 1, 1)

    @rule(target=accounts, members=st.integers(1, 9), counter=st.none() | st.integers(0, 5000))
    def open_an_account(self, members: int, counter: int | None) -> Account:
        """With waste; with power as well when there is a counter."""
        account = make_account(branch=self.town.branch)
        served = (self.period[0], None)
        agreement = assigned(town=self.town, plan=self.town.waste, account=account, service="WASTE2", served=served)
        set_members(agreement=agreement, members=str(members), recorded_at=LONG_AGO)
        self.households[account] = Household(members=members, counter=counter)
        if counter is not None:
            self.connect(account, counter=counter)
        return account

    def connect(self, account: Account, *, counter: int) -> None:
        served = (self.period[0], None)
        agreement = assigned(town=self.town, plan=self.town.power, account=account, service="POWER2", served=served)
        meter = self.meters[account] = make_meter(branch=self.town.branch)
        place_meter(meter=meter, service_point=agreement.service_point, installed=served)
        read_meter(meter=meter, on=day_before(served[0]), value=str(counter))

    @rule(account=accounts, amount=st.integers(1, 60_000))
    def pay(self, account: Account, amount: int) -> None:
        facts = ReceiptFacts(
            legal_entity_id=self.town.entity.id,
            account_number=account.number,
            amount_minor=amount,
            currency="BAM",
            value_date=self.period[0],
            channel="BANK",
            external_key=f"slip {len(self.slips)}",
        )
        record_receipt(facts=facts, recorded_by=None, recorded_at=NOW)
        self.slips.append(facts)
        self.households[account].paid.append(amount)

    @precondition(lambda self: self.slips)
    @rule(chosen=st.randoms(use_true_random=False), is_altered=st.booleans())
    def send_a_slip_again(self, chosen: Any, is_altered: bool) -> None:
        facts = chosen.choice(self.slips)
        if not is_altered:
            record_receipt(facts=facts, recorded_by=None, recorded_at=NOW)
            return
        altered = ReceiptFacts(**{**facts_of(facts), "amount_minor": facts.amount_minor + 1})
        with pytest.raises(ReceiptKeyReused):
            record_receipt(facts=altered, recorded_by=None, recorded_at=NOW)

    @precondition(lambda self: self.households)
    @rule(is_repeated=st.booleans(), used=st.lists(st.integers(0, 400), min_size=3, max_size=3))
    def bill_the_month(self, is_repeated: bool, used: list[int]) -> None:
        """used: the kWh of the first meter, the second, the third, and again the first's."""
        self.read_the_meters(used)
        run = calculate(make_run(town=self.town, period=self.period), chunk_size=2)
        if is_repeated:
            run = calculate(run, chunk_size=3)
        approve_run(run_id=run.id, approved_by=None, approved_at=NOW)
        assert issue(run).state == BillRun.State.ISSUED
        for household in self.households.values():
            household.bill()
        self.billed_months += 1

    @precondition(lambda self: self.households)
    @rule()
    def give_up_a_run(self) -> None:
        run = calculate(make_run(town=self.town, period=self.period))
        cancel_run(run_id=run.id, why="too early")

    def read_the_meters(self, used: list[int]) -> None:
        for (account, meter), kwh in zip(self.meters.items(), cycle(used), strict=False):
            household = self.households[account]
            household.use(kwh)
            read_meter(meter=meter, on=day_before(self.period[1]), value=str(household.counter))

    @invariant()
    def balances_are_those_of_the_model(self) -> None:
        if not getattr(self, "households", None):
            return
        told = list_account_balances(account_ids=[account.id for account in self.households])
        assert told == {account.id: household.balance for account, household in self.households.items()}

    def teardown(self) -> None:
        for account, household in getattr(self, "households", {}).items():
            bills = Bill.objects.filter(account=account).order_by("period_from")
            told = list(bills.values_list("gross_minor", "opening_balance_minor"))
            assert told == list(zip(household.bills, household.openings, strict=True))
            receipts = Receipt.objects.filter(account=account).order_by("id")
            assert list(receipts.values_list("amount_minor", flat=True)) == household.paid
        if hasattr(self, "town"):
            rows = get_trial_balance(legal_entity_id=self.town.entity.id, start=date(2026, 1, 1), end=date(2050, 1, 1))
            assert sum(row.debit_minor - row.credit_minor for row in rows) == 0
        seal_audit_rows()
        call_command("check_invariants", stdout=StringIO())


def day_before(day: date) -> str:
    return str(day - timedelta(days=1))


def facts_of(facts: ReceiptFacts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in ReceiptFacts.__dataclass_fields__}


CALM = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True, database=None)


class TestBooks:
    def test_are_those_of_the_model(self, place: Place) -> None:
        """The same few stories each time."""
        few = settings(CALM, max_examples=5, stateful_step_count=12, derandomize=True)
        run_state_machine_as_test(Enterprise, settings=few)

    @pytest.mark.long
    def test_are_those_of_the_model_at_length(self, place: Place) -> None:
        run_state_machine_as_test(Enterprise, settings=settings(CALM, max_examples=200, stateful_step_count=40))
