"""The lists below a run can be narrowed to one account."""

import pytest
from rachun.apps.billing.models import BillRun
from tests.apps.identity.makers import client_of, make_operator
from tests.factories.billing import calculate, make_run, make_town, take_waste

pytestmark = pytest.mark.usefixtures("fresh_database")


class TestDraftsOfARun:
    def test_can_be_asked_for_one_account(self) -> None:
        town = make_town()
        wanted, _other = (take_waste(town=town, members=members) for members in ("2", "3"))
        run: BillRun = make_run(town=town)
        calculate(run)
        address = f"/api/v1/bill-runs/{run.id}/drafts"
        operator = client_of(make_operator(entity=town.entity))

        every, one = operator.get(address), operator.get(address, {"account_number": wanted.number})

        assert (every.json()["count"], one.json()["count"]) == (2, 1)
        assert one.json()["results"][0]["account_number"] == wanted.number
