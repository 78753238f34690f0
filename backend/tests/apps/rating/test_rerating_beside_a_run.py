"""Calls are priced again while the bills of their month are issued: on committed data, by jobs of their own."""

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from rachun.apps.base.models import Job
from rachun.apps.billing.models import BillRun
from rachun.apps.billing.refusals import InputsChanged
from rachun.apps.billing.services.approve_run import approve_run
from rachun.apps.billing.services.start_calculation import start_calculation
from rachun.apps.billing.services.start_issue import start_issue
from rachun.apps.catalog.models import DestinationTable
from rachun.apps.usage.models import SealedHolder, UsageSource
from rest_framework.test import APIClient
from tests.apps.identity.makers import client_of, make_operator
from tests.factories.billing import NOW, Town, calculate, issue, make_run, make_town, run_job
from tests.factories.metering import make_agreement
from tests.factories.rating import PHONE_TARIFF, give_number, make_plan, make_price_table
from tests.factories.rerating import KOVAL, SHEVA, apply, call, correct, load, rehearse, stored, told
from tests.factories.sessions import PATIENCE_S, wait_until, waiting_sessions
from tests.factories.usage import make_source

pytestmark = pytest.mark.usefixtures("fresh_database")


@pytest.fixture
def town() -> Town:
    """Two subscribers with a call of 0.96 each; the price is corrected to 0.48 once a run has calculated them."""
    town = make_town()
    make_price_table(legal_entity=town.entity)
    DestinationTable.objects.update(currency="BAM")
    for number in (KOVAL, SHEVA):
        agreement = make_agreement(branch=town.branch, service="PHONE")
        make_plan(agreement=agreement, body=PHONE_TARIFF | {"currency": "BAM"})
        give_number(agreement=agreement, number=number)
    source: UsageSource = make_source(legal_entity=town.entity)
    load(source, call("05.01.2026 12:00:00"), call("05.01.2026 13:00:00", caller=SHEVA))
    return town


@pytest.fixture
def client(town: Town) -> APIClient:
    return client_of(make_operator(entity=town.entity))


@pytest.fixture
def run(town: Town) -> BillRun:
    """Calculated by chunks of one account, approved."""
    run = calculate(make_run(town=town), chunk_size=1, known_until=timezone.now())
    return approve_run(run_id=run.id, approved_by=None, approved_at=NOW)


class TestRerating:
    def test_leaves_calls_alone_whose_bills_are_being_issued(self, town: Town, run: BillRun, client: APIClient) -> None:
        correct("38067", price="0.48")
        rerating = rehearse(client, town.branch)
        issuing = start_issue(run_id=run.id)

        applied = apply(client, rerating)

        assert applied.state == Job.State.DONE
        assert [amount for *_rest, amount in stored()] == [960_000, 960_000]
        calls = told(client, rerating, "/calls")
        assert {(one["standing"], one["reason"], one["bill_id"]) for one in calls} == {("BILLED", "BEING_ISSUED", None)}
        assert {one["difference"] for one in calls} == {"-0.480000"}
        assert run_job(issuing).state == Job.State.DONE
        run.refresh_from_db()
        assert run.state == BillRun.State.ISSUED
        bills = {str(bill_id) for bill_id in run.bills.values_list("id", flat=True)}
        assert {one["bill_id"] for one in told(client, rerating, "/calls")} == bills
        assert not SealedHolder.objects.exists()

    def test_changes_what_is_only_calculated_and_the_run_is_calculated_again(
        self, town: Town, run: BillRun, client: APIClient
    ) -> None:
        correct("38067", price="0.48")

        apply(client, rehearse(client, town.branch))

        with pytest.raises(InputsChanged):
            start_issue(run_id=run.id)
        assert not SealedHolder.objects.exists()
        again = approve_run(run_id=calculate(run, known_until=timezone.now()).id, approved_by=None, approved_at=NOW)
        assert sorted(issue(again).bills.values_list("gross_minor", flat=True)) == [48, 48]

    def test_that_is_in_the_middle_of_it_is_waited_for_before_bills_are_issued(
        self, town: Town, run: BillRun, client: APIClient, owner_sql: psycopg.Connection[Any]
    ) -> None:
        correct("38067", price="0.48")
        rerating = rehearse(client, town.branch)
        outcome: list[object] = []

        def issue_it() -> None:
            try:
                outcome.append(start_issue(run_id=run.id))
            except InputsChanged as refusal:
                outcome.append(refusal)

        owner_sql.execute("BEGIN")
        owner_sql.execute("SELECT FROM usage_usagerecord FOR UPDATE")  # so the re-rating waits, half-way
        try:
            applying = at_once(lambda: apply(client, rerating))
            wait_until(lambda: waiting_sessions() == 1)
            issuing = at_once(issue_it)
            wait_until(lambda: waiting_sessions() == 2)
        finally:
            owner_sql.execute("ROLLBACK")
        for thread in (applying, issuing):
            thread.join(PATIENCE_S)

        assert [type(one) for one in outcome] == [InputsChanged]
        assert [amount for *_rest, amount in stored()] == [480_000, 480_000]


class TestARunThatFailedToIssue:
    def test_lets_its_calls_be_priced_again_once_it_is_calculated_anew(
        self, town: Town, run: BillRun, client: APIClient
    ) -> None:
        job = start_issue(run_id=run.id)
        Job.objects.filter(id=job.id).update(state=Job.State.FAILED)
        correct("38067", price="0.48")

        start_calculation(run_id=run.id, known_until=timezone.now())
        apply(client, rehearse(client, town.branch))

        assert [amount for *_rest, amount in stored()] == [480_000, 480_000]


def at_once(work: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread
